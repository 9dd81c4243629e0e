#include "harness/report/markdown.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/report/bugs.h"
#include "harness/report/schedules.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

/// Text of ours and names that the user chose, on one line and without a meaning in Markdown.
std::string escaped(std::string_view text) {
  std::string markdown;
  for (const char c : one_line(text)) {
    if (std::string_view("\\`*_[]<>|~&$#").find(c) != std::string_view::npos) markdown += '\\';
    markdown += c;
  }
  return markdown;
}

/// Text of the subject as a code span, in which nothing is interpreted: no links, mentions or markup. The
/// fence is longer than any run of backticks in the text; a bar must be escaped even there, because a
/// table row is cut into cells first.
std::string code(std::string_view text) {
  const std::string line = one_line(text);
  if (line.empty()) return "";
  std::size_t longest = 0;
  std::size_t current = 0;
  std::string content;
  for (const char c : line) {
    current = c == '`' ? current + 1 : 0;
    longest = std::max(longest, current);
    if (c == '|') content += '\\';
    content += c;
  }
  const std::string fence(longest + 1, '`');
  const bool needs_blanks = line.front() == '`' || line.back() == '`';
  const std::string_view blank = needs_blanks ? " " : "";
  return fmt::format("{}{}{}{}{}", fence, blank, content, blank, fence);
}

std::string rate_cell(const ArmSummary& arm) {
  const RateText rate = rate_text(arm);
  return arm.rate ? fmt::format("{} {} {}", rate.fraction, rate.percentage, rate.interval) : rate.fraction;
}

void write_counts(std::ostream& out, const CampaignSummary& summary) {
  const bool with_schedule = shows_schedule(summary);
  const bool with_infra = summary.totals().infra > 0;
  const BlindNotes blind(summary);
  out << "| code | build |" << (with_schedule ? " schedule |" : "") << " crash | hang | fail | ok |"
      << (with_infra ? " infra |" : "") << " rate |\n";
  out << "| --- | --- |" << (with_schedule ? " --- |" : "") << " ---: | ---: | ---: | ---: |"
      << (with_infra ? " ---: |" : "") << " --- |\n";
  for (const ArmSummary& arm : summary.arms) {
    const OutcomeCounts& counts = arm.counts;
    out << fmt::format("| {} | {}{} |", escaped(arm.key.variant), to_string(arm.key.sanitizer),
                       blind.mark(arm));
    if (with_schedule) out << fmt::format(" {} |", escaped(arm.key.schedule));
    out << fmt::format(" {} | {} | {} | {} |", counts.crash, counts.hang, counts.fail, counts.ok);
    if (with_infra) out << fmt::format(" {} |", counts.infra);
    out << fmt::format(" {} |\n", rate_cell(arm));
  }
  for (std::size_t i = 0; i < blind.notes().size(); ++i) {
    out << fmt::format("\n({}) blind: {}\n", i + 1, escaped(blind.notes()[i]));
  }
}

void write_findings(std::ostream& out, const CampaignSummary& summary) {
  const bool has_any = std::any_of(summary.arms.begin(), summary.arms.end(),
                                   [](const ArmSummary& arm) { return !arm.runs_by_finding.empty(); });
  if (!has_any) return;
  out << "\n### Runs by finding\n\n| code | finding | runs |\n| --- | --- | ---: |\n";
  for (const ArmSummary& arm : summary.arms) {
    for (const auto& [finding, runs] : arm.runs_by_finding) {
      out << fmt::format("| {} | {} | {} |\n", escaped(arm_label(summary, arm.id)), code(finding), runs);
    }
  }
}

void write_schedules(std::ostream& out, const CampaignSummary& summary) {
  const bool has_any = std::any_of(summary.arms.begin(), summary.arms.end(),
                                   [](const ArmSummary& arm) { return arm.schedule.has_value(); });
  if (!has_any) return;
  out << "\n### What the schedules did\n\n";
  for (const ArmSummary& arm : summary.arms) {
    if (!arm.schedule) continue;
    out << fmt::format("- {}: {}\n", escaped(arm_label(summary, arm.id)), escaped(schedule_line(arm)));
  }
}

