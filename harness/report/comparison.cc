#include "harness/report/comparison.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

Paint paint_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fixed:
    case Verdict::better:
      return Paint::ok;
    case Verdict::traded:
    case Verdict::changed:
      return Paint::hang;
    case Verdict::worse:
      return Paint::crash;
    case Verdict::no_evidence:
      break;
  }
  return Paint::none;
}

std::string fraction(std::uint64_t count, const ComparedArm& arm) {
  const std::uint64_t runs = arm.counts.counted();
  if (runs == 0) return "-";
  return fmt::format("{}/{} {}", count, runs,
                     percent(static_cast<double>(count) / static_cast<double>(runs)));
}

/// A difference of shares in points: `-48`, `+0.40`, `0`.
std::string points(double difference) {
  if (std::abs(difference) < 1e-12) return "0";
  std::string text = percent(std::abs(difference));
  text.pop_back();
  return (difference < 0 ? "-" : "+") + text;
}

std::string interval(const OutcomeDifference& one) {
  return fmt::format("{} [{}, {}]", points(one.difference), points(one.low), points(one.high));
}

void write_table(std::ostream& out, const Comparison& comparison, const TerminalStyle& style) {
  using Align = TextTable::Align;
  TextTable table;
  table.add_column("outcome", Align::left);
  table.add_column(one_line(comparison.a.label), Align::right);
  table.add_column(one_line(comparison.b.label), Align::right);
  table.add_column("difference in points", Align::left);
  table.add_column("p", Align::left);
  table.add_column("p (Holm)", Align::left);
  const auto add = [&](const OutcomeDifference& one, const std::string& adjusted) {
    table.add_row({{one.outcome, one.is_significant ? Paint::heading : Paint::none},
                   {fraction(one.count_a, comparison.a)},
                   {fraction(one.count_b, comparison.b)},
                   {interval(one)},
                   {p_value_text(one.evidence.p_value)},
                   {adjusted}});
  };
  for (const OutcomeDifference& one : comparison.outcomes) add(one, p_value_text(one.adjusted_p));
  add(comparison.any_bad, "");
  table.write(out, style);
}

/// `crash fell 72% -> 24%, fail rose 20% -> 76%`: the outcomes that moved for certain.
std::string movements(const Comparison& comparison) {
  std::vector<std::string> pieces;
  const auto rate = [](std::uint64_t count, const ComparedArm& arm) {
    return percent(static_cast<double>(count) / static_cast<double>(arm.counts.counted()));
  };
  const auto add = [&](const OutcomeDifference& one) {
    pieces.push_back(fmt::format("{} {} {} -> {}", one.outcome, one.difference < 0 ? "fell" : "rose",
                                 rate(one.count_a, comparison.a), rate(one.count_b, comparison.b)));
  };
  for (const OutcomeDifference& one : comparison.outcomes) {
    if (one.is_significant && one.outcome != "ok") add(one);
  }
  if (pieces.empty() && comparison.any_bad.is_significant) add(comparison.any_bad);
  return join(pieces, ", ");
}

std::string ok_sentence(const Comparison& comparison) {
  const OutcomeDifference& ok = comparison.outcomes.back();
  if (ok.is_significant) return fmt::format("ok {}", ok.difference > 0 ? "rose" : "fell");
  if (ok.count_a == 0 && ok.count_b == 0) return "ok did not move: no run of either ended well";
  return "ok did not move by more than chance";
}

std::string verdict_sentence(const Comparison& comparison, const ComparisonReport& report) {
  std::string moved = movements(comparison);
  switch (comparison.verdict) {
    case Verdict::fixed:
      return fmt::format("{}; its bad rate is at most {} with {} confidence (wanted: {})", moved,
                         percent(*comparison.bad_rate_bound), percent(report.confidence),
                         percent(report.max_rate));
    case Verdict::better:
      return fmt::format("{}; not yet `fixed`: its bad rate may still be {} (wanted: at most {})", moved,
                         percent(*comparison.bad_rate_bound), percent(report.max_rate));
    case Verdict::worse:
      return moved;
    case Verdict::traded:
      return fmt::format("{}; {}", moved, ok_sentence(comparison));
    case Verdict::changed:
      return fmt::format("the runs end in other ways, but neither better nor worse is shown{}{}",
                         moved.empty() ? "" : "; ", moved);
    case Verdict::no_evidence:
      break;
  }
  return "these runs do not show a difference; that is not a proof that there is none";
}

