// Stacks of a dying program that no sanitizer printed: handlers of libraries (glog, abseil, folly, LLVM,
// Chromium, Breakpad's stack walker, Android's debuggerd, backward-cpp, Julia, Open MPI, R), debuggers (gdb,
// lldb) and systemd-coredump; and failed checks that print a stack (CHECK, MOZ_ASSERT).
//
// All follow one scheme: a line that says which signal or check, then frames of one of the forms of
// backtrace_frame.h, with registers and remarks in between. One table says how a report of each begins.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/backtrace_frame.h"
#include "harness/findings/line_prefix.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"
#include "harness/findings/runtime_starts.h"
#include "harness/findings/signal_words.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostStacks = 64;

enum class Style : std::uint8_t {
  signal,      ///< the line names a signal, or one of the next does
  check,       ///< a condition that did not hold: the message is the identity
  needs_stack  ///< nobody's crash unless frames follow
};

struct Beginning {
  std::string_view words;
  std::string_view also;  ///< must stand behind `words`; "" for nothing more
  Style style;
};

constexpr std::array<Beginning, 36> kBeginnings{{
    {"*** Aborted at ", "(unix time)", Style::signal},
    {"*** SIG", " received ", Style::signal},
    {"*** Signal ", " received by PID ", Style::signal},
    {"*** Check failure stack trace: ***", "", Style::needs_stack},
    {"Check failed: ", "", Style::check},
    {"Assertion failure: ", ", at ", Style::check},
    {"MOZ_CRASH(", ") at ", Style::check},
    {"UNREACHABLE executed at ", "", Style::check},
    {"PLEASE submit a bug report to ", "", Style::needs_stack},
    {"Stack dump:", "", Style::needs_stack},
    {"Stack dump without symbol names", "", Style::needs_stack},
    {"Received signal ", "", Style::signal},
    {"received signal SIG", "", Style::signal},
    {"terminated with signal SIG", "", Style::signal},
    {"terminated with signal ", "", Style::signal},
    {"stop reason = signal SIG", "", Style::signal},
    {"stop reason = SIG", "", Style::signal},
    {"stop reason = EXC_", "", Style::signal},
    {"eceived fatal signal: SIG", "", Style::signal},
    {"PROCESS-CRASH | ", "", Style::needs_stack},
    {"Crash reason:  ", "", Style::signal},
    {"Fatal signal ", " (SIG", Style::signal},
    {"signal ", ", fault addr ", Style::signal},
    {" dumped core.", "", Style::needs_stack},
    {"Stack trace of thread ", "", Style::needs_stack},
    {"*** Segmentation fault", "", Style::needs_stack},
    {"*** Aborted", "", Style::needs_stack},
    {"Stack trace (most recent call last)", "", Style::needs_stack},
    {"signal (", "): ", Style::needs_stack},
    {"*** Process received signal ***", "", Style::needs_stack},
    {"aught signal 11", "", Style::signal},
    {"aught signal 6", "", Style::signal},
    {"aught segfault", "", Style::signal},
    {" got signal ", " ;", Style::signal},
    {" crashed by signal: ", "", Style::signal},
    {"panic(", "): ", Style::needs_stack},
}};

const Beginning* beginning_in(std::string_view line, std::size_t& at) {
  for (const Beginning& row : kBeginnings) {
    at = line.find(row.words);
    if (at == kNone) continue;
    if (!row.also.empty() && line.find(row.also, at + row.words.size()) == kNone) continue;
    return &row;
  }
  return nullptr;
}

/// Registers of any machine: `rax 0x1`, ` r8: 00000000`, `RIP: 0x1   RSP: 0x2`.
bool is_registers(std::string_view line) {
  const std::string_view text = trim(line);
  const std::size_t mark = text.find_first_of(": =");
  if (mark == kNone || mark < 2 || mark > 7) return false;
  const std::string_view behind = trim(text.substr(mark + 1));
  const std::size_t digits = behind.find_first_not_of("0123456789abcdefx");
  return behind.starts_with("0x") || (digits == kNone ? behind.size() : digits) >= 8;
}

