#include "harness/findings/backtrace_frame.h"

#include <algorithm>
#include <charconv>

#include "harness/base/text.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

using MaybeFrame = std::optional<NumberedFrame>;

/// Hexadecimal digits, with or without 0x, of at least `least` digits, up to a blank or the end.
std::optional<std::uint64_t> consume_address(std::string_view& text, std::size_t least = 4) {
  std::string_view rest = text;
  consume(rest, "0x");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, 16);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || (digits < least && rest.size() == text.size())) return std::nullopt;
  rest.remove_prefix(digits);
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t' && rest[0] != ':' && rest[0] != ']')
    return std::nullopt;
  text = rest;
  return value;
}

/// Without ` + 12` or `+0x12` at the end.
std::string_view without_offset(std::string_view name) {
  const std::size_t plus = name.rfind('+');
  if (plus == kNone || plus == 0) return name;
  std::string_view digits = trim(name.substr(plus + 1));
  if (!consume_hex(digits) && !consume_decimal(digits)) return name;
  return digits.empty() ? trim(name.substr(0, plus)) : name;
}

void set_function(std::string_view name, Frame& frame) {
  name = trim(name);
  const bool says_nothing = name.empty() || name == "??" || name == "?? ()" || name == "(unknown)" ||
                            name == "???" || name == "<unknown>" || name == "n/a" ||
                            name == "<unresolved symbol>";
  if (!says_nothing) frame.function = without_offset(name);
}

/// gdb: `func (args) at file:12`, `func (args) from module`; the arguments are of this run alone.
MaybeFrame parse_gdb(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  if (rest.starts_with("<signal handler called>") || rest.starts_with("<function called from gdb>"))
    return found;
  std::string_view place = rest;
  const bool has_address = consume_address(place).has_value();
  if (has_address && !consume(place, " in ")) return std::nullopt;
  const std::size_t open = place.find(" (");
  if (open == kNone) return std::nullopt;
  const std::size_t at = place.rfind(" at ");
  const std::size_t from = place.rfind(" from ");
  const bool ends_arguments = place.ends_with(')');
  if (at != kNone && at > open) {
    take_file_and_line(place.substr(at + 4), found.frame);
  } else if (from != kNone && from > open) {
    found.frame.module = trim(place.substr(from + 6));
  } else if (!ends_arguments) {
    return std::nullopt;
  }
  // A name may hold ` (` itself: `(anonymous namespace)::f (x=1)`, `operator() (`.
  std::size_t arguments = open;
  for (std::size_t next = open; next != kNone && (at == kNone || next < at);
       next = place.find(" (", next + 1)) {
    const bool is_of_name = place.substr(next).starts_with(" (anonymous namespace)");
    if (!is_of_name) {
      arguments = next;
      break;
    }
  }
  set_function(place.substr(0, arguments), found.frame);
  return found;
}

/// systemd-coredump: `func (libc.so.6 + 0x3dce5)`; elfutils: `func - /lib/x.so`, `- 1 func`.
MaybeFrame parse_coredump(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  if (!consume_address(rest)) return std::nullopt;
  rest = trim(rest);
  consume(rest, "- 1 ");
  const std::size_t open = rest.rfind(" (");
  const std::size_t plus = rest.rfind(" + 0x");
  if (rest.ends_with(')') && open != kNone && plus != kNone && plus > open) {
    found.frame.module = rest.substr(open + 2, plus - open - 2);
    std::string_view offset = rest.substr(plus + 3);
    found.frame.module_offset = consume_hex(offset).value_or(0);
    set_function(rest.substr(0, open), found.frame);
    return found;
  }
  if (const std::size_t dash = rest.rfind(" - "); dash != kNone && rest.find('/', dash) != kNone) {
    found.frame.module = trim(rest.substr(dash + 3));
    rest = rest.substr(0, dash);
  }
  set_function(rest, found.frame);
  return found;
}

