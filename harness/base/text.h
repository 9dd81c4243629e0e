#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace repro {

/// Splits at each `separator`; an empty text gives one empty piece. The views point into `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> pieces, std::string_view separator);
/// Without spaces, tabs and line ends at both sides.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Reads `500ms`, `10s`, `5m`, `2h`, also with a fraction (`1.5s`); a unit is required, except for `0`.
/// Errors: usage, with the accepted forms.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// The shortest form that parse_duration reads back to within 1 %: `850ms`, `12.3s`, `4m10s`, `2h05m`.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

/// Reads a size in bytes: `4096`, `64K`, `512M`, `2G` (powers of 1024). Errors: usage.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
/// `1.5 GiB`, `512 KiB`, `17 B`.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// Reads a whole decimal number without sign. Errors: usage.
[[nodiscard]] Result<std::uint64_t> parse_unsigned(std::string_view text);

/// Reads a share of 1, strictly between 0 and 1 unless the ends are allowed: `0.01` or `1%`. Errors: usage.
enum class ShareEnds : bool { excluded, included };
[[nodiscard]] Result<double> parse_share(std::string_view text, ShareEnds ends = ShareEnds::excluded);

/// The candidate nearest to `word` by edit distance, if it is near enough to be a typing error; else "".
[[nodiscard]] std::string closest_match(std::string_view word, std::span<const std::string> candidates);
/// "; did you mean 'X'?" or "".
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string> candidates);

/// `argv` as one line that a POSIX shell reads back to the same arguments.
[[nodiscard]] std::string shell_quote(std::span<const std::string> argv);

/// `SIGSEGV`, or `signal 77` for one without a name.
[[nodiscard]] std::string signal_name(int signal);

/// A copy in which control characters, escape sequences and invalid UTF-8 are shown as \xNN, so that a
/// subject's text cannot drive the reader's terminal. Line ends and tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace repro
