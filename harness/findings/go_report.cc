// The Go runtime's last words (runtime/panic.go, traceback.go, signal_unix.go of Go 1.16 to 1.23) and its
// race detector's reports (runtime/race, which prints through ThreadSanitizer's own code in Go's wording).
//
//   panic: TEXT [recovered]                     nested panics follow, indented by a tab
//   [signal SIGSEGV: ... addr=0x0 pc=0x1]
//
//   goroutine 7 [running]:
//   main.f(0x1)
//           /src/a.go:12 +0x1d
//
// `panic: ` alone is said by many programs. It is a report when goroutines follow.
//
// Where everything is asleep the runtime has proved a deadlock: that is a hang, though the process ends by
// itself. Frames above the fault are the runtime's; the parser drops them, since their names
// (`panic`, `runtime.gopanic`) say nothing in any other language.

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

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostStacks = 64;
constexpr std::size_t kMostFrames = 256;

/// `goroutine 7 [chan receive, 2 minutes]:`, `goroutine 0 gp=0xc000 m=0 mp=0x1 [idle]:`.
bool is_goroutine(std::string_view line) {
  return consume(line, "goroutine ") && !line.empty() && is_digit(line[0]) && line.find('[') != kNone;
}

/// The place below a function: a tab, a Go (or assembler, or C) file and a line.
bool is_place(std::string_view line) {
  if (line.empty() || (line[0] != '\t' && line[0] != ' ')) return false;
  line = trim(line);
  const std::size_t colon = line.rfind(':');
  return colon != kNone && colon + 1 < line.size() && is_digit(line[colon + 1]);
}

/// `main.(*T).f(0x1, ...)`, `created by main.f in goroutine 1`.
bool is_function(std::string_view line) {
  if (line.starts_with("created by ")) return true;
  return line.ends_with(')') && line.find('(') != kNone && line.find('(') != 0 && line.find('.') != kNone &&
         line.find(' ') > line.find('(');
}

bool is_register(std::string_view line) {
  const std::size_t blank = line.find(' ');
  return blank != kNone && blank >= 2 && blank <= 6 && trim(line.substr(blank)).starts_with("0x");
}

LineKind classify_go(std::string_view line, int& phase) {
  constexpr int kInStacks = 1;
  if (line.starts_with("exit status ")) return LineKind::last;
  // Nested panics begin like the first one.
  if (line.starts_with("\tpanic: ") || (phase != kInStacks && line.starts_with("panic: ")) ||
      line.starts_with("fatal error: ")) {
    return LineKind::absorbed;
  }
  if (is_goroutine(line)) {
    phase = kInStacks;
    return LineKind::absorbed;
  }
  const bool belongs = line.empty() || is_place(line) || is_function(line) || is_register(line) ||
                       line.starts_with("[signal ") || line.starts_with("panic(") ||
                       line.starts_with("runtime stack:") ||
                       line.starts_with("...additional frames elided") ||
                       line.starts_with("\tgoroutine running on other thread") || line.starts_with("PC=") ||
                       line.starts_with("signal arrived during") || line.starts_with("runtime: ") ||
                       line.starts_with("[recovered]") || line.starts_with("-----");
  return belongs ? LineKind::inner : LineKind::foreign;
}

constexpr LineRules kGoRules{&classify_go, 8, false};

LineKind classify_race(std::string_view line, int& /*phase*/) {
  return line == "==================" ? LineKind::last : LineKind::inner;
}

constexpr LineRules kRaceRules{&classify_race, 0, true};

/// Goroutines of a report, in order. The first is the one that failed.
class Reader {
 public:
  explicit Reader(const std::vector<std::string_view>& lines) : lines_(lines) {}

  std::vector<Stack> read() {
    for (const std::string_view line : lines_) {
      if (is_goroutine(line) || line.starts_with("runtime stack:")) {
        begin(line);
      } else if (in_stack_ && is_place(line) && has_function_) {
        place(line);
      } else if (in_stack_ && is_function(line)) {
        add(line);
      } else if (in_stack_ && line.starts_with("panic(")) {
        add("panic()");
      } else if (line.empty()) {
        in_stack_ = false;
      }
    }
    return std::move(stacks_);
  }