/// backward-cpp: `Object "./prog", at 0x4, in main`, `Source "file.c", line 12, in main`.
MaybeFrame parse_backward(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  const bool is_source = consume(rest, "Source \"");
  if (!is_source && !consume(rest, "Object \"")) return std::nullopt;
  const std::size_t quote = rest.find('"');
  if (quote == kNone) return std::nullopt;
  (is_source ? found.frame.file : found.frame.module) = rest.substr(0, quote);
  std::string_view line = between(rest, "\", line ", ",");
  found.frame.line =
      static_cast<int>(std::min<std::uint64_t>(consume_decimal(line).value_or(0), 100'000'000));
  if (const std::size_t in = rest.find(", in "); in != kNone) set_function(rest.substr(in + 5), found.frame);
  return found;
}

/// Android: `pc 0000000000012345  /system/lib/libc.so (func+12) (BuildId: abc)`.
MaybeFrame parse_android(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  if (!consume(rest, "pc ")) return std::nullopt;
  const std::optional<std::uint64_t> offset = consume_address(rest);
  if (!offset) return std::nullopt;
  found.frame.module_offset = *offset;
  if (const std::size_t id = rest.find(" (BuildId: "); id != kNone) {
    found.frame.build_id = between(rest.substr(id), "(BuildId: ", ")");
    rest = rest.substr(0, id);
  }
  rest = trim(rest);
  const std::size_t open = rest.find(" (");
  found.frame.module = rest.substr(0, open);
  if (open != kNone && rest.ends_with(')'))
    set_function(rest.substr(open + 2, rest.size() - open - 3), found.frame);
  return found;
}

/// Mozilla: `func [file.cpp:12]`, `func[/lib/x.so +0x12]`, `??? (???:???)`, `func (file.cpp:12)`.
MaybeFrame parse_bracketed(std::uint64_t number, std::string_view rest, char open_mark) {
  NumberedFrame found{number, {}};
  const char close_mark = open_mark == '[' ? ']' : ')';
  const std::size_t open = rest.rfind(open_mark);
  if (open == kNone || open == 0 || !rest.ends_with(close_mark)) return std::nullopt;
  const std::string_view inside = rest.substr(open + 1, rest.size() - open - 2);
  if (const std::size_t plus = inside.rfind("+0x"); plus != kNone) {
    found.frame.module = trim(inside.substr(0, plus));
    std::string_view offset = inside.substr(plus + 1);
    found.frame.module_offset = consume_hex(offset).value_or(0);
  } else {
    take_file_and_line(inside, found.frame);
    if (found.frame.line == 0) return std::nullopt;
  }
  set_function(rest.substr(0, open), found.frame);
  return found;
}

/// All that begins with `#` and a number.
MaybeFrame parse_hash(std::string_view line) {
  std::string_view rest = line;
  if (!consume(rest, "#")) return std::nullopt;
  const std::optional<std::uint64_t> number = consume_decimal(rest);
  if (!number || rest.empty()) return std::nullopt;
  if (consume(rest, ": ")) {
    rest = trim(rest);
    if (auto found = parse_bracketed(*number, rest, '[')) return found;
    if (auto found = parse_bracketed(*number, rest, '(')) return found;
    NumberedFrame found{*number, {}};
    set_function(rest, found.frame);
    return found;
  }
  if (rest[0] != ' ' && rest[0] != '\t') return std::nullopt;
  rest = trim(rest);
  if (auto found = parse_backward(*number, rest)) return found;
  if (auto found = parse_android(*number, rest)) return found;
  const bool is_sanitizers =
      rest.ends_with(')') && (rest.find("(BuildId: ") != kNone || rest.find("+0x") != kNone);
  if (!is_sanitizers) {
    if (auto found = parse_gdb(*number, rest)) return found;
  }
  std::string_view behind = rest;
  if (consume_address(behind)) {
    behind = trim(behind);
    if (behind.ends_with(']')) {
      if (auto found = parse_bracketed(*number, behind, '[')) return found;
    }
    const bool has_module = behind.find(" + 0x") != kNone || behind.find(" - /") != kNone;
    if (has_module || (!behind.starts_with("in ") && !behind.starts_with("(") && behind.find(" /") == kNone &&
                       behind.find(" (") == kNone)) {
      return parse_coredump(*number, rest);
    }
  }
  // LLVM's handler prints the sanitizers' form without `in`.
  if (behind.size() != rest.size() && !behind.starts_with("in ")) {
    return parse_frame("#" + std::to_string(*number) + " " + std::string(behind));
  }
  return parse_frame(line);
}

