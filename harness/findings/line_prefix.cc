#include "harness/findings/line_prefix.h"

#include <algorithm>
#include <array>

#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLongestMark = 64;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::size_t run_length(std::string_view text, std::size_t at, bool (*is_member)(char)) {
  std::size_t end = at;
  while (end < text.size() && is_member(text[end])) ++end;
  return end - at;
}

/// Whether the digits at `at` belong to a date, a time or a fraction (`07:41:02.123Z`), or count lines
/// (` 12 | `): they change from line to line of one stream.
bool changes_by_line(std::string_view sample, std::size_t at, std::size_t length) {
  constexpr std::size_t kEpochDigits = 7;
  constexpr std::string_view kJoints = ":.,/-+T";
  if (length >= kEpochDigits) return true;
  const std::size_t end = at + length;
  const bool continues_before = at >= 2 && kJoints.find(sample[at - 1]) != kNone && is_digit(sample[at - 2]);
  const bool continues_behind =
      end + 1 < sample.size() && kJoints.find(sample[end]) != kNone && is_digit(sample[end + 1]);
  const bool ends_stamp = end < sample.size() && sample[end] == 'Z';
  const bool counts_lines = sample.substr(0, at).find_first_not_of(" \t") == kNone && end < sample.size() &&
                            (is_blank(sample[end]) || sample[end] == '|');
  return continues_before || continues_behind || ends_stamp || counts_lines;
}

/// Characters of time stamps of all kinds: `2024-01-01T00:00:00.000Z`, `12:00:00,123`, `+01:00`.
std::size_t stamp_length(std::string_view text) {
  std::size_t end = 0;
  std::size_t joints = 0;
  while (end < text.size() &&
         (is_digit(text[end]) || std::string_view(":.,/-+TZ").find(text[end]) != kNone)) {
    if (text[end] == ':' || text[end] == '-' || text[end] == '/') ++joints;
    ++end;
  }
  // logcat's date has no year: `01-31`.
  const bool is_date = end == 5 && text[2] == '-' && text.size() > 5 && text[5] == ' ';
  const bool is_stamp = (joints >= 2 || is_date) && is_digit(text[0]) && end >= 5;
  return is_stamp ? end : 0;
}

/// `Jan  2 12:00:00 host prog[123]: `.
std::size_t syslog_length(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() < 16 || std::find(kMonths.begin(), kMonths.end(), text.substr(0, 3)) == kMonths.end() ||
      text[3] != ' ') {
    return 0;
  }
  const bool has_time = text[9] == ':' && text[12] == ':' && text[15] == ' ';
  if (!has_time) return 0;
  const std::size_t end = text.find(": ", 16);
  return end > kLongestMark + 16 ? 0 : end + 2;
}

/// `[...] `, `(12:00:00) `.
std::size_t bracket_length(std::string_view text) {
  if (text.empty() || (text[0] != '[' && text[0] != '(')) return 0;
  const std::size_t close = text.find(text[0] == '[' ? ']' : ')');
  if (close > kLongestMark) return 0;
  const bool is_stamp = text[0] == '[' || is_digit(text[1]);
  std::size_t end = close + 1;
  if (end < text.size() && text[end] == ':') ++end;
  return is_stamp && end < text.size() && is_blank(text[end]) ? end : 0;
}

/// `00O ` and `01E ` behind GitLab's time stamps; `+` continues a line.
std::size_t gitlab_length(std::string_view text) {
  const bool is_mark = text.size() > 4 && is_digit(text[0]) && is_digit(text[1]) &&
                       (text[2] == 'O' || text[2] == 'E') && (text[3] == ' ' || text[3] == '+');
  return is_mark ? 3 : 0;
}

/// `12: ` of ctest, `12> `, `12:` of others.
std::size_t number_length(std::string_view text) {
  const std::size_t digits = run_length(text, 0, &is_digit);
  if (digits == 0 || digits > 6 || digits + 1 >= text.size()) return 0;
  const bool is_mark =
      (text[digits] == ':' || text[digits] == '>' || text[digits] == '|') && text[digits + 1] == ' ';
  return is_mark ? digits + 1 : 0;
}