 private:
  void begin(std::string_view heading) {
    in_stack_ = stacks_.size() < kMostStacks;
    has_function_ = false;
    if (!in_stack_) return;
    Stack stack;
    stack.role = StackRole::other;
    stack.heading = heading.ends_with(':') ? heading.substr(0, heading.size() - 1) : heading;
    if (consume(heading, "goroutine ")) {
      stack.thread = "goroutine " + std::string(heading.substr(0, heading.find(' ')));
    }
    stacks_.push_back(std::move(stack));
  }

  void add(std::string_view line) {
    has_function_ = false;
    if (consume(line, "created by ")) {
      line = line.substr(0, line.find(" in goroutine "));
    } else {
      // The arguments are the last bracket: `main.(*T).f(0x1)`.
      line = line.substr(0, line.rfind('('));
    }
    std::vector<Frame>& frames = stacks_.back().frames;
    if (frames.size() == kMostFrames) return;
    Frame frame;
    frame.function = line;
    frames.push_back(std::move(frame));
    has_function_ = true;
  }

  void place(std::string_view line) {
    line = trim(line);
    take_file_and_line(line.substr(0, line.find(" +0x")), stacks_.back().frames.back());
    has_function_ = false;
  }

  const std::vector<std::string_view>& lines_;
  std::vector<Stack> stacks_;
  bool in_stack_ = false;
  bool has_function_ = false;
};

/// Drops what the runtime put on top: everything down to the last `panic`, then its own functions.
void drop_runtime_frames(std::vector<Frame>& frames) {
  const auto is_runtime = [](const Frame& frame) {
    return frame.function.starts_with("runtime.") || frame.function == "panic" ||
           frame.function.starts_with("internal/runtime/");
  };
  auto begin = frames.begin();
  for (auto frame = frames.begin(); frame != frames.end(); ++frame) {
    if (frame->function == "panic" || frame->function == "runtime.gopanic") begin = frame + 1;
  }
  begin = std::find_if_not(begin, frames.end(), is_runtime);
  if (begin != frames.end()) frames.erase(frames.begin(), begin);
}

/// What the report says first: `panic: TEXT` or `fatal error: TEXT`.
struct Words {
  std::string_view panic;
  std::string_view fatal;
  std::string_view signal;  ///< `SIGSEGV`
};

Words words_of(const std::vector<std::string_view>& lines) {
  Words words;
  for (const std::string_view line : lines) {
    std::string_view rest = trim(line);
    if (consume(rest, "panic: ")) {
      if (words.panic.empty()) words.panic = rest;
    } else if (consume(rest, "fatal error: ")) {
      if (words.fatal.empty()) words.fatal = rest;
    } else if (consume(rest, "[signal ") || (rest.starts_with("SIG") && rest.find(": ") != kNone)) {
      if (words.signal.empty()) words.signal = rest.substr(0, rest.find(':'));
    } else if (is_goroutine(line)) {
      break;
    }
  }
  return words;
}

std::string_view without_recovery(std::string_view text) {
  for (const std::string_view mark : {" [recovered, repanicked]", " [recovered]", " [reraised]"}) {
    if (text.ends_with(mark)) text.remove_suffix(mark.size());
  }
  return text;
}

void name(const Words& words, Finding& finding) {
  if (!words.panic.empty()) {
    finding.message = without_recovery(words.panic);
    finding.kind = finding.message.starts_with("runtime error: ") ? "runtime-error" : "panic";
  } else if (!words.fatal.empty()) {
    finding.message = words.fatal;
    if (words.fatal.find("deadlock!") != kNone) {
      finding.kind = "deadlock";
      finding.implies = Outcome::hang;
    } else if (words.fatal.find("out of memory") != kNone) {
      finding.kind = "out-of-memory";
    } else if (!words.signal.empty()) {
      finding.kind = words.signal;
    } else {
      finding.kind = slug(words.fatal);
    }
  } else {
    // `panic("")` says nothing behind the colon.
    finding.kind = words.signal.empty() ? std::string_view("panic") : words.signal;
    finding.message = finding.kind;
  }
}

