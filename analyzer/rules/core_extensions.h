#pragma once

#include <string_view>

namespace analyzer::rules {

/// Is it a method that some library of Ruby's distribution adds to core classes, or one that the core
/// signatures are known to leave out? Such a name is never reported as missing.
[[nodiscard]] bool is_core_extension(std::string_view method);

}  // namespace analyzer::rules