/// `web-1  | `, `pod/name | `.
std::size_t name_length(std::string_view text) {
  const auto is_name = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '@';
  };
  std::size_t end = run_length(text, 0, +is_name);
  if (end == 0 || end > kLongestMark) return 0;
  end += run_length(text, end, &is_blank);
  return end + 1 < text.size() && text[end] == '|' && is_blank(text[end + 1]) ? end + 1 : 0;
}

/// The head of a logcat line behind its time: `  1234  1234 F DEBUG   : `.
std::size_t logcat_length(std::string_view text) {
  std::size_t end = run_length(text, 0, &is_blank);
  for (int number = 0; number < 2; ++number) {
    const std::size_t digits = run_length(text, end, &is_digit);
    if (digits == 0) return 0;
    end += digits;
    const std::size_t blanks = run_length(text, end, &is_blank);
    if (blanks == 0) return 0;
    end += blanks;
  }
  const std::size_t colon = text.find(": ", end);
  const bool has_level = end + 1 < text.size() && is_letter(text[end]) && text[end + 1] == ' ';
  return has_level && colon != kNone && colon - end < kLongestMark ? colon + 1 : 0;
}

}  // namespace

LinePrefix::LinePrefix(std::string_view sample)
    : sample_(sample),
      is_of_logger_(!sample.empty() && log_prefix_length(std::string(sample) + "x") == sample.size()) {}

LinePrefix::Stripped LinePrefix::strip(std::string_view line) const {
  const auto no_match = [&] {
    const bool has_own_mark = is_of_logger_ && log_prefix_length(line) > 0;
    return Stripped{has_own_mark ? Match::other : Match::none, line};
  };
  const std::string_view sample = sample_;
  bool is_other = false;
  std::size_t in_line = 0;
  for (std::size_t in_sample = 0; in_sample < sample.size();) {
    bool (*const member)(char) = is_digit(sample[in_sample])   ? &is_digit
                                 : is_blank(sample[in_sample]) ? &is_blank
                                                               : nullptr;
    if (member == nullptr) {
      if (in_line >= line.size() || line[in_line] != sample[in_sample]) return no_match();
      ++in_sample;
      ++in_line;
      continue;
    }
    const std::size_t wanted = run_length(sample, in_sample, member);
    // The last blank of a prefix separates it from the text; the blanks behind it belong to the text. On an
    // empty line they are often cut off.
    if (member == &is_blank && in_sample + wanted == sample.size()) {
      const std::string_view end = sample.substr(in_sample);
      if (line.substr(in_line).starts_with(end)) {
        in_line += end.size();
      } else if (line.substr(in_line).find_first_not_of(" \t") == kNone) {
        in_line = line.size();
      } else {
        return no_match();
      }
      break;
    }
    const std::size_t found = run_length(line, in_line, member);
    if (found == 0) return no_match();
    is_other = is_other || (member == &is_digit && !changes_by_line(sample, in_sample, wanted) &&
                            sample.substr(in_sample, wanted) != line.substr(in_line, found));
    in_sample += wanted;
    in_line += found;
  }
  if (is_other) return {Match::other, line};
  return {Match::same, line.substr(in_line)};
}

std::size_t log_prefix_length(std::string_view line) {
  constexpr int kMostMarks = 6;
  std::size_t at = 0;
  bool has_stamp = false;
  for (int mark = 0; mark < kMostMarks && at < line.size(); ++mark) {
    const std::string_view rest = line.substr(at);
    std::size_t length = syslog_length(rest);
    if (length == 0 && (length = stamp_length(rest)) > 0) has_stamp = true;
    if (length == 0) length = bracket_length(rest);
    if (length == 0) length = number_length(rest);
    if (length == 0) length = name_length(rest);
    if (length == 0 && has_stamp) length = gitlab_length(rest);
    if (length == 0 && has_stamp) length = logcat_length(rest);
    if (length == 0) break;
    at += length;
    if (at < line.size() && is_blank(line[at])) ++at;
  }
  return at;
}

}  // namespace repro::findings
