// Rust's panics (library/std/src/panicking.rs, rt.rs, backtrace.rs of 1.40 to 1.8x) and the standard
// library's aborts.
//
//   thread 'main' panicked at 'TEXT', src/a.rs:2:5        up to 1.72
//   thread 'main' panicked at src/a.rs:2:5:               since 1.73; the text follows on lines of its own
//   note: run with `RUST_BACKTRACE=1` ...                 of the first panic of a process only
//   stack backtrace:
//      0: rust_begin_unwind
//                at /rustc/.../panicking.rs:593:5
//
// A panic while panicking, or one that may not unwind, prints a second report and then aborts: that is the
// first one's consequence and belongs to it.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/backtrace_frame.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"
#include "harness/findings/runtime_starts.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// What the standard library says when it aborts without a panic, or because of a second one.
struct Abort {
  std::string_view words;
  std::string_view kind;
};

constexpr std::array<Abort, 8> kAborts{{
    {" has overflowed its stack", "stack-overflow"},
    {"fatal runtime error: stack overflow", "stack-overflow"},
    {"thread panicked while processing panic. aborting.", "panic-in-panic"},
    {"thread panicked while panicking. aborting.", "panic-in-panic"},
    {"thread caused non-unwinding panic. aborting.", "panic-no-unwind"},
    {"fatal runtime error: ", "fatal-runtime-error"},
    {"unsafe precondition(s) violated", "unsafe-precondition"},
    {"memory allocation of ", "allocation-failed"},
}};

/// A second panic that the first one caused.
bool is_consequence(std::string_view line) {
  return line.find("panic in a destructor during cleanup") != kNone ||
         line.find("panic in a function that cannot unwind") != kNone ||
         line.find("/core/src/panicking.rs:") != kNone;
}

const Abort* abort_in(std::string_view line) {
  const auto* found = std::find_if(kAborts.begin(), kAborts.end(),
                                   [&](const Abort& row) { return line.find(row.words) != kNone; });
  return found == kAborts.end() ? nullptr : found;
}

/// `   3: name`, `   3: 0x55d0 - name`, and the place below it.
bool is_frame_line(std::string_view line) {
  std::string_view rest = trim_left(line);
  if (rest.size() == line.size()) return false;
  if (consume(rest, "at ")) return rest.find(':') != kNone;
  return consume_decimal(rest).has_value() && rest.starts_with(": ");
}

LineKind classify_rust(std::string_view line, int& phase) {
  enum Phase : int { kFirst, kMessage, kStack };
  const bool is_first = phase == kFirst;
  if (is_first) phase = kMessage;
  if (is_consequence(line) || abort_in(line) != nullptr) return LineKind::absorbed;
  if (line.starts_with("stack backtrace:")) {
    phase = kStack;
    return LineKind::inner;
  }
  if (line.starts_with("note: ")) {
    phase = kMessage;
    return LineKind::inner;
  }
  if (phase == kStack) return is_frame_line(line) || line.empty() ? LineKind::inner : LineKind::after;
  const bool is_comparison = line.starts_with("  left: ") || line.starts_with(" right: ");
  return is_first || is_comparison || line.empty() || is_frame_line(line) ? LineKind::inner
                                                                          : LineKind::foreign;
}

constexpr LineRules kRules{&classify_rust, 3, false};

struct Panic {
  std::string message;
  Frame place;
  std::string thread;
};

/// Both forms of the first line; `lines` begin with it.
std::optional<Panic> parse_panic(const std::vector<std::string_view>& lines, std::string_view text) {
  std::string_view rest = lines[0];
  if (!consume(rest, "thread '")) return std::nullopt;
  Panic panic;
  const std::size_t at = rest.find(" panicked at ");
  if (at == kNone) return std::nullopt;
  panic.thread = rest.substr(0, rest.substr(0, at).rfind('\''));
  rest.remove_prefix(at + std::string_view(" panicked at ").size());
  if (rest.starts_with('\'')) {
    // The text may hold quotes and lines: it ends at the last `', ` that a place follows.
    const std::size_t begin = lines[0].size() - rest.size() + 1;
    const std::size_t limit = std::min(text.find("\nstack backtrace:"), text.find("\nnote: "));
    const std::string_view whole = text.substr(0, limit);
    const std::size_t end = whole.rfind("', ");
    const bool is_cut = end == kNone || end < begin;
    const std::string_view message = whole.substr(begin, is_cut ? kNone : end - begin);
    panic.message = message.substr(0, message.find('\n'));
    if (!is_cut) {
      const std::string_view place = whole.substr(end + 3);
      take_file_and_line(place.substr(0, place.find('\n')), panic.place);
    }
  } else {
    if (rest.ends_with(':')) rest.remove_suffix(1);
    take_file_and_line(rest, panic.place);
    if (lines.size() > 1 && !lines[1].starts_with("note: ") && !lines[1].starts_with("stack backtrace:")) {
      panic.message = lines[1];
    }
  }
  return panic;
}

