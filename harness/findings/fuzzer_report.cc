// libFuzzer's own findings (compiler-rt/lib/fuzzer/FuzzerLoop.cpp of LLVM 6 to 19): a deadly signal, a
// time-out, memory beyond its limit, an input that was overwritten, an exit of the target. Findings of a
// sanitizer under libFuzzer are that sanitizer's reports; the fuzzer's lines about its artifact follow them
// and say nothing new.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"
#include "harness/findings/runtime_starts.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Kind {
  std::string_view words;
  std::string_view kind;
  Outcome implies;
};

constexpr std::array<Kind, 6> kKinds{{
    {"deadly signal", "deadly-signal", Outcome::crash},
    {"timeout", "timeout", Outcome::hang},
    {"out-of-memory", "out-of-memory", Outcome::fail},
    {"fuzz target overwrites its const input", "overwrites-input", Outcome::crash},
    {"fuzz target overwrites", "overwrites-input", Outcome::crash},
    {"fuzz target exited", "fuzz-target-exited", Outcome::fail},
}};

LineKind classify(std::string_view line, int& phase) {
  constexpr int kAfterSummary = 1;
  if (line.starts_with("Base64: ")) return LineKind::last;
  if (line.starts_with("SUMMARY: libFuzzer: ")) {
    phase = kAfterSummary;
    return LineKind::absorbed;
  }
  const bool is_of_artifact = line.starts_with("MS: ") || line.starts_with("0x") ||
                              line.starts_with("artifact_prefix=") || line.starts_with("\\") || line.empty();
  if (is_of_artifact) return LineKind::inner;
  if (phase == kAfterSummary) return LineKind::foreign;
  return line.starts_with(" ") || line.starts_with("#") || line.starts_with("NOTE: libFuzzer")
             ? LineKind::inner
             : LineKind::foreign;
}

constexpr LineRules kRules{&classify, 8, false};

}  // namespace

std::optional<ReportStart> fuzzer_start(std::string_view line) {
  const std::size_t name = line.find("ERROR: libFuzzer: ");
  if (name == kNone) return std::nullopt;
  const std::size_t mark = line.substr(0, name).rfind("==", name < 4 ? 0 : name - 4);
  return ReportStart{Grammar::fuzzer, Extent::lines, mark == kNone ? name : mark, false, &kRules};
}

Finding parse_fuzzer_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::fuzzer;
  finding.implies = Outcome::crash;
  std::vector<std::string_view> lines = lines_of(text);
  std::string_view header = lines.empty() ? std::string_view() : lines[0];
  finding.pid = consume_pid_mark(header);
  const std::size_t name = header.find("libFuzzer: ");
  finding.message = trim(name == kNone ? header : header.substr(name + 11));
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Kind& row) { return finding.message.starts_with(row.words); });
  finding.kind = kind == kKinds.end() ? slug(finding.message) : std::string(kind->kind);
  if (kind != kKinds.end()) finding.implies = kind->implies;
  if (!lines.empty()) lines.erase(lines.begin());
  finding.stacks = parse_sections(lines, {}).stacks;
  return finding;
}

}  // namespace repro::findings