/// lldb: `frame #0: 0x0000 a.out`func(x=1) at file.c:12:5`.
MaybeFrame parse_lldb(std::string_view line) {
  consume(line, "* ");
  if (!consume(line, "frame #")) return std::nullopt;
  const std::optional<std::uint64_t> number = consume_decimal(line);
  if (!number || !consume(line, ": ")) return std::nullopt;
  NumberedFrame found{*number, {}};
  consume_address(line);
  line = trim(line);
  const std::size_t tick = line.find('`');
  if (tick == kNone) return found;
  found.frame.module = line.substr(0, tick);
  line.remove_prefix(tick + 1);
  if (const std::size_t at = line.rfind(" at "); at != kNone) {
    take_file_and_line(line.substr(at + 4), found.frame);
    line = line.substr(0, at);
  }
  if (const std::size_t inlined = line.find("[inlined] "); inlined != kNone) line.remove_prefix(inlined + 10);
  set_function(line, found.frame);
  return found;
}

/// glog and its descendants: `@     0x55aa  (unknown)`, `@ 0x55aa  24  func` (abseil adds the frame's size),
/// `@ 0x55aa func (file.cpp:12)`, `PC: @ ...`.
MaybeFrame parse_at(std::string_view line) {
  consume(line, "PC: ");
  if (!consume(line, "@ ")) return std::nullopt;
  line = trim(line);
  if (!consume_address(line, 1)) return std::nullopt;
  line = trim(line);
  std::string_view behind = line;
  if (consume_decimal(behind) && behind.starts_with("  ")) line = trim(behind);
  consume(line, "(unknown) ");
  line = trim(line);
  NumberedFrame found;
  if (auto placed = parse_bracketed(0, line, '(')) return placed;
  set_function(line, found.frame);
  return found;
}

/// Where the bracket opens that the last character of `text` closes; kNone when it closes none.
std::size_t matching_bracket(std::string_view text) {
  if (!text.ends_with(')')) return kNone;
  int depth = 0;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] == ')') ++depth;
    if (text[at] == '(' && --depth == 0) return at;
  }
  return kNone;
}

/// backtrace_symbols(3): `./prog(func+0x12) [0x401234]`, `/lib/x.so(+0x3ef20) [0x7f]`, `[0x7fff]`.
MaybeFrame parse_symbols(std::string_view line) {
  if (!line.ends_with(']')) return std::nullopt;
  const std::size_t bracket = line.rfind("[0x");
  if (bracket == kNone) return std::nullopt;
  NumberedFrame found;
  line = trim(line.substr(0, bracket));
  if (line.empty()) return found;
  const std::size_t open = matching_bracket(line);
  if (open == kNone) {
    const bool is_path = line.find(' ') == kNone && line.find('/') != kNone;
    if (!is_path) return std::nullopt;
    found.frame.module = line;
    return found;
  }
  found.frame.module = line.substr(0, open);
  const std::string_view inside = line.substr(open + 1, line.size() - open - 2);
  const std::size_t plus = inside.rfind("+0x");
  if (plus == 0) {
    std::string_view offset = inside.substr(1);
    found.frame.module_offset = consume_hex(offset).value_or(0);
  } else {
    set_function(inside.substr(0, plus), found.frame);
  }
  return found.frame.module.find(' ') == std::string::npos ? MaybeFrame(found) : std::nullopt;
}

