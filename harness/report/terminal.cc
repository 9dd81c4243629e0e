#include "harness/report/terminal.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/report/bugs.h"
#include "harness/report/schedules.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

/// The outcomes that have a column: infra only where there is any.
std::vector<Outcome> shown_outcomes(const CampaignSummary& summary) {
  std::vector<Outcome> outcomes{Outcome::crash, Outcome::hang, Outcome::fail, Outcome::ok};
  if (summary.totals().infra > 0) outcomes.push_back(Outcome::infra);
  return outcomes;
}

/// The rates with their three parts aligned below each other.
std::vector<std::string> aligned_rates(const CampaignSummary& summary) {
  std::size_t fraction_width = 0;
  std::size_t percentage_width = 0;
  for (const ArmSummary& arm : summary.arms) {
    const RateText rate = rate_text(arm);
    fraction_width = std::max(fraction_width, rate.fraction.size());
    percentage_width = std::max(percentage_width, rate.percentage.size());
  }
  std::vector<std::string> lines;
  for (const ArmSummary& arm : summary.arms) {
    const RateText rate = rate_text(arm);
    std::string line = fmt::format("{:>{}}", rate.fraction, fraction_width);
    if (arm.rate) line += fmt::format("  {:>{}} {}", rate.percentage, percentage_width, rate.interval);
    lines.push_back(std::move(line));
  }
  return lines;
}

void write_counts(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  using Align = TextTable::Align;
  using Shrink = TextTable::Shrink;
  const bool with_schedule = shows_schedule(summary);
  const std::vector<Outcome> outcomes = shown_outcomes(summary);
  const BlindNotes blind(summary);
  const std::vector<std::string> rates = aligned_rates(summary);
  TextTable table;
  table.add_column("code", Align::left, Shrink::yes);
  table.add_column("build", Align::left);
  if (with_schedule) table.add_column("schedule", Align::left, Shrink::yes);
  for (const Outcome outcome : outcomes) table.add_column(std::string(to_string(outcome)), Align::right);
  table.add_column("rate", Align::left);
  for (std::size_t i = 0; i < summary.arms.size(); ++i) {
    const ArmSummary& arm = summary.arms[i];
    std::vector<TextTable::Cell> cells;
    cells.push_back({one_line(arm.key.variant)});
    cells.push_back({std::string(to_string(arm.key.sanitizer)) + blind.mark(arm)});
    if (with_schedule) cells.push_back({one_line(arm.key.schedule)});
    for (const Outcome outcome : outcomes) {
      const std::uint64_t count = arm.counts.of(outcome);
      cells.push_back({std::to_string(count), count == 0 ? Paint::faint : outcome_paint(outcome)});
    }
    cells.push_back({rates[i]});
    table.add_row(std::move(cells));
  }
  table.write(out, style);
  for (std::size_t i = 0; i < blind.notes().size(); ++i) {
    out << fmt::format("({}) blind: {}\n", i + 1, one_line(blind.notes()[i]));
  }
}

void write_heading(std::ostream& out, std::string_view text, const TerminalStyle& style) {
  out << "\n" << painted(text, Paint::heading, style.color) << "\n";
}

/// `text` cut so that it fits behind `indent` columns.
std::string fitted(std::string_view text, std::size_t indent, const TerminalStyle& style) {
  if (style.width == 0) return std::string(text);
  return cut_to_width(text, std::max(style.width, indent + 20) - indent);
}

void write_findings(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  const bool has_any = std::any_of(summary.arms.begin(), summary.arms.end(),
                                   [](const ArmSummary& arm) { return !arm.runs_by_finding.empty(); });
  if (!has_any) return;
  write_heading(out, "runs by finding", style);
  for (const ArmSummary& arm : summary.arms) {
    if (arm.runs_by_finding.empty()) continue;
    std::vector<std::string> pieces;
    for (const auto& [finding, runs] : arm.runs_by_finding) {
      pieces.push_back(fmt::format("{} {}", one_line(finding), runs));
    }
    out << "  " << fitted(fmt::format("{}: {}", arm_label(summary, arm.id), join(pieces, ", ")), 2, style)
        << "\n";
  }
}