/// Lines of these reports that are neither frames nor registers.
bool is_remark(std::string_view line) {
  constexpr std::array<std::string_view, 40> kRemarks{"*** SIG",
                                                      "*** Signal",
                                                      "PC: @",
                                                      "Stack dump",
                                                      "PLEASE submit",
                                                      "Stack trace of thread",
                                                      "Thread ",
                                                      "[Switching to ",
                                                      "[Current thread is",
                                                      "[New ",
                                                      "Core was generated by",
                                                      "Program terminated",
                                                      "(gdb)",
                                                      "(lldb)",
                                                      "* thread #",
                                                      "thread #",
                                                      "Crash reason:",
                                                      "Crash address:",
                                                      "Crash dump filename:",
                                                      "Process uptime:",
                                                      "Operating system:",
                                                      "CPU:",
                                                      "GPU:",
                                                      "Found by:",
                                                      "Register dump:",
                                                      "Backtrace:",
                                                      "backtrace:",
                                                      "Abort message:",
                                                      "Cause: ",
                                                      "pid: ",
                                                      "Build fingerprint:",
                                                      "ABI: ",
                                                      "Revision:",
                                                      "Memory map:",
                                                      "in expression starting at",
                                                      "Module ",
                                                      "address ",
                                                      "Traceback:",
                                                      "rip = ",
                                                      "Signal: "};
  const std::string_view text = trim(line);
  if (text.empty()) return true;
  if (text.starts_with("Signal") || text.starts_with("signal ")) return true;
  const bool is_numbered = is_digit(text[0]) && text.find(".\t") == 1;  // LLVM's `0.\tProgram arguments:`
  return is_numbered || std::any_of(kRemarks.begin(), kRemarks.end(),
                                    [&](std::string_view word) { return text.starts_with(word); });
}

/// Julia: `f at /src/a.c:12`, `unknown function (ip: 0x7f)`; Zig: `/src/a.zig:1:2: 0x103 in f (exe)`.
std::optional<Frame> parse_loose_frame(std::string_view line) {
  const std::string_view text = trim(line);
  Frame frame;
  if (text.starts_with("unknown function (ip: ")) return frame;
  if (const std::size_t address = text.find(": 0x");
      address != kNone && text.find(" in ", address) != kNone) {
    take_file_and_line(text.substr(0, address), frame);
    const std::string_view name = text.substr(text.find(" in ", address) + 4);
    frame.function = name.substr(0, name.rfind(" ("));
    return frame.line == 0 ? std::nullopt : std::optional(frame);
  }
  const std::size_t at = text.find(" at ");
  if (at == kNone || at == 0 || text.substr(0, at).find(' ') != kNone) return std::nullopt;
  std::string_view place = text.substr(at + 4);
  place = place.substr(0, place.find(" ["));
  take_file_and_line(place.substr(0, place.find(' ')), frame);
  frame.function = text.substr(0, at);
  return frame.line == 0 ? std::nullopt : std::optional(frame);
}

bool is_frame(std::string_view line) {
  return parse_backtrace_frame(line).has_value() || parse_loose_frame(line).has_value();
}

LineKind classify(std::string_view line, int& phase) {
  constexpr int kHasFrames = 1;
  const std::string_view text = trim(line);
  if (text == "[end of stack trace]" || text.starts_with("*** End of error message ***") ||
      text.starts_with("Allocations: ") || text.starts_with("Loaded modules:")) {
    return LineKind::last;
  }
  const bool is_backwards_last =
      phase == kHasFrames && !signal_named_in(text).empty() &&
      (text.starts_with("Segmentation fault (") || text.starts_with("Aborted (")) &&
      text.find("core dumped") == kNone;
  if (is_backwards_last) return LineKind::last;
  if (is_frame(line)) {
    phase = kHasFrames;
    return LineKind::absorbed;
  }
  Frame placed;
  const bool is_place = phase == kHasFrames && take_source_line(line, placed);
  if (is_place || is_registers(line)) return LineKind::inner;
  // A report of this grammar may say in several lines what happened.
  std::size_t at = 0;
  if (is_remark(line)) return LineKind::absorbed;
  if (phase != kHasFrames && beginning_in(line, at) != nullptr &&
      beginning_in(line, at)->style != Style::check) {
    return LineKind::absorbed;
  }
  return LineKind::foreign;
}

constexpr LineRules kRules{&classify, 12, false};

