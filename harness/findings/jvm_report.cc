// HotSpot's fatal errors (share/utilities/vmError.cpp of JDK 8 to 21), its thread dump's deadlocks
// (share/runtime/deadlockCycle.cpp, Thread::print) and exceptions that end a thread (java.lang.ThreadGroup).
//
// A fatal error is a block of `#` lines on standard output and, in hs_err_pid*.log, the same block followed
// by sections up to `END.`. Both are one report.

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
constexpr std::size_t kMostFrames = 256;
constexpr std::size_t kMostStacks = 64;

LineKind classify_fatal(std::string_view line, int& phase) {
  constexpr int kInFile = 1;
  if (phase == kInFile) return line == "END." ? LineKind::last : LineKind::absorbed;
  if (line.starts_with("---------------")) {
    phase = kInFile;
    return LineKind::absorbed;
  }
  if (line.starts_with("#") || line.empty()) return LineKind::absorbed;
  const bool is_wrapper = line.starts_with("[thread ") || line.starts_with("[error occurred") ||
                          line.starts_with("[Too many errors");
  return is_wrapper ? LineKind::inner : LineKind::after;
}

constexpr LineRules kFatalRules{&classify_fatal, 0, false};

LineKind classify_deadlock(std::string_view line, int& /*phase*/) {
  if (line.starts_with("Found ") && line.find(" deadlock") != kNone && line.find("Found one") == kNone) {
    return LineKind::last;
  }
  return line.starts_with("Found one Java-level deadlock") ? LineKind::absorbed : LineKind::inner;
}

constexpr LineRules kDeadlockRules{&classify_deadlock, 0, true};

LineKind classify_exception(std::string_view line, int& /*phase*/) {
  const std::string_view rest = trim_left(line);
  const bool belongs = rest.size() < line.size() && (rest.starts_with("at ") || rest.starts_with("... ") ||
                                                     rest.starts_with("Suppressed: "));
  return belongs || line.starts_with("Caused by: ") ? LineKind::inner : LineKind::after;
}

constexpr LineRules kExceptionRules{&classify_exception, 0, false};

/// `com.foo.Bar.baz(Bar.java:12)`, `java.base@17/java.lang.Thread.run(Thread.java:833)`.
std::optional<Frame> parse_java_frame(std::string_view line) {
  line = trim(line);
  if (!consume(line, "at ")) return std::nullopt;
  Frame frame;
  if (const std::size_t open = line.rfind('('); open != kNone && line.ends_with(')')) {
    std::string_view place = line.substr(open + 1, line.size() - open - 2);
    place.remove_prefix(
        place.rfind('/') == kNone ? 0 : place.rfind('/') + 1);  // `java.base@17.0.15/Thread.java:840`
    if (place != "Native Method" && place != "Unknown Source") take_file_and_line(place, frame);
    line = line.substr(0, open);
  }
  if (const std::size_t slash = line.rfind('/'); slash != kNone && line.substr(0, slash).find('$') == kNone) {
    line.remove_prefix(slash + 1);
  }
  frame.function = line;
  return frame;
}

/// `com.foo.Bar.baz(Lcom/x;I)V+12` without signature and offset.
std::string_view java_name(std::string_view text) {
  text = trim(text);
  const std::size_t open = text.find('(');
  return open == kNone ? text.substr(0, text.find('+')) : text.substr(0, open);
}

/// Frames of hs_err: `C  [libc.so.6+0x123]  memcpy+0x12`, `V  [libjvm.so+0x12]`, `j  a.B.c(I)V+12`,
/// `J 123 c2 a.B.c(I)V (12 bytes) @ 0x...`, `v  ~StubRoutines::call_stub`.
std::optional<Frame> parse_hotspot_frame(std::string_view line) {
  constexpr std::string_view kKinds = "CVvjJA";
  if (line.size() < 4 || kKinds.find(line[0]) == kNone || line[1] != ' ') return std::nullopt;
  const char kind = line[0];
  line = trim(line.substr(1));
  Frame frame;
  if (kind == 'j') {
    frame.function = java_name(line.substr(0, line.find(' ')));
    frame.module = "java";
    return frame;
  }
  if (kind == 'J' || kind == 'A') {
    frame.module = "java";
    for (const std::string_view word : split(line, ' ')) {
      if (word.find('(') == kNone || word.starts_with('(') || word.find('.') == kNone) continue;
      frame.function = java_name(word);
      return frame;
    }
    return std::nullopt;
  }
  if (consume(line, "[")) {
    const std::size_t close = line.find(']');
    if (close == kNone) return std::nullopt;
    const std::string_view place = line.substr(0, close);
    const std::size_t plus = place.rfind("+0x");
    frame.module = place.substr(0, plus);
    if (plus != kNone) {
      std::string_view offset = place.substr(plus + 1);
      frame.module_offset = consume_hex(offset).value_or(0);
    }
    line = trim(line.substr(close + 1));
    if (const std::size_t source = line.rfind("  ("); source != kNone && line.ends_with(')')) {
      take_file_and_line(line.substr(source + 3, line.size() - source - 4), frame);
      line = line.substr(0, source);
    }
  }
  const std::size_t plus = line.rfind("+0x");
  frame.function = trim(line.substr(0, plus));
  return frame;
}

/// The block's text: without `#` and blanks.
std::string_view block_text(std::string_view line) {
  consume(line, "#");
  return trim(line);
}