void write_schedules(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  const bool has_any = std::any_of(summary.arms.begin(), summary.arms.end(),
                                   [](const ArmSummary& arm) { return arm.schedule.has_value(); });
  if (!has_any) return;
  write_heading(out, "what the schedules did", style);
  for (const ArmSummary& arm : summary.arms) {
    if (!arm.schedule) continue;
    out << fmt::format("  {}: {}\n", arm_label(summary, arm.id), schedule_line(arm));
  }
}

/// Columns that the largest count of runs takes, with its word.
template <class Items>
std::size_t widest_count(const Items& items) {
  std::size_t widest = 0;
  for (const auto& item : items) widest = std::max(widest, run_count(item.runs).size());
  return widest;
}

void write_signatures(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  if (summary.signatures.empty()) return;
  write_heading(out, "signatures", style);
  const std::size_t width = widest_count(summary.signatures);
  for (const SignatureSummary& one : summary.signatures) {
    const Signature& signature = one.signature;
    std::string head = fmt::format("{:>{}}  ", run_count(one.runs), width);
    const std::string outcome = fmt::format("{:5}", to_string(signature.implies));
    const std::string tail = fmt::format("  {}  {}{}", one_line(signature.id), one_line(signature.title),
                                         signature.is_unsymbolized ? " (unsymbolized)" : "");
    const std::size_t indent = 2 + head.size() + outcome.size();
    out << "  " << head << painted(outcome, outcome_paint(signature.implies), style.color)
        << fitted(tail, indent, style) << "\n";
    const std::string where =
        fmt::format("{}; first: run {}", arm_counts(summary, one.runs_by_arm), one.first_run);
    out << std::string(width + 4, ' ') << painted(fitted(where, width + 4, style), Paint::faint, style.color)
        << "\n";
  }
}

/// Only where signatures share a bug: else the list of signatures has said it all.
void write_bugs(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  const bool has_any = std::any_of(summary.bugs.begin(), summary.bugs.end(),
                                   [](const BugSummary& one) { return one.bug.signatures.size() > 1; });
  std::vector<Bug> bugs;
  for (const BugSummary& one : summary.bugs) bugs.push_back(one.bug);
  if (has_any) write_heading(out, "bugs", style);
  const std::size_t width = widest_count(summary.bugs);
  for (const BugSummary& one : summary.bugs) {
    if (!has_any) break;
    const std::string head = fmt::format("{:>{}}  {}", run_count(one.runs), width, one_line(one.bug.title));
    out << "  " << fitted(head, 2, style) << "\n";
    const std::string where =
        fmt::format("{}; {}", arm_counts(summary, one.runs_by_arm), join(one.bug.signatures, " + "));
    out << std::string(width + 4, ' ') << painted(fitted(where, width + 4, style), Paint::faint, style.color)
        << "\n";
  }
  write_bug_links(out, bugs, style);
  if (summary.unseen) out << "\n" << join(unseen_lines(*summary.unseen, "failing run"), "\n") << "\n";
}

void write_infra(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  if (summary.infra.empty()) return;
  write_heading(out, "not counted (infra)", style);
  const std::size_t width = widest_count(summary.infra);
  for (const InfraReason& one : summary.infra) {
    const std::string line = fmt::format("{:>{}}  {}; first: run {}", run_count(one.runs), width,
                                         one_line(one.reason), one.first_run);
    out << "  " << fitted(line, 2, style) << "\n";
  }
}

/// Warnings are for reading: they are never cut.
void write_warnings(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  if (!summary.warnings.empty()) out << "\n";
  for (const std::string& warning : summary.warnings) {
    out << painted("warning:", Paint::hang, style.color) << " " << one_line(warning) << "\n";
  }
}

}  // namespace

void write_terminal(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style) {
  out << fitted(campaign_line(summary), 0, style) << "\n\n";
  write_counts(out, summary, style);
  if (summary.adaptive_timeout) {
    out << fmt::format("timeout: adaptive, {} at most\n", format_duration(*summary.adaptive_timeout));
  }
  write_findings(out, summary, style);
  write_schedules(out, summary, style);
  write_signatures(out, summary, style);
  write_bugs(out, summary, style);
  write_infra(out, summary, style);
  write_warnings(out, summary, style);
}

}  // namespace repro::report
