// CRuby's last words: the `[BUG]` line, then control frames, the Ruby-level backtrace, the C-level backtrace,
// what was loaded and the memory map (rb_bug() in error.c, rb_vm_bugreport() in vm_dump.c, the frames' forms
// in addr2line.c; read in 3.1 and 3.3).
//
// The text of a `[BUG]` says where the interpreter noticed, not what was wrong: one freed method definition
// was seen to end as "unsupported method type" with a dozen different numbers and as "Segmentation fault" at
// a dozen addresses. So all of them are one kind, and identity stands on the C frames below the ones that
// report: those of the cause.
//
// Several threads may crash at once, and nothing keeps their reports apart: lines of two, and pieces of
// lines, stand in each other. Lines are therefore read by their own shape and not by the section that they
// stand in; what has no shape is skipped. Which of two mixed C backtraces a line belongs to cannot be told;
// the frames up to the first bottom of a stack are taken, and of a frame that comes twice in a row one.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_start.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostFrames = 256;
/// Lines kept of each list (loaded features, memory map): a Rails process prints thousands, in which nobody
/// looks.
constexpr std::size_t kMostListed = 32;

struct Reporter {
  std::string_view name;
  std::string_view reason;
};

/// Frames that report. The cause is below the last of them: an interpreter that crashes while it reports has
/// two.
constexpr std::array<Reporter, 12> kReporters{{
    {"rb_bug", "the interpreter gives up"},
    {"rb_bug_errno", "the same after a failed system call"},
    {"rb_async_bug_errno", "the same in a signal handler"},
    {"rb_bug_for_fatal_signal", "the same for a signal"},
    {"rb_bug_without_die", "the same, as the body of rb_bug"},
    {"rb_assert_failure", "a check of a debug build"},
    {"rb_vm_bugreport", "prints the report"},
    {"sigsegv", "the handler of the signal"},
    {"sigbus", "the handler of the signal"},
    {"sigill", "the handler of the signal"},
    {"__restore_rt", "where the kernel enters a handler: below it stands what was interrupted"},
    {"__kernel_rt_sigreturn", "the same on arm64"},
}};

/// Where stacks begin; what follows is of another thread.
constexpr std::array<std::string_view, 5> kBottoms{"start_thread", "clone", "clone3", "__libc_start_main",
                                                   "_start"};

/// One line of the memory map.
struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;  ///< of `start` in the file
  std::string_view path;
};

