#pragma once

#include <string_view>

#include "analyzer/infer/type.h"

namespace analyzer::rules {

/// Is it a method that the core signatures leave out, or that a library of Ruby's distribution adds to a core
/// class that the atom is made of? Such a method is never reported as missing.
[[nodiscard]] bool is_core_extension(const infer::Project& project, const infer::TypeAtom& atom,
                                     std::string_view method);

/// Is it a core method whose signature is known to take fewer arguments than the method does?
[[nodiscard]] bool has_narrow_signature(std::string_view class_name, std::string_view method);

}  // namespace analyzer::rules