/// Frames that report or that the kernel entered; the fault is below the last of them.
bool is_reporter(const Frame& frame) {
  constexpr std::array<std::string_view, 24> kParts{"PrintStackTrace",
                                                    "SignalHandler",
                                                    "signal_handler",
                                                    "sigsegv_handler",
                                                    "CollectStackTrace",
                                                    "base::debug::StackTrace",
                                                    "StackDumpSignalHandler",
                                                    "__restore_rt",
                                                    "__kernel_rt_sigreturn",
                                                    "FailureSignalHandler",
                                                    "google::LogMessage",
                                                    "google::DumpStackTrace",
                                                    "logging::LogMessage",
                                                    "logging::CheckError",
                                                    "LogMessageFatal",
                                                    "log_internal::LogMessage",
                                                    "AbslFailureSignalHandler",
                                                    "RunSignalHandlers",
                                                    "folly::symbolizer::",
                                                    "backward::",
                                                    "killpg",
                                                    "_sigtramp",
                                                    "MOZ_Crash",
                                                    "MOZ_ReportAssertionFailure"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return frame.function.find(part) != kNone; });
}

void drop_reporters(std::vector<Frame>& frames) {
  const auto last = std::find_if(frames.rbegin(), frames.rend(), is_reporter);
  if (last.base() != frames.end()) frames.erase(frames.begin(), last.base());
}

std::vector<Frame> read_frames(const std::vector<std::string_view>& lines, std::size_t& at) {
  std::vector<Frame> frames = read_backtrace(lines, at);
  if (!frames.empty()) return frames;
  constexpr std::size_t kMostFrames = 256;
  for (; at < lines.size(); ++at) {
    std::optional<Frame> frame = parse_loose_frame(lines[at]);
    if (!frame) break;
    if (*frame != Frame{} && frames.size() < kMostFrames) frames.push_back(*std::move(frame));
  }
  return frames;
}

/// Whether this heading's thread is the one that died.
bool is_of_crashed(std::string_view heading) {
  return heading.find("(crashed)") != kNone || heading.find("stop reason") != kNone;
}

std::vector<Stack> read_stacks(const std::vector<std::string_view>& lines) {
  std::vector<Stack> stacks;
  std::string_view heading;
  bool is_reversed = false;
  for (std::size_t at = 0; at < lines.size() && stacks.size() < kMostStacks;) {
    std::vector<Frame> frames = read_frames(lines, at);
    if (frames.empty()) {
      if (at < lines.size()) {
        is_reversed = is_reversed || lines[at].find("most recent call last") != kNone;
        if (const std::string_view text = trim(lines[at]); !text.empty()) heading = text;
      }
      ++at;
      continue;
    }
    if (is_reversed) std::reverse(frames.begin(), frames.end());
    const bool is_interrupted = !stacks.empty() && !heading.starts_with("Thread") &&
                                !is_of_crashed(heading) && heading == std::string_view(stacks.back().heading);
    drop_reporters(frames);
    if (is_interrupted) {
      stacks.back().frames.insert(stacks.back().frames.end(), frames.begin(), frames.end());
      continue;
    }
    Stack stack;
    stack.heading = heading;
    stack.frames = std::move(frames);
    stacks.push_back(std::move(stack));
  }
  std::erase_if(stacks, [](const Stack& stack) { return stack.frames.empty(); });
  // glog prints the program counter alone in front of the stack.
  if (stacks.size() > 1 && stacks[0].frames.size() == 1 && stacks[1].frames.size() > 1 &&
      stacks[0].heading.starts_with("*** Aborted")) {
    stacks.erase(stacks.begin());
  }
  const auto crashed = std::find_if(stacks.begin(), stacks.end(),
                                    [](const Stack& stack) { return is_of_crashed(stack.heading); });
  if (crashed != stacks.end()) std::rotate(stacks.begin(), crashed, crashed + 1);
  if (!stacks.empty()) stacks.front().role = StackRole::access;
  return stacks;
}