void name_fatal(const std::vector<std::string_view>& lines, Finding& finding) {
  constexpr std::string_view kPcMark = " at pc=";
  for (std::size_t i = 1; i < lines.size() && lines[i].starts_with("#"); ++i) {
    const std::string_view text = block_text(lines[i]);
    if (text.starts_with("SIG") || text.starts_with("EXCEPTION_")) {
      finding.kind = text.substr(0, text.find(' '));
      finding.message = text.substr(0, text.find(kPcMark));
      return;
    }
    if (text.starts_with("Internal Error") || text.starts_with("Out of Memory Error")) {
      finding.kind = text.starts_with("Internal") ? "internal-error" : "out-of-memory";
      finding.message = text.substr(0, text.find(", pid="));
      const std::string_view detail = i + 1 < lines.size() ? block_text(lines[i + 1]) : std::string_view();
      if (!detail.empty()) finding.message += ": " + std::string(detail);
      return;
    }
  }
  finding.kind = "fatal-error";
  finding.message = block_text(lines[0]);
}

std::optional<int> pid_of(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    const std::size_t at = line.find("pid=");
    if (at == kNone) continue;
    std::string_view digits = line.substr(at + 4);
    const std::optional<std::uint64_t> pid = consume_decimal(digits);
    if (pid && *pid <= 0x7fffffff) return static_cast<int>(*pid);
  }
  return std::nullopt;
}

/// The frames below a heading that begins so.
std::optional<Stack> section(const std::vector<std::string_view>& lines, std::string_view heading) {
  const auto at = std::find_if(lines.begin(), lines.end(),
                               [&](std::string_view line) { return block_text(line).starts_with(heading); });
  if (at == lines.end()) return std::nullopt;
  Stack stack;
  stack.heading = heading;
  for (auto line = at + 1; line != lines.end() && stack.frames.size() < kMostFrames; ++line) {
    const std::optional<Frame> frame = parse_hotspot_frame(block_text(*line));
    if (!frame) break;
    stack.frames.push_back(*frame);
  }
  if (stack.frames.empty()) return std::nullopt;
  return stack;
}

}  // namespace

std::optional<ReportStart> jvm_start(std::string_view line) {
  for (const std::string_view text : {"# A fatal error has been detected by the Java Runtime Environment",
                                      "# An unexpected error has been detected by ",
                                      "# There is insufficient memory for the Java Runtime Environment"}) {
    if (const std::size_t at = line.find(text); at != kNone) {
      return ReportStart{Grammar::jvm, Extent::lines, at, false, &kFatalRules};
    }
  }
  if (const std::size_t at = line.find("Found one Java-level deadlock:"); at != kNone) {
    return ReportStart{Grammar::jvm_deadlock, Extent::lines, at, false, &kDeadlockRules};
  }
  const std::size_t at = line.find("Exception in thread \"");
  if (at != kNone && line.find("\" ", at + 21) != kNone) {
    return ReportStart{Grammar::jvm_exception, Extent::lines, at, false, &kExceptionRules};
  }
  return std::nullopt;
}

Finding parse_jvm_report(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  Finding finding;
  finding.source = FindingSource::jvm;
  finding.implies = Outcome::crash;
  if (text.starts_with("# There is insufficient memory")) {
    finding.kind = "insufficient-memory";
    finding.implies = Outcome::infra;  // the machine had no memory for the runtime
    finding.message = lines.size() > 1 ? block_text(lines[1]) : block_text(lines[0]);
    return finding;
  }
  name_fatal(lines, finding);
  finding.pid = pid_of(lines);
  std::optional<Stack> native = section(lines, "Native frames:");
  if (!native) native = section(lines, "Problematic frame:");
  if (native) {
    native->role = StackRole::access;
    finding.stacks.push_back(*std::move(native));
  }
  if (std::optional<Stack> java = section(lines, "Java frames:")) finding.stacks.push_back(*std::move(java));
  const auto siginfo = std::find_if(lines.begin(), lines.end(),
                                    [](std::string_view line) { return line.starts_with("siginfo: "); });
  if (siginfo != lines.end()) finding.location = *siginfo;
  return finding;
}

Finding parse_jvm_deadlock(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::jvm;
  finding.kind = "deadlock";
  finding.implies = Outcome::hang;
  finding.message = "Java-level deadlock";
  bool in_stacks = false;
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("Java stack information for the threads listed above")) in_stacks = true;
    if (!in_stacks) continue;
    if (line.starts_with("\"") && finding.stacks.size() < kMostStacks) {
      Stack stack;
      stack.role = finding.stacks.empty() ? StackRole::access : StackRole::other;
      stack.heading = line;
      stack.thread = between(line, "\"", "\"");
      finding.stacks.push_back(std::move(stack));
    } else if (!finding.stacks.empty() && finding.stacks.back().frames.size() < kMostFrames) {
      if (std::optional<Frame> frame = parse_java_frame(line)) {
        finding.stacks.back().frames.push_back(*std::move(frame));
      }
    }
  }
  return finding;
}

Finding parse_jvm_exception(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::jvm;
  finding.kind = "uncaught-exception";
  finding.implies = Outcome::fail;
  const std::vector<std::string_view> lines = lines_of(text);
  Stack stack;
  stack.role = StackRole::access;
  if (!lines.empty()) {
    stack.thread = between(lines[0], "Exception in thread \"", "\"");
    const std::size_t behind = lines[0].find("\" ", 21);
    finding.message = behind == kNone ? lines[0] : trim(lines[0].substr(behind + 2));
    stack.heading = lines[0];
  }
  for (std::size_t i = 1; i < lines.size() && stack.frames.size() < kMostFrames; ++i) {
    if (lines[i].starts_with("Caused by: ")) break;
    if (std::optional<Frame> frame = parse_java_frame(lines[i])) stack.frames.push_back(*std::move(frame));
  }
  if (!stack.frames.empty()) finding.stacks.push_back(std::move(stack));
  return finding;
}

}  // namespace repro::findings
