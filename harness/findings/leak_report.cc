// LeakSanitizer, by itself or inside AddressSanitizer.
//
// A report lists allocation stacks, and each directly leaked one is a bug of its own: one finding each.
// Indirect leaks are reachable from a direct one and vanish with it, so they hang below the first direct leak
// (the runtime does not say which root they belong to); only a report without any direct leak, a cycle, has
// findings of its indirect ones.

#include <algorithm>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"

namespace repro::findings {
namespace {

const std::vector<HeadingRule>& heading_rules() {
  static const std::vector<HeadingRule> rules{{"Direct leak of", StackRole::allocated},
                                              {"Indirect leak of", StackRole::allocated}};
  return rules;
}

bool is_direct(const Stack& stack) { return stack.heading.starts_with("Direct"); }

/// Same frames by name and file: the same bug at another address or line of a loop.
bool same_site(const Stack& a, const Stack& b) {
  return std::equal(a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(),
                    [](const Frame& x, const Frame& y) {
                      return x.function == y.function && x.file == y.file && x.line == y.line &&
                             x.module == y.module && x.module_offset == y.module_offset;
                    });
}

}  // namespace

std::vector<Finding> parse_leak_report(std::string_view text) {
  std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return {};
  std::string_view header = lines[0];
  const std::optional<int> pid = consume_pid_mark(header);
  const bool is_leak = header.find("detected memory leaks") != std::string_view::npos;
  if (!is_leak && !header.starts_with("SUMMARY")) {
    Finding finding = parse_address_report(text);  // an allocator error of the stand-alone runtime
    finding.source = FindingSource::leak_sanitizer;
    return {finding};
  }
  lines.erase(lines.begin());
  Sections sections = parse_sections(lines, heading_rules());
  const auto make = [&](std::string_view kind) {
    Finding finding;
    finding.source = FindingSource::leak_sanitizer;
    finding.kind = kind;
    finding.implies = Outcome::fail;
    finding.pid = pid;
    finding.message = sections.summary.empty() ? "detected memory leaks" : sections.summary;
    return finding;
  };
  const bool any_direct = std::any_of(sections.stacks.begin(), sections.stacks.end(), is_direct);
  std::vector<Finding> findings;
  std::vector<Stack> indirect;
  for (Stack& stack : sections.stacks) {
    if (any_direct && !is_direct(stack)) {
      stack.role = StackRole::other;
      indirect.push_back(std::move(stack));
      continue;
    }
    const bool is_known = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return same_site(finding.stacks.front(), stack);
    });
    if (is_known) continue;
    Finding finding = make(any_direct ? "direct-leak" : "indirect-leak");
    finding.message = stack.heading;
    finding.stacks.push_back(std::move(stack));
    findings.push_back(std::move(finding));
  }
  if (findings.empty()) {
    findings.push_back(make("leak"));  // cut off before the first stack
  } else {
    std::vector<Stack>& first = findings.front().stacks;
    first.insert(first.end(), indirect.begin(), indirect.end());
  }
  return findings;
}

}  // namespace repro::findings
