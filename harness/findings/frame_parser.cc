#include "harness/findings/frame_parser.h"

#include "harness/base/text.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Where the last ` (...)` of `text` begins when `text` ends with ')' and nothing in between is a bracket.
std::size_t last_group(std::string_view text) {
  if (!text.ends_with(')')) return kNone;
  const std::size_t open = text.rfind('(');
  if (open == kNone || (open > 0 && text[open - 1] != ' ')) return kNone;
  return open;
}

/// Takes ` (BuildId: hex)` from the end.
void take_build_id(std::string_view& text, Frame& frame) {
  const std::size_t open = last_group(text);
  if (open == kNone || !text.substr(open).starts_with("(BuildId: ")) return;
  frame.build_id = between(text.substr(open), "(BuildId: ", ")");
  text = trim(text.substr(0, open));
}

/// Takes ` (module+0xoffset)` or `(<unknown module>)` from the end.
void take_module(std::string_view& text, Frame& frame) {
  const std::size_t open = last_group(text);
  if (open == kNone) return;
  const std::string_view group = text.substr(open + 1, text.size() - open - 2);
  if (group == "<unknown module>") {
    text = trim(text.substr(0, open));
    return;
  }
  const std::size_t plus = group.rfind("+0x");
  if (plus == kNone || plus == 0) return;
  std::string_view offset = group.substr(plus + 1);
  const std::optional<std::uint64_t> number = consume_hex(offset);
  if (!number || !offset.empty()) return;
  frame.module = group.substr(0, plus);
  frame.module_offset = *number;
  text = trim(text.substr(0, open));
}

/// Takes `:12` or `:12:5` from the end of a file name.
void take_line(std::string_view& file, Frame& frame) {
  std::uint64_t numbers[2] = {0, 0};
  int found = 0;
  while (found < 2) {
    const std::size_t colon = file.rfind(':');
    if (colon == kNone || colon + 1 == file.size()) break;
    std::string_view digits = file.substr(colon + 1);
    const std::optional<std::uint64_t> number = consume_decimal(digits);
    if (!number || !digits.empty() || *number > 100'000'000) break;
    numbers[found++] = *number;
    file = file.substr(0, colon);
  }
  if (found == 1) frame.line = static_cast<int>(numbers[0]);
  if (found == 2) {
    frame.line = static_cast<int>(numbers[1]);
    frame.column = static_cast<int>(numbers[0]);
  }
}

bool looks_like_file(std::string_view word) {
  if (word == "<null>" || word.find('/') != kNone) return true;
  const std::size_t colon = word.find_first_of(':');
  const bool has_line = colon != kNone && colon > 0 && colon + 1 < word.size() && is_digit(word[colon + 1]);
  const std::size_t dot = word.rfind('.');
  const bool has_object_suffix = dot != kNone && (word.substr(dot) == ".o" || word.substr(dot) == ".S");
  return has_line || has_object_suffix;
}

/// Where the file begins in `name file`: a path may hold blanks and a name may too, so an absolute path is
/// looked for behind the last bracket of the name, and only else the last blank decides.
std::size_t file_start(std::string_view text) {
  const std::size_t bracket = text.rfind(')');
  const std::size_t absolute = text.find(" /", bracket == kNone ? 0 : bracket);
  if (absolute != kNone) return absolute;
  const std::size_t blank = text.rfind(' ');
  if (blank == kNone || !looks_like_file(text.substr(blank + 1))) return kNone;
  return blank;
}

void take_name_and_file(std::string_view text, Frame& frame) {
  std::string_view name = text;
  if (const std::size_t blank = file_start(text); blank != kNone) {
    name = trim(text.substr(0, blank));
    std::string_view file = trim(text.substr(blank + 1));
    take_line(file, frame);
    if (file != "<null>" && file != "??") frame.file = file;
  }
  if (name != "<null>" && name != "??" && name != "<unknown>") frame.function = name;
}

}  // namespace

std::optional<NumberedFrame> parse_frame(std::string_view line) {
  std::string_view rest = trim(line);
  if (!consume(rest, "#")) return std::nullopt;
  const std::optional<std::uint64_t> number = consume_decimal(rest);
  if (!number || (!rest.empty() && rest[0] != ' ')) return std::nullopt;
  NumberedFrame numbered;
  numbered.number = *number;
  rest = trim(rest);
  take_build_id(rest, numbered.frame);
  take_module(rest, numbered.frame);
  if (consume_hex(rest)) {
    rest = trim_left(rest);
    if (!consume(rest, "in ")) return numbered;  // an address alone
  }
  take_name_and_file(trim(rest), numbered.frame);
  return numbered;
}

}  // namespace repro::findings
