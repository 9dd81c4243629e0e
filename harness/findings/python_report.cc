// CPython's fatal errors and faulthandler (Python/pylifecycle.c, Modules/faulthandler.c, Python/traceback.c
// of 3.8 to 3.14), and tracebacks.
//
//   Fatal Python error: Segmentation fault
//
//   Current thread 0x00007f12 (most recent call first):
//     File "a.py", line 3 in f
//
// A traceback alone says that an exception was printed, not that anything failed: loggers print handled ones.
// It is therefore evidence of a run that failed for another reason and is dropped by the judge where there is
// none.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/line_prefix.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"
#include "harness/findings/runtime_starts.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostFrames = 256;
constexpr std::size_t kMostStacks = 64;

bool is_thread_heading(std::string_view line) {
  return (line.starts_with("Current thread") || line.starts_with("Thread 0x")) &&
         line.find("most recent call first") != kNone;
}

LineKind classify_fatal(std::string_view line, int& /*phase*/) {
  if (line.starts_with("Extension modules: ")) return LineKind::last;
  const bool belongs =
      line.empty() || line.starts_with("  ") || is_thread_heading(line) ||
      line.starts_with("Python runtime state: ") || line.starts_with("Fatal Python error: ") ||
      line.starts_with("Current thread's C stack trace") || line.starts_with("<no Python frame>");
  return belongs ? LineKind::absorbed : LineKind::foreign;
}

// Threads go on printing; what follows the last section is not the interpreter's.
constexpr LineRules kFatalRules{&classify_fatal, 8, false};

LineKind classify_traceback(std::string_view line, int& phase) {
  enum Phase : int { kFrames, kNamed, kChained };
  if (line.starts_with("  ")) return LineKind::inner;
  if (phase == kFrames) {
    phase = kNamed;  // `ValueError: text` ends it, unless a chained one follows
    return line.empty() ? LineKind::after : LineKind::inner;
  }
  if (line.starts_with("During handling of") || line.starts_with("The above exception")) {
    phase = kChained;
    return LineKind::absorbed;
  }
  if (phase == kChained && line.starts_with("Traceback (most recent call last):")) {
    phase = kFrames;
    return LineKind::absorbed;
  }
  return line.empty() ? LineKind::absorbed : LineKind::after;
}

constexpr LineRules kTracebackRules{&classify_traceback, 0, false};

/// `  File "a.py", line 3 in f` (faulthandler), `  File "a.py", line 3, in f` (traceback).
std::optional<Frame> parse_frame_line(std::string_view line) {
  line = trim(line);
  if (!consume(line, "File \"")) return std::nullopt;
  const std::size_t quote = line.find("\", line ");
  if (quote == kNone) return std::nullopt;
  Frame frame;
  frame.file = line.substr(0, quote);
  std::string_view rest = line.substr(quote + 8);
  frame.line = static_cast<int>(std::min<std::uint64_t>(consume_decimal(rest).value_or(0), 100'000'000));
  consume(rest, ",");
  if (consume(rest, " in ")) frame.function = trim(rest);
  return frame;
}

/// `  Binary file "/usr/bin/python3", at _Py_DumpStack+0x3e [0x55d]`.
std::optional<Frame> parse_binary_line(std::string_view line) {
  line = trim(line);
  if (!consume(line, "Binary file \"")) return std::nullopt;
  const std::size_t quote = line.find("\", at ");
  if (quote == kNone) return std::nullopt;
  Frame frame;
  frame.module = line.substr(0, quote);
  const std::string_view name = line.substr(quote + 6);
  const std::size_t plus = name.find("+0x");
  if (plus == 0) {
    std::string_view offset = name.substr(1);
    frame.module_offset = consume_hex(offset).value_or(0);
  } else {
    frame.function = trim(name.substr(0, plus));
  }
  return frame;
}