void write_displacement(std::ostream& out, const Comparison& comparison) {
  if (!comparison.displacement || comparison.verdict == Verdict::no_evidence) return;
  const Displacement& moved = *comparison.displacement;
  out << fmt::format("of the fall of {} points, {} went to other bad outcomes and {} to ok\n",
                     points(moved.fallen).substr(1), percent(moved.to_bad), percent(moved.to_ok));
}

std::string evidence_text(const Evidence& evidence) {
  std::string text = fmt::format("p = {} ({}", p_value_text(evidence.p_value), evidence.method);
  if (evidence.log_e) text += fmt::format(", e = {}", e_value_text(*evidence.log_e));
  if (!evidence.is_exact) text += fmt::format(", drawn, +- {:.1g}", evidence.standard_error);
  return text + ")";
}

void write_evidence(std::ostream& out, const Comparison& comparison) {
  out << fmt::format("evidence: outcomes differ: {}; any bad differs: {}; total variation {:.2g}\n",
                     evidence_text(comparison.vectors), evidence_text(comparison.any_bad.evidence),
                     comparison.total_variation);
  if (comparison.rule == EvidenceRule::sequential) {
    out << fmt::format("rule: sequential, {} blocks of one run each; valid whenever it is looked at\n",
                       comparison.blocks);
  } else {
    out << "rule: fixed sample, the number of runs was set before the first\n";
  }
}

void write_outlook(std::ostream& out, const Comparison& comparison, const ComparisonReport& report) {
  if (comparison.to_decide) {
    const RunsToDecide& needed = *comparison.to_decide;
    out << fmt::format(
        "to decide: about {} more runs per arm, if the true rates of {} are the observed {} and {} "
        "({} in all, {} power)\n",
        needed.more_per_side, needed.outcome, percent(needed.rate_a), percent(needed.rate_b),
        needed.runs_per_side, percent(report.power));
  } else {
    out << "to decide: the observed rates are equal; no number of runs shows a difference that is not "
           "there\n";
  }
  if (!comparison.detectable) return;
  const DetectableDifference& seen = *comparison.detectable;
  std::vector<std::string> ends;
  if (seen.below) ends.push_back(fmt::format("{} or less", percent(*seen.below)));
  if (seen.above) ends.push_back(fmt::format("{} or more", percent(*seen.above)));
  if (ends.empty()) {
    out << fmt::format("with {} per arm no difference at all could have been seen\n",
                       run_count(seen.runs_per_side));
    return;
  }
  out << fmt::format("with {} per arm, a bad rate of {} could have been told from {} ({} power)\n",
                     run_count(seen.runs_per_side), join(ends, " or of "), percent(seen.base_rate),
                     percent(report.power));
}

void write_warnings(std::ostream& out, const std::vector<std::string>& warnings, const TerminalStyle& style) {
  for (const std::string& warning : warnings) {
    out << painted("warning:", Paint::hang, style.color) << " " << one_line(warning) << "\n";
  }
}

void write_one(std::ostream& out, const Comparison& comparison, const ComparisonReport& report,
               const TerminalStyle& style) {
  out << painted(fmt::format("{} -> {}: {}", one_line(comparison.a.label), one_line(comparison.b.label),
                             to_string(comparison.verdict)),
                 paint_of(comparison.verdict), style.color)
      << "\n\n";
  write_table(out, comparison, style);
  out << "\nverdict: " << to_string(comparison.verdict) << "; " << verdict_sentence(comparison, report)
      << "\n";
  write_displacement(out, comparison);
  write_evidence(out, comparison);
  if (comparison.verdict == Verdict::no_evidence) write_outlook(out, comparison, report);
  write_warnings(out, comparison.warnings, style);
}

}  // namespace

void write_comparison_terminal(std::ostream& out, const ComparisonReport& report,
                               const TerminalStyle& style) {
  bool is_first = true;
  for (const Comparison& comparison : report.comparisons) {
    if (!is_first) out << "\n";
    is_first = false;
    write_one(out, comparison, report, style);
  }
  if (report.comparisons.size() > 1) {
    out << fmt::format("\n{} comparisons share the level of {} (Holm)\n", report.comparisons.size(),
                       percent(1 - report.confidence));
  }
  if (!report.warnings.empty()) out << "\n";
  write_warnings(out, report.warnings, style);
}

}  // namespace repro::report
