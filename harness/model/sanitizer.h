#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace repro {

/// How the subject is instrumented: the column `build` of the table, the option `--sanitizer`.
enum class Sanitizer : std::uint8_t { plain, address, thread, undefined, memory, valgrind };

inline constexpr std::array<Sanitizer, 6> kSanitizers{Sanitizer::plain,  Sanitizer::address,
                                                      Sanitizer::thread, Sanitizer::undefined,
                                                      Sanitizer::memory, Sanitizer::valgrind};

[[nodiscard]] std::string_view to_string(Sanitizer sanitizer);
[[nodiscard]] std::optional<Sanitizer> parse_sanitizer(std::string_view text);

}  // namespace repro