/// Boost.Stacktrace: `0# func at /src/a.cc:70`, `1# func in ./prog`, `2# 0x0000 in /lib/x.so`.
MaybeFrame parse_boost(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  std::string_view name = rest;
  if (const std::size_t at = rest.rfind(" at "); at != kNone) {
    take_file_and_line(rest.substr(at + 4), found.frame);
    name = rest.substr(0, at);
  } else if (const std::size_t in = rest.rfind(" in "); in != kNone) {
    found.frame.module = trim(rest.substr(in + 4));
    name = rest.substr(0, in);
  }
  if (!consume_address(name)) set_function(name, found.frame);
  return found;
}

/// node: `1: 0x7ff node::Abort() [node]`; Rust: `2: 0x55d0 - core::panicking::panic_fmt::h0123`, `2: name`.
MaybeFrame parse_colon(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  consume_address(rest);
  rest = trim(rest);
  consume(rest, "- ");
  if (rest.ends_with(']')) {
    if (const std::size_t open = rest.rfind('['); open != kNone) {
      found.frame.module = rest.substr(open + 1, rest.size() - open - 2);
      rest = rest.substr(0, open);
    }
  }
  set_function(rest, found.frame);
  return found;
}

/// Breakpad: `libxul.so!mozilla::foo(int) [file.cpp:abc123 : 123 + 0x5]`, `libc.so.6 + 0x12`.
MaybeFrame parse_breakpad(std::uint64_t number, std::string_view rest) {
  NumberedFrame found{number, {}};
  const std::size_t bang = rest.find('!');
  if (bang == kNone || bang == 0 || rest.substr(0, bang).find(' ') != kNone) return std::nullopt;
  found.frame.module = rest.substr(0, bang);
  rest.remove_prefix(bang + 1);
  if (const std::size_t open = rest.rfind(" ["); open != kNone && rest.ends_with(']')) {
    std::string_view source = rest.substr(open + 2, rest.size() - open - 3);
    source = trim(source.substr(0, source.rfind(" + 0x")));
    if (const std::size_t line = source.rfind(" : "); line != kNone) {
      std::string_view digits = source.substr(line + 3);
      found.frame.line =
          static_cast<int>(std::min<std::uint64_t>(consume_decimal(digits).value_or(0), 100'000'000));
      source = source.substr(0, line);
    }
    // `hg:hg.mozilla.org/path:dir/file.cpp:revision`, `file.cpp:revision`.
    if (source.starts_with("hg:") || source.starts_with("git:") || source.starts_with("s3:")) {
      const std::vector<std::string_view> parts = split(source, ':');
      source = parts.size() > 2 ? parts[2] : source;
    } else {
      source = source.substr(0, source.rfind(':'));
    }
    found.frame.file = source;
    rest = rest.substr(0, open);
  }
  set_function(rest, found.frame);
  return found;
}

/// All that begins with a bare number.
MaybeFrame parse_number(std::string_view line) {
  const std::optional<std::uint64_t> number = consume_decimal(line);
  if (!number || *number > 9999 || line.empty()) return std::nullopt;
  if (consume(line, "# ")) return parse_boost(*number, trim(line));
  if (consume(line, ": ")) return parse_colon(*number, trim(line));
  if (line[0] != ' ' && line[0] != '\t') return std::nullopt;
  line = trim(line);
  if (auto found = parse_breakpad(*number, line)) return found;
  NumberedFrame found{*number, {}};
  // JavaScriptCore on Linux: `1   0x10f WTFCrash`; on macOS the module stands in between.
  if (!line.starts_with("0x")) {
    const std::size_t blank = line.find(" 0x");
    if (blank > 80) return std::nullopt;
    found.frame.module = trim(line.substr(0, blank));
    line = trim(line.substr(blank));
  }
  if (!consume_address(line)) return std::nullopt;
  set_function(line, found.frame);
  return found;
}