struct RaceHeading {
  std::string_view beginning;
  StackRole role;
  std::string_view access;
};

constexpr std::array<RaceHeading, 6> kRaceHeadings{{
    {"Previous atomic write at", StackRole::previous_access, "atomic write"},
    {"Previous write at", StackRole::previous_access, "write"},
    {"Previous read at", StackRole::previous_access, "read"},
    {"Write at", StackRole::access, "write"},
    {"Read at", StackRole::access, "read"},
    {"Goroutine ", StackRole::thread_created, ""},
}};

}  // namespace

std::optional<ReportStart> go_start(std::string_view line) {
  if (const std::size_t race = line.find("WARNING: DATA RACE");
      race != kNone && line.ends_with("DATA RACE")) {
    return ReportStart{Grammar::go_race, Extent::lines, race, false, &kRaceRules};
  }
  constexpr std::array<std::string_view, 5> kBeginnings{
      "panic: ", "fatal error: ", "SIGSEGV: segmentation violation", "SIGABRT: abort", "SIGBUS: bus error"};
  for (const std::string_view text : kBeginnings) {
    const std::size_t at = line.find(text);
    if (at == kNone) continue;
    // Behind a word it is that word's panic (`kernel panic: `, `a.go:3: fatal error: `).
    const bool is_own = at == 0 || at == log_prefix_length(line);
    if (is_own) return ReportStart{Grammar::go, Extent::lines, at, false, &kGoRules};
  }
  return std::nullopt;
}

std::vector<Finding> parse_go_report(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  const bool is_report = std::any_of(lines.begin(), lines.end(), is_goroutine);
  if (!is_report) return {};
  Finding finding;
  finding.source = FindingSource::go;
  finding.implies = Outcome::crash;
  name(words_of(lines), finding);
  finding.stacks = Reader(lines).read();
  // The runtime's own stack stands in front of the goroutine that it failed in.
  const auto failed = std::find_if(finding.stacks.begin(), finding.stacks.end(), [](const Stack& stack) {
    return stack.heading.find("[running") != std::string::npos && !stack.frames.empty();
  });
  if (failed != finding.stacks.end()) std::rotate(finding.stacks.begin(), failed, failed + 1);
  for (Stack& stack : finding.stacks) drop_runtime_frames(stack.frames);
  if (!finding.stacks.empty()) finding.stacks.front().role = StackRole::access;
  return {std::move(finding)};
}

Finding parse_go_race(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::go;
  finding.kind = "data-race";
  finding.implies = Outcome::fail;
  finding.message = "DATA RACE";
  std::vector<Stack> stacks;
  for (const std::string_view line : lines_of(text)) {
    const std::string_view words = trim(line);
    const auto* heading =
        std::find_if(kRaceHeadings.begin(), kRaceHeadings.end(),
                     [&](const RaceHeading& row) { return words.starts_with(row.beginning); });
    if (heading != kRaceHeadings.end() && stacks.size() < kMostStacks) {
      Stack stack;
      stack.role = heading->role;
      stack.access = heading->access;
      stack.heading = words;
      if (const std::size_t by = words.find(" by "); by != kNone) {
        stack.thread = words.substr(by + 4, words.size() - by - 4 - (words.ends_with(':') ? 1U : 0U));
      }
      stacks.push_back(std::move(stack));
    } else if (words.empty() || stacks.empty() || stacks.back().frames.size() == kMostFrames) {
      continue;
    } else if (line.starts_with("      ") && is_place(line) && !stacks.back().frames.empty()) {
      take_file_and_line(words.substr(0, words.find(" +0x")), stacks.back().frames.back());
    } else if (words.ends_with(')')) {
      Frame frame;
      frame.function = words.substr(0, words.rfind('('));
      stacks.back().frames.push_back(std::move(frame));
    }
  }
  finding.stacks = std::move(stacks);
  for (Stack& stack : finding.stacks) drop_runtime_frames(stack.frames);
  return finding;
}

}  // namespace repro::findings