/// Frames that carry or report the panic; what called the last of them is the fault.
bool is_of_panicking(const Frame& frame) {
  constexpr std::array<std::string_view, 9> kParts{
      "rust_begin_unwind",  "::panicking::",       "__rust_end_short_backtrace",
      "::unwrap_failed",    "::expect_failed",     "slice_error_fail",
      "handle_alloc_error", "Result<T,E>::expect", "core::slice::index::"};
  constexpr std::array<std::string_view, 3> kCatchers{"panicking::try", "catch_unwind", "do_call"};
  const auto holds = [&](std::string_view part) { return frame.function.find(part) != std::string::npos; };
  return std::any_of(kParts.begin(), kParts.end(), holds) &&
         std::none_of(kCatchers.begin(), kCatchers.end(), holds);
}

/// `[e28293b1aa0f68bd]`, the hash of a crate in the newer mangling, which differs from build to build.
void drop_crate_hashes(std::string& name) {
  constexpr std::size_t kDigits = 16;
  for (std::size_t open = name.find('['); open != std::string::npos; open = name.find('[', open + 1)) {
    const std::size_t close = name.find_first_not_of("0123456789abcdef", open + 1);
    const bool is_hash = close != std::string::npos && name[close] == ']' && close - open - 1 >= kDigits - 3;
    if (is_hash) name.erase(open, close + 1 - open);
    if (is_hash && open > 0) --open;
  }
}

/// `::h0123456789abcdef`, the hash of legacy mangling, which differs from build to build.
void drop_hashes(Frame& frame) {
  drop_crate_hashes(frame.function);
  constexpr std::size_t kDigits = 16;
  const std::size_t mark = frame.function.rfind("::h");
  if (mark == kNone || frame.function.size() != mark + 3 + kDigits) return;
  if (std::all_of(frame.function.begin() + static_cast<std::ptrdiff_t>(mark) + 3, frame.function.end(),
                  is_hex_digit)) {
    frame.function.resize(mark);
  }
}

std::optional<Stack> read_stack(const std::vector<std::string_view>& lines) {
  const auto heading = std::find_if(
      lines.begin(), lines.end(), [](std::string_view line) { return line.starts_with("stack backtrace:"); });
  if (heading == lines.end()) return std::nullopt;
  std::size_t at = static_cast<std::size_t>(heading - lines.begin()) + 1;
  Stack stack;
  stack.role = StackRole::access;
  stack.heading = "stack backtrace";
  stack.frames = read_backtrace(lines, at);
  std::for_each(stack.frames.begin(), stack.frames.end(), drop_hashes);
  const auto bottom = std::find_if(stack.frames.begin(), stack.frames.end(), [](const Frame& frame) {
    return frame.function.find("__rust_begin_short_backtrace") != kNone;
  });
  if (bottom != stack.frames.begin()) stack.frames.erase(bottom, stack.frames.end());
  const auto last = std::find_if(stack.frames.rbegin(), stack.frames.rend(), is_of_panicking);
  if (last.base() != stack.frames.end()) stack.frames.erase(stack.frames.begin(), last.base());
  if (stack.frames.empty()) return std::nullopt;
  return stack;
}

}  // namespace

std::optional<ReportStart> rust_start(std::string_view line) {
  if (const std::size_t at = line.find("thread '"); at != kNone) {
    const bool is_panic = line.find(" panicked at ", at) != kNone;
    if (is_panic || line.ends_with("has overflowed its stack")) {
      return ReportStart{Grammar::rust, Extent::lines, at, false, &kRules};
    }
  }
  for (const std::string_view text :
       {"thread panicked while p", "thread caused non-unwinding panic", "fatal runtime error: "}) {
    if (const std::size_t at = line.find(text); at != kNone) {
      return ReportStart{Grammar::rust, Extent::lines, at, false, &kRules};
    }
  }
  const std::size_t at = line.find("memory allocation of ");
  if (at != kNone && (line.ends_with(" bytes failed") || line.find(" bytes failed", at) != kNone)) {
    return ReportStart{Grammar::rust, Extent::one_line, at};
  }
  return std::nullopt;
}

Finding parse_rust_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::rust;
  finding.implies = Outcome::crash;
  finding.kind = "panic";
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return finding;
  finding.message = trim(lines[0]);
  const std::optional<Panic> panic = parse_panic(lines, text);
  if (panic) {
    finding.message = panic->message;
  } else if (const Abort* abort = abort_in(lines[0]); abort != nullptr) {
    finding.kind = abort->kind;
  }
  if (std::optional<Stack> stack = read_stack(lines)) {
    if (panic) stack->thread = panic->thread;
    finding.stacks.push_back(*std::move(stack));
  } else if (panic && !panic->place.file.empty()) {
    finding.stacks.push_back(stack_of_one(lines[0], panic->place));
    finding.stacks.back().thread = panic->thread;
  }
  if (panic && !panic->place.file.empty()) {
    finding.location = panic->place.file + ":" + std::to_string(panic->place.line);
  }
  return finding;
}

}  // namespace repro::findings
