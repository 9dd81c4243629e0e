// V8, node and JavaScriptCore: fatal checks, exhausted heaps and assertions (v8/src/base/logging.cc,
// node/src/node_errors.cc, WTF/wtf/Assertions.cpp).
//
//   # Fatal error in ../src/heap.cc, line 12         FATAL ERROR: Reached heap limit ...    ASSERTION FAILED:
//   x # Check failed: x.                                1: 0x7ff node::Abort() [node]          /src/A.cpp(12)
//   : f()
//   ==== C stack trace ====                                                                  1   0x10f
//   WTFCrash

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
constexpr std::size_t kMostStacks = 16;

/// `/src/A.cpp(12) : void f()`, the line below WebKit's assertions.
std::optional<Frame> parse_place(std::string_view line) {
  const std::size_t mark = line.find(") : ");
  const std::size_t open = line.substr(0, mark).rfind('(');
  if (mark == kNone || open == kNone) return std::nullopt;
  Frame frame;
  frame.file = line.substr(0, open);
  std::string_view digits = line.substr(open + 1, mark - open - 1);
  frame.line = static_cast<int>(std::min<std::uint64_t>(consume_decimal(digits).value_or(0), 100'000'000));
  frame.function = trim(line.substr(mark + 4));
  return frame.line == 0 ? std::nullopt : std::optional(frame);
}

bool is_heading(std::string_view line) {
  return line.starts_with("==== C stack trace") || line.starts_with("==== JS stack trace") ||
         line.starts_with("<--- ") || line.starts_with("----- Native stack trace") ||
         line.starts_with("----- JavaScript stack trace");
}

LineKind classify(std::string_view line, int& /*phase*/) {
  if (line.empty() || line.starts_with("#") || line.starts_with("FATAL ERROR: ") || is_heading(line) ||
      line.starts_with("==== ") || line.starts_with("    ")) {
    return LineKind::absorbed;
  }
  // `[123:0x55]   12 ms: Mark-sweep ...` of the collector, `at f (a.js:1:2)`.
  const bool is_note = (line.starts_with("[") && line.find(" ms: ") != kNone) ||
                       line.starts_with("Security context") || line.starts_with("Cannot get stack trace") ||
                       parse_place(line).has_value() || trim(line).starts_with("at ");
  return is_note || parse_backtrace_frame(line) ? LineKind::inner : LineKind::foreign;
}

constexpr LineRules kRules{&classify, 4, false};

/// Functions that report; the fault is below them.
bool is_reporter(const Frame& frame) {
  constexpr std::array<std::string_view, 10> kNames{"WTFCrash",
                                                    "WTFReportBacktrace",
                                                    "WTFPrintBacktrace",
                                                    "WTFGetBacktrace",
                                                    "node::Abort",
                                                    "node::OnFatalError",
                                                    "node::OOMErrorHandler",
                                                    "V8_Fatal",
                                                    "v8::base::debug::StackTrace",
                                                    "v8::Utils::ReportOOMFailure"};
  const std::string_view name = frame.function;
  return name.find("PrintStackTrace") != kNone || name.find("FatalProcessOutOfMemory") != kNone ||
         name.find("V8_Fatal") != kNone || name.find("v8::internal::V8::Fatal") != kNone ||
         std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return name.starts_with(known); });
}

void drop_reporters(std::vector<Frame>& frames) {
  const auto last = std::find_if(frames.rbegin(), frames.rend(), is_reporter);
  if (last.base() != frames.end()) frames.erase(frames.begin(), last.base());
}

void name(const std::vector<std::string_view>& lines, Finding& finding) {
  for (const std::string_view line : lines) {
    std::string_view rest = line;
    if (consume(rest, "FATAL ERROR: ")) {
      finding.message = trim(rest);
      const bool is_memory = rest.find("out of memory") != kNone || rest.find("heap limit") != kNone;
      finding.kind = is_memory ? "out-of-memory" : "fatal-error";
      return;
    }
    if (const std::size_t at = line.find("ASSERTION FAILED: "); at != kNone) {
      finding.kind = "assertion-failed";
      finding.message = trim(line.substr(at + 18));
      return;
    }
    if (consume(rest, "# ") && !rest.starts_with("Fatal ") && !trim(rest).empty()) {
      finding.message = trim(rest);
      finding.kind = "fatal-error";
      if (rest.find("heck failed") != kNone || rest.starts_with("CHECK(")) finding.kind = "check-failed";
      if (rest.find("out of memory") != kNone) finding.kind = "out-of-memory";
      return;
    }
  }
  const bool has_only_stack = !lines.empty() && lines[0].starts_with("----- Native stack trace");
  finding.kind = has_only_stack ? "abort" : "fatal-error";
  if (!lines.empty()) finding.message = trim(lines[0]);
}

/// `# Fatal error in ../src/heap.cc, line 12`.
std::optional<Frame> place_of_fatal(std::string_view line) {
  const std::size_t in = line.find("Fatal error in ");
  const std::size_t mark = line.rfind(", line ");
  if (in == kNone || mark == kNone || mark <= in + 15) return std::nullopt;
  Frame frame;
  frame.file = line.substr(in + 15, mark - in - 15);
  std::string_view digits = line.substr(mark + 7);
  frame.line = static_cast<int>(std::min<std::uint64_t>(consume_decimal(digits).value_or(0), 100'000'000));
  return frame.line == 0 ? std::nullopt : std::optional(frame);
}

}  // namespace

std::optional<ReportStart> javascript_start(std::string_view line) {
  const auto start = [](std::size_t at) {
    return ReportStart{Grammar::javascript, Extent::lines, at, false, &kRules};
  };
  for (const std::string_view text : {"# Fatal error in ", "# Fatal JavaScript ", "<--- Last few GCs --->",
                                      "----- Native stack trace -----"}) {
    if (const std::size_t at = line.find(text); at != kNone) return start(at);
  }
  if (const std::size_t at = line.find("FATAL ERROR: "); at != kNone) {
    const std::string_view rest = line.substr(at);
    const bool is_engine = rest.find("JavaScript heap") != kNone || rest.find("v8::") != kNone ||
                           rest.find("Allocation failed") != kNone || rest.find("node::") != kNone ||
                           rest.find("napi_") != kNone || rest.find("Napi::") != kNone ||
                           rest.find("Check failed") != kNone;
    if (is_engine) return start(at);
  }
  if (const std::size_t at = line.find("ASSERTION FAILED: "); at <= 80) return start(at);
  return std::nullopt;
}

Finding parse_javascript_report(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  Finding finding;
  finding.source = FindingSource::javascript;
  finding.implies = Outcome::crash;
  name(lines, finding);
  std::optional<Frame> place;
  std::string_view heading;
  for (std::size_t at = 0; at < lines.size() && finding.stacks.size() < kMostStacks;) {
    if (!place) place = place_of_fatal(lines[at]);
    if (!place && at > 0) place = parse_place(lines[at]);
    std::vector<Frame> frames = read_backtrace(lines, at);
    if (frames.empty()) {
      if (at < lines.size() && !trim(lines[at]).empty()) heading = lines[at];
      ++at;
      continue;
    }
    drop_reporters(frames);
    Stack stack;
    stack.role = finding.stacks.empty() ? StackRole::access : StackRole::other;
    stack.heading = trim(heading);
    stack.frames = std::move(frames);
    finding.stacks.push_back(std::move(stack));
  }
  if (place && finding.stacks.empty()) finding.stacks.push_back(stack_of_one(lines[0], *place));
  if (place) finding.location = place->file + ":" + std::to_string(place->line);
  return finding;
}

}  // namespace repro::findings
