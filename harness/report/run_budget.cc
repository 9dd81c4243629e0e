#include "harness/report/run_budget.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/report/json.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

/// `12m30s`, or nothing where the time of a run is not known.
std::string time_text(std::uint64_t runs, const RunBudget& budget) {
  if (!budget.time_per_run) return "";
  const double total = static_cast<double>(budget.time_per_run->count()) * static_cast<double>(runs);
  constexpr double kCentury = 100 * 365.25 * 24 * 3600 * 1e9;
  if (total > kCentury) return "centuries";
  return format_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(total)));
}

Json time_json(std::uint64_t runs, const RunBudget& budget) {
  if (!budget.time_per_run) return {};
  return in_milliseconds(*budget.time_per_run) * static_cast<double>(runs);
}

void write_base(std::ostream& out, const RunBudget& budget) {
  if (budget.base_rate) {
    out << fmt::format("base rate: {}", percent(*budget.base_rate));
    if (budget.measured) {
      out << fmt::format(" [{}, {}]", percent(budget.measured->low), percent(budget.measured->high));
    }
    if (!budget.source.empty()) out << " from " << one_line(budget.source);
    out << "\n";
  }
  if (budget.time_per_run) out << fmt::format("time per run: {}\n", format_duration(*budget.time_per_run));
  if (budget.base_rate || budget.time_per_run) out << "\n";
}

void write_gates(std::ostream& out, const RunBudget& budget, const TerminalStyle& style) {
  if (budget.gates.empty()) return;
  const bool with_time = budget.time_per_run.has_value();
  out << fmt::format("to show that the rate is below a bound, with {} confidence\n",
                     percent(budget.confidence));
  TextTable table;
  table.add_column("bound", Align::right);
  table.add_column("failures allowed", Align::right);
  table.add_column("runs, fixed", Align::right);
  table.add_column("runs, may be watched", Align::right);
  if (with_time) table.add_column("time", Align::right);
  for (const GateNeed& need : budget.gates) {
    std::vector<TextTable::Cell> cells{{percent(need.max_rate)},
                                       {std::to_string(need.failures)},
                                       {std::to_string(need.fixed_runs)},
                                       {need.sequential_runs ? std::to_string(*need.sequential_runs) : "-"}};
    if (with_time) cells.push_back({time_text(need.fixed_runs, budget)});
    table.add_row(std::move(cells));
  }
  table.write(out, style);
  out << "\n";
}

void write_comparisons(std::ostream& out, const RunBudget& budget, const TerminalStyle& style) {
  if (budget.comparisons.empty()) return;
  const bool with_time = budget.time_per_run.has_value();
  out << "to tell two variants apart (the sequential rule needs about as many on average)\n";
  TextTable table;
  table.add_column("rates", Align::left);
  table.add_column("power", Align::right);
  table.add_column("runs per arm", Align::right);
  if (with_time) table.add_column("time, both arms", Align::right);
  for (const ComparisonNeed& need : budget.comparisons) {
    std::vector<TextTable::Cell> cells{
        {fmt::format("{} and {}", percent(need.base_rate), percent(need.target_rate))},
        {percent(need.power)},
        {fmt::format("{}{}", need.is_exact ? "" : "about ", need.runs_per_arm)}};
    if (with_time) cells.push_back({time_text(2 * need.runs_per_arm, budget)});
    table.add_row(std::move(cells));
  }
  table.write(out, style);
  out << "\n";
}

void write_budgets(std::ostream& out, const RunBudget& budget) {
  for (const BudgetReach& reach : budget.budgets) {
    const std::string time = time_text(reach.runs_per_arm, budget);
    out << fmt::format("{} per arm{}: if all are clean, the rate is at most {} ({} when it may be watched)\n",
                       run_count(reach.runs_per_arm), time.empty() ? "" : fmt::format(" ({})", time),
                       percent(reach.bound_if_clean), percent(reach.bound_if_clean_sequential));
    if (!budget.base_rate) continue;
    std::vector<std::string> ends;
    if (reach.below) ends.push_back(fmt::format("{} or less", percent(*reach.below)));
    if (reach.above) ends.push_back(fmt::format("{} or more", percent(*reach.above)));
    if (ends.empty()) {
      out << fmt::format("  too few to tell any rate from {} with {} power\n", percent(*budget.base_rate),
                         percent(reach.power));
    } else {
      out << fmt::format("  a variant with a rate of {} is told from {} with {} power\n",
                         join(ends, " or of "), percent(*budget.base_rate), percent(reach.power));
    }
  }
}

}  // namespace

void write_budget_terminal(std::ostream& out, const RunBudget& budget, const TerminalStyle& style) {
  write_base(out, budget);
  write_gates(out, budget, style);
  write_comparisons(out, budget, style);
  write_budgets(out, budget);
  for (const std::string& warning : budget.warnings) {
    out << painted("warning:", Paint::hang, style.color) << " " << one_line(warning) << "\n";
  }
}

void write_budget_json(std::ostream& out, const RunBudget& budget) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
  Json gates = Json::array();
  for (const GateNeed& need : budget.gates) {
    gates.push_back(Json{{"max_rate", need.max_rate},
                         {"failures", need.failures},
                         {"fixed_runs", need.fixed_runs},
                         {"sequential_runs", or_null(need.sequential_runs)},
                         {"time_ms", time_json(need.fixed_runs, budget)}});
  }
  Json comparisons = Json::array();
  for (const ComparisonNeed& need : budget.comparisons) {
    comparisons.push_back(Json{{"base_rate", need.base_rate},
                               {"target_rate", need.target_rate},
                               {"power", need.power},
                               {"runs_per_arm", need.runs_per_arm},
                               {"exact", need.is_exact},
                               {"time_ms", time_json(2 * need.runs_per_arm, budget)}});
  }
  Json budgets = Json::array();
  for (const BudgetReach& reach : budget.budgets) {
    budgets.push_back(Json{{"runs_per_arm", reach.runs_per_arm},
                           {"bound_if_clean", reach.bound_if_clean},
                           {"bound_if_clean_sequential", reach.bound_if_clean_sequential},
                           {"power", reach.power},
                           {"below", or_null(reach.below)},
                           {"above", or_null(reach.above)}});
  }
  const Json json{
      {"schema", kJsonSchema},
      {"plan",
       {{"confidence", budget.confidence},
        {"source", budget.source},
        {"base_rate", or_null(budget.base_rate)},
        {"base_rate_low", budget.measured ? Json(budget.measured->low) : Json()},
        {"base_rate_high", budget.measured ? Json(budget.measured->high) : Json()},
        {"time_per_run_ms", budget.time_per_run ? Json(in_milliseconds(*budget.time_per_run)) : Json()},
        {"gates", std::move(gates)},
        {"comparisons", std::move(comparisons)},
        {"budgets", std::move(budgets)},
        {"warnings", budget.warnings}}}};
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace repro::report
