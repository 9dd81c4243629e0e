// GWP-ASan, the sampling allocator of Scudo and PartitionAlloc (compiler-rt/lib/gwp_asan/crash_handler.cpp of
// LLVM 10 to 19).
//
//   *** GWP-ASan detected a memory error ***
//   Use After Free at 0x7feccab26000 (0 bytes into a 41-byte allocation at 0x7feccab26000) by thread 31027
//   here:
//     #0 ./a.out(f+0x5) [0x55585c]
//   0x7feccab26000 was deallocated by thread 31027 here:
//   0x7feccab26000 was allocated by thread 31027 here:
//   *** End GWP-ASan report ***

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

bool is_error_line(std::string_view line) {
  return line.find(" at 0x") != kNone && (line.ends_with("here:") || line.find(" by thread ") != kNone) &&
         !line.starts_with("0x");
}

LineKind classify(std::string_view line, int& /*phase*/) {
  return line.starts_with("*** End GWP-ASan report") ? LineKind::last : LineKind::inner;
}

constexpr LineRules kRules{&classify, 0, true};

StackRole role_of(std::string_view heading) {
  if (heading.find("was deallocated by") != kNone) return StackRole::freed;
  if (heading.find("was allocated by") != kNone) return StackRole::allocated;
  return is_error_line(heading) ? StackRole::access : StackRole::other;
}

/// `  #0 ./a.out(f+0x5) [0x55585c]`: the number, then a frame of any form.
std::optional<Frame> parse_numbered(std::string_view line) {
  line = trim(line);
  std::string_view behind = line;
  if (!consume(behind, "#") || !consume_decimal(behind)) return std::nullopt;
  if (std::optional<NumberedFrame> found = parse_backtrace_frame(trim(behind))) return found->frame;
  std::optional<NumberedFrame> found = parse_backtrace_frame(line);
  return found ? std::optional(found->frame) : std::nullopt;
}

}  // namespace

std::optional<ReportStart> gwp_asan_start(std::string_view line) {
  const std::size_t at = line.find("*** GWP-ASan detected a memory error ***");
  if (at == kNone) return std::nullopt;
  return ReportStart{Grammar::gwp_asan, Extent::lines, at, false, &kRules};
}

Finding parse_gwp_asan_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::gwp_asan;
  finding.kind = "unknown";
  finding.implies = Outcome::crash;
  finding.message = "memory error";
  std::string_view heading;
  for (const std::string_view line : lines_of(text)) {
    if (std::optional<Frame> frame = parse_numbered(line)) {
      if (!heading.empty()) {
        Stack stack;
        stack.heading = heading;
        stack.role = role_of(heading);
        finding.stacks.push_back(std::move(stack));
        heading = {};
      }
      if (!finding.stacks.empty()) finding.stacks.back().frames.push_back(*std::move(frame));
      continue;
    }
    const std::string_view words = trim(line);
    if (words.empty() || words.starts_with("***")) continue;
    heading = words;
    if (!is_error_line(words) || finding.kind != "unknown") continue;
    const std::string_view name = words.substr(0, words.find(" at 0x"));
    finding.kind = slug(name);
    finding.message = name;
    finding.location = between(words, "(", ")");
  }
  return finding;
}

}  // namespace repro::findings