/// `file.cc:12]` of glog, `FATAL:file.cc(12)]` of Chromium, in front of the message.
Frame place_before(std::string_view text) {
  Frame frame;
  if (!text.ends_with("] ")) return frame;
  text.remove_suffix(2);
  const std::size_t blank = text.rfind(' ');
  std::string_view word = text.substr(blank == kNone ? 0 : blank + 1);
  if (word.ends_with(')')) {
    const std::size_t open = word.rfind('(');
    const std::size_t colon = word.rfind(':', open);
    if (open == kNone) return frame;
    std::string_view digits = word.substr(open + 1);
    frame.line = static_cast<int>(std::min<std::uint64_t>(consume_decimal(digits).value_or(0), 100'000'000));
    frame.file = word.substr(colon == kNone ? 0 : colon + 1, open - (colon == kNone ? 0 : colon + 1));
    return frame;
  }
  take_file_and_line(word, frame);
  return frame;
}

/// A failed check: its message, and where it stands in the source.
void name_check(std::string_view line, std::size_t at, const Beginning& beginning, Finding& finding) {
  finding.source = FindingSource::assertion;
  finding.kind = beginning.words.starts_with("Check") ? "check-failed" : "assertion-failed";
  std::string_view message = line.substr(at);
  Frame place = place_before(line.substr(0, at));
  if (const std::size_t mark = message.rfind(" at ");
      !beginning.words.starts_with("Check") && mark != kNone) {
    std::string_view where = message.substr(mark + 4);
    if (where.ends_with('!')) where.remove_suffix(1);
    take_file_and_line(where, place);
    message = message.substr(0, mark);
    if (message.ends_with(',')) message.remove_suffix(1);
  }
  finding.message = trim(message);
  if (place.file.empty()) return;
  finding.location = place.file + ":" + std::to_string(place.line);
  if (finding.stacks.empty()) finding.stacks.push_back(stack_of_one(line, std::move(place)));
}

void name_signal(const std::vector<std::string_view>& lines, Finding& finding) {
  finding.source = FindingSource::signal;
  for (const std::string_view line : lines) {
    if (is_frame(line) || line.starts_with("*** Aborted at ")) continue;
    finding.kind = signal_named_in(line);
    if (!finding.kind.empty()) {
      finding.message = trim(line);
      return;
    }
  }
  finding.kind = "crash";
  finding.message = trim(lines[0]);
}

}  // namespace

std::optional<ReportStart> backtrace_start(std::string_view line) {
  std::size_t at = 0;
  const Beginning* beginning = beginning_in(line, at);
  if (beginning == nullptr) return std::nullopt;
  if (beginning->style == Style::check) {
    // `[...:FATAL:a.cc(1)] Check failed: `, `F0101 12:00:00.0 7 a.cc:12] Check failed: `, or alone.
    const bool is_fatal = beginning->words != "Check failed: " || line.substr(0, at).ends_with("] ");
    if (!is_fatal) return std::nullopt;
    // The place stands in front of the message: the report begins with it.
    const std::size_t place = line.substr(0, at).rfind(' ', at < 2 ? 0 : at - 2);
    const bool has_place = line.substr(0, at).ends_with("] ") && place != kNone;
    return ReportStart{Grammar::backtrace, Extent::lines,
                       has_place        ? place + 1
                       : at == 0        ? 0
                       : line[0] == '[' ? 0
                                        : at,
                       false, &kRules};
  }
  const bool starts_word = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t' || line[at - 1] == ']';
  const bool is_tail = beginning->words[0] == ' ' || beginning->words.starts_with("aught") ||
                       beginning->words.starts_with("eceived");
  if (!starts_word && !is_tail) return std::nullopt;
  const std::size_t offset =
      is_tail || beginning->words == "received signal SIG" ? log_prefix_length(line) : at;
  return ReportStart{Grammar::backtrace, Extent::lines, offset, false, &kRules};
}

std::vector<Finding> parse_backtrace_report(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return {};
  std::size_t at = 0;
  const Beginning* beginning = beginning_in(lines[0], at);
  Finding finding;
  finding.implies = Outcome::crash;
  finding.stacks = read_stacks(lines);
  if (beginning != nullptr && beginning->style == Style::check) {
    name_check(lines[0], at, *beginning, finding);
    return {std::move(finding)};
  }
  name_signal(lines, finding);
  const bool needs_stack =
      beginning == nullptr || beginning->style == Style::needs_stack || finding.kind == "crash";
  if (needs_stack && finding.stacks.empty()) return {};
  return {std::move(finding)};
}

}  // namespace repro::findings