/// `7ff39e5bb000-7ff39e5bc000 r--p 00000000 fe:00 332383   /usr/lib/x86_64-linux-gnu/libc.so.6`; 0x is not
/// printed.
std::optional<std::uint64_t> consume_bare_hex(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<Mapping> parse_mapping(std::string_view line) {
  Mapping mapping;
  const std::optional<std::uint64_t> start = consume_bare_hex(line);
  if (!start || !consume(line, "-")) return std::nullopt;
  const std::optional<std::uint64_t> end = consume_bare_hex(line);
  if (!end || line.size() < 6 || line[0] != ' ' || line[5] != ' ') return std::nullopt;
  line.remove_prefix(6);
  const std::optional<std::uint64_t> offset = consume_bare_hex(line);
  if (!offset) return std::nullopt;
  mapping.offset = *offset;
  mapping.start = *start;
  mapping.end = *end;
  if (const std::size_t path = line.find(" /"); path != kNone) mapping.path = line.substr(path + 1);
  return mapping;
}

/// A frame as printed, and the address that tells it from its repetition.
struct CFrame {
  Frame frame;
  std::uint64_t address = 0;  ///< 0: inlined into the frame above
};

bool is_reporter(const CFrame& frame) {
  return std::any_of(kReporters.begin(), kReporters.end(),
                     [&](const Reporter& row) { return row.name == frame.frame.function; });
}

/// `/src/vm.c:2458` from the end of a frame's line.
void take_file(std::string_view text, Frame& frame) {
  text = trim(text);
  const std::size_t colon = text.rfind(':');
  if (colon == kNone || colon == 0) return;
  std::string_view digits = text.substr(colon + 1);
  const std::optional<std::uint64_t> line = consume_decimal(digits);
  if (!line || !digits.empty() || *line > 100'000'000) return;
  if (text.substr(0, colon) == "???") return;
  frame.file = text.substr(0, colon);
  frame.line = static_cast<int>(*line);
}

/// The forms of addr2line.c: `[0x1]`, `path(0x1) [0x1]`, `path(name+0x1) [0x1] file:7`, `path(name) file:7`.
std::optional<CFrame> parse_c_frame(std::string_view line) {
  CFrame found;
  if (consume(line, "[0x")) {
    const std::optional<std::uint64_t> address = consume_bare_hex(line);
    if (!address || line != "]") return std::nullopt;
    found.address = *address;
    return found;
  }
  const std::size_t open = line.find('(');
  if (open == 0 || open == kNone || (line[0] != '/' && line[0] != '.')) return std::nullopt;
  const std::size_t marked = line.find(") [0x", open);
  const std::size_t close = marked == kNone ? line.find(") ", open) : marked;
  if (close == kNone) return std::nullopt;
  std::string_view inside = line.substr(open + 1, close - open - 1);
  if (inside.empty() || inside.find_first_of(" \t") != kNone) return std::nullopt;
  std::string_view rest = line.substr(close + 2);
  if (consume(rest, "[0x")) {
    const std::optional<std::uint64_t> address = consume_bare_hex(rest);
    if (!address || !consume(rest, "]")) return std::nullopt;
    found.address = *address;
  }
  found.frame.module = line.substr(0, open);
  take_file(rest, found.frame);
  if (std::string_view number = inside; const auto offset = consume_hex(number)) {
    if (number.empty() && *offset != found.address) found.frame.module_offset = *offset;
  } else {
    found.frame.function = inside.substr(0, inside.find("+0x"));
  }
  const bool says_where = found.address != 0 || !found.frame.file.empty();
  return says_where ? std::optional(found) : std::nullopt;
}

/// `path.rb:12:in 'name'`, before 3.4 with a backquote.
std::optional<Frame> parse_ruby_frame(std::string_view line) {
  if (!line.ends_with('\'')) return std::nullopt;
  std::size_t in = line.find(":in `");
  if (in == kNone) in = line.find(":in '");
  if (in == kNone) return std::nullopt;
  Frame frame;
  take_file(line.substr(0, in), frame);
  if (frame.file.empty()) return std::nullopt;
  frame.function = line.substr(in + 5, line.size() - in - 6);
  return frame;
}

/// Reads the lines of a report into stacks.
class Reader {
 public:
  void read(std::string_view line) {
    if (line.starts_with("-- C level backtrace")) {
      has_c_section_ = true;
    } else if (line.starts_with("-- Ruby level backtrace")) {
      has_ruby_section_ = true;
    } else if (const auto mapping = parse_mapping(line)) {
      mappings_.push_back(*mapping);
    } else if (const auto c_frame = has_c_section_ ? parse_c_frame(line) : std::nullopt) {
      add(*c_frame);
    } else if (auto frame = has_ruby_section_ ? parse_ruby_frame(line) : std::nullopt) {
      add(*std::move(frame));
    }
  }

  /// The cause's C frames first, then the Ruby-level ones, both innermost first. No stack is empty.
  std::vector<Stack> stacks() {
    std::vector<Stack> found;
    Stack c_level;
    c_level.role = StackRole::access;
    c_level.heading = "C level backtrace";
    for (auto frame = cause(); frame != c_frames_.end(); ++frame) {
      Frame placed = place(*frame);
      // Code that no module holds: a wild jump, or generated code.
      if (!placed.module.empty()) c_level.frames.push_back(std::move(placed));
    }
    if (!c_level.frames.empty()) found.push_back(std::move(c_level));
    if (!ruby_frames_.empty()) {
      Stack ruby_level;
      ruby_level.heading = "Ruby level backtrace";
      ruby_level.frames.assign(ruby_frames_.rbegin(), ruby_frames_.rend());
      found.push_back(std::move(ruby_level));
    }
    return found;
  }

  [[nodiscard]] const std::vector<Frame>& ruby_frames() const { return ruby_frames_; }

 private:
  void add(const CFrame& frame) {
    if (is_at_bottom_ || c_frames_.size() == kMostFrames) return;
    const bool is_repeated =
        !c_frames_.empty() && frame.address != 0 && c_frames_.back().address == frame.address;
    if (!is_repeated) c_frames_.push_back(frame);
    is_at_bottom_ = std::find(kBottoms.begin(), kBottoms.end(), frame.frame.function) != kBottoms.end();
  }

  /// Printed outermost first: its first frame once more is another thread's backtrace.
  void add(Frame frame) {
    is_at_next_ruby_backtrace_ =
        is_at_next_ruby_backtrace_ || (!ruby_frames_.empty() && frame == ruby_frames_.front());
    if (!is_at_next_ruby_backtrace_ && ruby_frames_.size() < kMostFrames) {
      ruby_frames_.push_back(std::move(frame));
    }
  }

  std::vector<CFrame>::iterator cause() {
    const auto last = std::find_if(c_frames_.rbegin(), c_frames_.rend(), is_reporter);
    return last.base();
  }

  /// Where the map has the frame, its offset in the file of its module: the same in every run, where the
  /// printed address is not.
  Frame place(const CFrame& frame) const {
    if (frame.frame.module_offset != 0 || frame.address == 0) return frame.frame;
    const auto holds = [&](const Mapping& m) { return m.start <= frame.address && frame.address < m.end; };
    const auto mapping = std::find_if(mappings_.begin(), mappings_.end(), holds);
    if (mapping == mappings_.end() || mapping->path.empty()) return frame.frame;
    Frame placed = frame.frame;
    placed.module = mapping->path;
    placed.module_offset = frame.address - mapping->start + mapping->offset;
    return placed;
  }

  std::vector<CFrame> c_frames_;
  std::vector<Frame> ruby_frames_;
  std::vector<Mapping> mappings_;
  bool has_c_section_ = false;
  bool has_ruby_section_ = false;
  bool is_at_bottom_ = false;
  bool is_at_next_ruby_backtrace_ = false;
};

/// The report with its long lists cut: `(73 more)`.
std::string shortened(const std::vector<std::string_view>& lines) {
  std::string text;
  std::size_t listed = 0;
  std::size_t dropped = 0;
  const auto note_dropped = [&] {
    if (dropped > 0) text += fmt::format("({} more)\n", dropped);
    dropped = 0;
  };
  bool in_list = false;
  for (const std::string_view line : lines) {
    if (line.starts_with("* ")) {
      note_dropped();
      in_list = line.starts_with("* Loaded features") || line.starts_with("* Process memory map");
      listed = 0;
    } else if (line.starts_with("-- ")) {
      in_list = false;
    }
    if (in_list && ++listed > kMostListed) {
      ++dropped;
      continue;
    }
    note_dropped();
    text += line;
    text += '\n';
  }
  note_dropped();
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::vector<Finding> parse_ruby_report(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return {};
  const std::size_t mark = lines[0].find("[BUG] ");
  Finding finding;
  finding.source = FindingSource::ruby;
  finding.kind = "interpreter-crash";
  finding.implies = Outcome::crash;
  finding.message = mark == kNone ? std::string() : std::string(trim(lines[0].substr(mark + 6)));
  if (std::none_of(lines.begin(), lines.end(), confirms_ruby_report)) return {};
  Reader reader;
  for (const std::string_view line : lines) reader.read(line);
  finding.stacks = reader.stacks();
  if (!reader.ruby_frames().empty()) {
    const Frame& at = reader.ruby_frames().back();
    finding.location = fmt::format("{}:{}: in '{}'", at.file, at.line, at.function);
  }
  finding.raw = shortened(lines);
  return {std::move(finding)};
}

}  // namespace repro::findings
