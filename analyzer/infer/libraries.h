#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace analyzer::infer {

/// Is it a library of Ruby's own distribution (without `.rb` or `.so`)? What those add to core classes is
/// known (rules/core_extensions.h); any other library may add anything.
[[nodiscard]] bool is_standard_library(std::string_view name);

/// Is it a top-level constant that one of Ruby's native extensions defines? A project that shows such a class
/// shows only the part of it that is written in Ruby.
[[nodiscard]] bool is_native_constant(std::string_view name);

/// The feature (as `require` takes it) that defines this top-level constant, for libraries of Ruby's
/// distribution that are written in Ruby alone and that programs reopen; nothing for any other constant.
[[nodiscard]] std::optional<std::string> library_of_constant(std::string_view name);

}  // namespace analyzer::infer
