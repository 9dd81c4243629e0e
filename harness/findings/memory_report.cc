// MemorySanitizer, with the origins that -fsanitize-memory-track-origins adds.

#include <algorithm>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"

namespace repro::findings {
namespace {

const std::vector<HeadingRule>& heading_rules() {
  static const std::vector<HeadingRule> rules{
      {"Uninitialized value was created by a heap deallocation", StackRole::freed},
      {"Uninitialized value was created", StackRole::allocated},
      {"Uninitialized value was stored", StackRole::other},
      {"Memory was marked as uninitialized", StackRole::allocated},
  };
  return rules;
}

}  // namespace

Finding parse_memory_report(std::string_view text) {
  std::vector<std::string_view> lines = lines_of(text);
  const bool is_value =
      !lines.empty() && lines[0].find("use-of-uninitialized-value") != std::string_view::npos;
  if (!is_value || lines[0].starts_with("SUMMARY")) {
    Finding finding = parse_address_report(text);  // a deadly signal, or only a summary
    finding.source = FindingSource::memory_sanitizer;
    return finding;
  }
  Finding finding;
  finding.source = FindingSource::memory_sanitizer;
  finding.implies = Outcome::crash;
  finding.kind = "use-of-uninitialized-value";
  finding.message = finding.kind;
  std::string_view header = lines[0];
  finding.pid = consume_pid_mark(header);
  lines.erase(lines.begin());
  Sections sections = parse_sections(lines, heading_rules());
  const auto origin = std::find_if(sections.notes.begin(), sections.notes.end(), [](std::string_view note) {
    return note.starts_with("Uninitialized value was created") || note.starts_with("Memory was marked");
  });
  if (origin != sections.notes.end()) finding.location = *origin;
  finding.stacks = std::move(sections.stacks);
  return finding;
}

}  // namespace repro::findings
