#pragma once

// Small readers for lines of reports. All of them take any bytes and fail by saying so.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace repro::findings {

/// A copy without terminal escape sequences (CSI and OSC) and without carriage returns at the end.
[[nodiscard]] std::string without_escapes(std::string_view line);

[[nodiscard]] bool is_digit(char c);
[[nodiscard]] bool is_hex_digit(char c);

/// Takes `literal` from the front of `text`; false (and `text` unchanged) when it does not stand there.
bool consume(std::string_view& text, std::string_view literal);
/// Takes digits from the front; nullopt when there are none or the number does not fit.
std::optional<std::uint64_t> consume_decimal(std::string_view& text);
/// Takes `0x` and hex digits from the front; nullopt as above.
std::optional<std::uint64_t> consume_hex(std::string_view& text);
/// Takes `==PID==`; nullopt when it does not stand there.
std::optional<int> consume_pid_mark(std::string_view& text);

/// What stands between the first `open` and the next `close` behind it; "" when either is missing.
[[nodiscard]] std::string_view between(std::string_view text, std::string_view open, std::string_view close);

/// The lines of `text` without their ends. The views point into it.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// `text` without its leading blanks.
[[nodiscard]] std::string_view trim_left(std::string_view text);

/// Identity of a message: numbers and addresses become `#`, runs of blanks one blank, at most 200 bytes.
[[nodiscard]] std::string without_numbers(std::string_view message);

}  // namespace repro::findings