void write_signatures(std::ostream& out, const CampaignSummary& summary) {
  if (summary.signatures.empty()) return;
  out << "\n### Signatures\n\n| runs | signature | what | where | first run |\n| ---: | --- | --- | --- | "
         "---: |\n";
  for (const SignatureSummary& one : summary.signatures) {
    out << fmt::format("| {} | {} | {}{} | {} | {} |\n", one.runs, code(one.signature.id),
                       code(one.signature.title), one.signature.is_unsymbolized ? " (unsymbolized)" : "",
                       escaped(arm_counts(summary, one.runs_by_arm)), one.first_run);
  }
}

void write_bugs(std::ostream& out, const CampaignSummary& summary) {
  const bool has_any = std::any_of(summary.bugs.begin(), summary.bugs.end(),
                                   [](const BugSummary& one) { return one.bug.signatures.size() > 1; });
  if (has_any) {
    out << "\n### Bugs\n\n| runs | bug | where | signatures |\n| ---: | --- | --- | --- |\n";
    for (const BugSummary& one : summary.bugs) {
      out << fmt::format("| {} | {} | {} | {} |\n", one.runs, code(one.bug.title),
                         escaped(arm_counts(summary, one.runs_by_arm)),
                         code(join(one.bug.signatures, " + ")));
    }
    out << "\n";
  }
  for (const BugSummary& one : summary.bugs) {
    for (const BugLink& link : one.bug.links) {
      out << fmt::format("- {} with {}: {}\n", code(link.signature), code(link.to), escaped(link.reason));
    }
    for (const std::string& note : one.bug.notes) {
      out << fmt::format("- {}: {}\n", code(one.bug.signatures.front()), escaped(note));
    }
  }
  if (summary.unseen)
    out << "\n" << escaped(join(unseen_lines(*summary.unseen, "failing run"), "; ")) << "\n";
}

void write_infra(std::ostream& out, const CampaignSummary& summary) {
  if (summary.infra.empty()) return;
  out << "\n### Not counted (infra)\n\n| runs | reason | first run |\n| ---: | --- | ---: |\n";
  for (const InfraReason& one : summary.infra) {
    out << fmt::format("| {} | {} | {} |\n", one.runs, code(one.reason), one.first_run);
  }
}

void write_warnings(std::ostream& out, const CampaignSummary& summary) {
  if (!summary.warnings.empty()) out << "\n### Warnings\n\n";
  for (const std::string& warning : summary.warnings) out << "- " << escaped(warning) << "\n";
}

/// A published number carries where it comes from.
void write_origin(std::ostream& out, const CampaignSummary& summary) {
  out << "\n### Where the numbers come from\n\n";
  out << "- " << escaped(campaign_line(summary)) << "\n";
  for (const Arm& arm : summary.request.arms) {
    out << fmt::format("- {}: {}\n", escaped(arm_label(summary, arm.id)),
                       code(shell_quote(arm.command.argv)));
  }
  out << fmt::format("- started {}, seed {}\n", utc_time(summary.started_at), summary.request.seed);
  if (summary.adaptive_timeout) {
    out << fmt::format("- timeout: adaptive, {} at most\n", format_duration(*summary.adaptive_timeout));
  } else if (summary.request.timeout) {
    out << fmt::format("- timeout: {}\n", format_duration(*summary.request.timeout));
  }
  for (const auto& [name, value] : summary.machine) {
    out << fmt::format("- {}: {}\n", escaped(name), escaped(value));
  }
  out << "- rate: runs that were not ok, of those counted, with the two-sided 95 % Clopper-Pearson "
         "interval\n";
}

}  // namespace

void write_markdown(std::ostream& out, const CampaignSummary& summary) {
  write_counts(out, summary);
  write_findings(out, summary);
  write_schedules(out, summary);
  write_signatures(out, summary);
  write_bugs(out, summary);
  write_infra(out, summary);
  write_warnings(out, summary);
  write_origin(out, summary);
}

}  // namespace repro::report
