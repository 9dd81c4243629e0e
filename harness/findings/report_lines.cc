#include "harness/findings/report_lines.h"

#include <algorithm>
#include <charconv>

namespace repro::findings {
namespace {

constexpr char kEscape = '\x1b';

/// Length of the escape sequence that starts `text`: CSI (ESC [ ... final byte), a string (OSC, or APC as
/// Buildkite stamps its lines: ESC ] or ESC _ ... BEL or ESC \), a character set (ESC ( B), else the ESC
/// alone.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return 1;
  if (text[1] == '[') {
    std::size_t at = 2;
    while (at < text.size() && (text[at] < '\x40' || text[at] > '\x7e')) ++at;
    return std::min(at + 1, text.size());
  }
  if (text[1] == '(' && text.size() > 2) return 3;
  if (text[1] == ']' || text[1] == '_' || text[1] == 'P') {
    const std::size_t end = text.find_first_of("\a\x1b", 2);
    if (end == std::string_view::npos) return 1;
    return text[end] == '\a' ? end + 1 : std::min(end + 2, text.size());
  }
  return 1;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::size_t run_length(std::string_view text, std::size_t at, bool (*is_member)(char)) {
  std::size_t end = at;
  while (end < text.size() && is_member(text[end])) ++end;
  return end - at;
}

}  // namespace

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string without_escapes(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  std::string clean;
  clean.reserve(line.size());
  while (true) {
    const std::size_t escape = line.find(kEscape);
    clean += line.substr(0, escape);
    if (escape == std::string_view::npos) break;
    line.remove_prefix(escape);
    line.remove_prefix(escape_length(line));
  }
  while (clean.ends_with('\r')) clean.pop_back();
  return clean;
}

bool consume(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

std::optional<std::uint64_t> consume_decimal(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::uint64_t> consume_hex(std::string_view& text) {
  if (!text.starts_with("0x")) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), number, 16);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<int> consume_pid_mark(std::string_view& text) {
  std::string_view rest = text;
  if (!consume(rest, "==")) return std::nullopt;
  int pid = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
  if (error != std::errc() || pid < 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!consume(rest, "==")) return std::nullopt;
  text = rest;
  return pid;
}

std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
  const std::size_t start = text.find(open);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + open.size());
  const std::size_t end = text.find(close);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view trim_left(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string without_numbers(std::string_view message) {
  constexpr std::size_t kMaximum = 200;
  std::string plain;
  for (std::size_t at = 0; at < message.size() && plain.size() < kMaximum;) {
    const std::string_view rest = message.substr(at);
    if (rest.starts_with("0x") && rest.size() > 2 && is_hex_digit(rest[2])) {
      plain += '#';
      at += 2 + run_length(rest, 2, &is_hex_digit);
    } else if (is_digit(rest[0])) {
      plain += '#';
      at += run_length(rest, 0, &is_digit);
    } else if (is_blank(rest[0])) {
      plain += ' ';
      at += run_length(rest, 0, &is_blank);
    } else {
      plain += rest[0];
      ++at;
    }
  }
  return plain;
}

}  // namespace repro::findings
