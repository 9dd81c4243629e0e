#pragma once

#include <span>
#include <string_view>

namespace unwrap_in_loop {

/// A program in the tiny language. All of them compute 3^5 - 2^5 = 211 by x' = 3 x + 2^k from x = 0.
struct NamedProgram {
  std::string_view name;
  std::string_view summary;
  const char* source;
};

inline constexpr long kRightAnswer = 211;

[[nodiscard]] std::span<const NamedProgram> all_programs();

}  // namespace unwrap_in_loop
