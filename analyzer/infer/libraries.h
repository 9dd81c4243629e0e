#pragma once

#include <string_view>

namespace analyzer::infer {

/// Is it a library of Ruby's own distribution (without `.rb` or `.so`)? What those add to core classes is
/// known (rules/core_extensions.h); any other library may add anything.
[[nodiscard]] bool is_standard_library(std::string_view name);

/// Is it a top-level constant that one of Ruby's native extensions defines? A project that shows such a class
/// shows only the part of it that is written in Ruby.
[[nodiscard]] bool is_native_constant(std::string_view name);

}  // namespace analyzer::infer