std::vector<Stack> read_threads(const std::vector<std::string_view>& lines) {
  std::vector<Stack> stacks;
  bool has_current = false;
  for (const std::string_view line : lines) {
    const bool is_c_level = line.starts_with("Current thread's C stack trace");
    if ((is_thread_heading(line) || is_c_level) && stacks.size() < kMostStacks) {
      Stack stack;
      stack.heading = line.ends_with(':') ? line.substr(0, line.size() - 1) : line;
      const bool is_current = !is_c_level && line.starts_with("Current thread");
      stack.role = is_current && !has_current ? StackRole::access : StackRole::other;
      has_current = has_current || is_current;
      stacks.push_back(std::move(stack));
    } else if (!stacks.empty() && stacks.back().frames.size() < kMostFrames) {
      std::optional<Frame> frame = parse_frame_line(line);
      if (!frame) frame = parse_binary_line(line);
      if (frame) stacks.back().frames.push_back(*std::move(frame));
    }
  }
  const auto current = std::find_if(stacks.begin(), stacks.end(),
                                    [](const Stack& stack) { return stack.role == StackRole::access; });
  if (current != stacks.end()) std::rotate(stacks.begin(), current, current + 1);
  return stacks;
}

}  // namespace

std::optional<ReportStart> python_start(std::string_view line) {
  for (const std::string_view text : {"Fatal Python error: ", "Windows fatal exception: "}) {
    if (const std::size_t at = line.find(text); at != kNone) {
      return ReportStart{Grammar::python, Extent::lines, at, false, &kFatalRules};
    }
  }
  // faulthandler.dump_traceback_later: `Timeout (0:00:10)!`.
  if (const std::size_t at = line.find("Timeout ("); at != kNone && line.ends_with(")!")) {
    return ReportStart{Grammar::python, Extent::lines, at, false, &kFatalRules};
  }
  const std::size_t at = line.find("Traceback (most recent call last):");
  if (at != kNone && (at == 0 || at == log_prefix_length(line))) {
    return ReportStart{Grammar::python_exception, Extent::lines, at, false, &kTracebackRules};
  }
  return std::nullopt;
}

std::vector<Finding> parse_python_report(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return {};
  Finding finding;
  finding.source = FindingSource::python;
  finding.implies = Outcome::crash;
  finding.stacks = read_threads(lines);
  std::string_view words = lines[0];
  if (words.starts_with("Timeout (")) {
    if (finding.stacks.empty()) return {};  // other programs have timeouts too
    finding.kind = "timeout";
    finding.implies = Outcome::hang;
    finding.message = words;
    return {std::move(finding)};
  }
  if (!consume(words, "Fatal Python error: ")) consume(words, "Windows fatal exception: ");
  finding.message = trim(words);
  struct Signal {
    std::string_view words;
    std::string_view kind;
  };
  constexpr std::array<Signal, 5> kSignals{{{"Segmentation fault", "segmentation-fault"},
                                            {"Aborted", "aborted"},
                                            {"Floating point exception", "floating-point-exception"},
                                            {"Bus error", "bus-error"},
                                            {"Illegal instruction", "illegal-instruction"}}};
  const auto* signal = std::find_if(kSignals.begin(), kSignals.end(), [&](const Signal& row) {
    return finding.message.starts_with(row.words);
  });
  finding.kind = signal == kSignals.end() ? "fatal-error" : std::string(signal->kind);
  return {std::move(finding)};
}

Finding parse_python_exception(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::python;
  finding.kind = "uncaught-exception";
  finding.implies = Outcome::fail;
  Stack stack;
  stack.role = StackRole::access;
  stack.heading = "Traceback (most recent call last)";
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("Traceback (most recent")) {
      stack.frames.clear();  // of a chain the last one was not caught
    } else if (std::optional<Frame> frame = parse_frame_line(line)) {
      if (stack.frames.size() < kMostFrames) stack.frames.push_back(*std::move(frame));
    } else if (!line.empty() && line[0] != ' ' && !line.starts_with("During handling of") &&
               !line.starts_with("The above exception")) {
      finding.message = trim(line);
    }
  }
  std::reverse(stack.frames.begin(), stack.frames.end());
  if (!stack.frames.empty()) finding.stacks.push_back(std::move(stack));
  if (finding.message.empty()) finding.message = "exception";
  return finding;
}

}  // namespace repro::findings