/// Valgrind: `at 0x4C: func (file.c:12)`, `by 0x4C: func (in /lib/x.so)`, `by 0x4C: ???`.
MaybeFrame parse_valgrind(std::string_view line) {
  const bool is_first = consume(line, "at 0x");
  if (!is_first && !consume(line, "by 0x")) return std::nullopt;
  if (!consume_address(line, 1) || !consume(line, ": ")) return std::nullopt;
  NumberedFrame found;
  found.number = is_first ? 0 : 1;
  if (const std::size_t in = line.rfind(" (in "); in != kNone && line.ends_with(')')) {
    found.frame.module = line.substr(in + 5, line.size() - in - 6);
    line = line.substr(0, in);
  } else if (auto placed = parse_bracketed(found.number, line, '(')) {
    return placed;
  }
  set_function(line, found.frame);
  return found;
}

}  // namespace

void take_file_and_line(std::string_view text, Frame& frame) {
  text = trim(text);
  std::uint64_t numbers[2] = {0, 0};
  int found = 0;
  while (found < 2) {
    const std::size_t colon = text.rfind(':');
    if (colon == kNone || colon + 1 == text.size()) break;
    std::string_view digits = text.substr(colon + 1);
    const std::optional<std::uint64_t> number = consume_decimal(digits);
    if (!number || !digits.empty() || *number > 100'000'000) break;
    numbers[found++] = *number;
    text = text.substr(0, colon);
  }
  if (text != "??" && text != "???") frame.file = text;
  frame.line = static_cast<int>(found == 2 ? numbers[1] : numbers[0]);
  frame.column = static_cast<int>(found == 2 ? numbers[0] : 0);
}

bool take_source_line(std::string_view line, Frame& frame) {
  if (!frame.file.empty() || line.empty() || (line[0] != ' ' && line[0] != '\t')) return false;
  line = trim(line);
  consume(line, "at ");
  if (line.find(' ') != kNone || line.find(':') == kNone) return false;
  Frame placed;
  take_file_and_line(line, placed);
  if (placed.line == 0) return false;
  frame.file = std::move(placed.file);
  frame.line = placed.line;
  frame.column = placed.column;
  return true;
}

std::optional<NumberedFrame> parse_backtrace_frame(std::string_view line) {
  line = trim(line);
  // g3log: `stack dump [1]  1   libpool.so   0x000000010b18b110 name + 96`.
  if (consume(line, "stack dump [")) line = trim(line.substr(std::min(line.find(']'), line.size() - 1) + 1));
  if (line.empty()) return std::nullopt;
  switch (line[0]) {
    case '#':
      return parse_hash(line);
    case '*':
    case 'f':
      return parse_lldb(line);
    case '@':
    case 'P':
      return parse_at(line);
    case 'a':
    case 'b':
      if (auto found = parse_valgrind(line)) return found;
      break;
    default:
      if (is_digit(line[0])) return parse_number(line);
      break;
  }
  return parse_symbols(line);
}

std::vector<Frame> read_backtrace(const std::vector<std::string_view>& lines, std::size_t& at) {
  constexpr std::size_t kMostFrames = 256;
  std::vector<Frame> frames;
  bool last_is_kept = false;
  std::uint64_t first_number = 0;
  for (; at < lines.size(); ++at) {
    if (last_is_kept && take_source_line(lines[at], frames.back())) continue;
    std::optional<NumberedFrame> found = parse_backtrace_frame(lines[at]);
    if (!found) break;
    // The next thread's stack, where nothing stands in between. backward-cpp counts down.
    if (frames.empty()) first_number = found->number;
    if (found->number == 0 && first_number == 0 && lines[at].find('#') != kNone && !frames.empty()) break;
    last_is_kept = found->frame != Frame{} && frames.size() < kMostFrames;
    if (last_is_kept) frames.push_back(std::move(found->frame));
  }
  return frames;
}

}  // namespace repro::findings
