#include "harness/campaign/run_budget.h"

#include <array>

#include "harness/base/check.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/power.h"
#include "harness/stats/rate_process.h"

namespace repro::campaign {
namespace {

constexpr std::array<double, 2> kPowers{0.8, 0.9};

GateNeed gate_need(double max_rate, std::uint64_t failures, double confidence) {
  GateNeed need;
  need.max_rate = max_rate;
  need.failures = failures;
  need.fixed_runs = stats::runs_needed(failures, max_rate, confidence);
  if (failures == 0) need.sequential_runs = stats::clean_runs_until_pass(max_rate, confidence);
  return need;
}

BudgetReach reach_of(std::uint64_t runs, const BudgetQuestion& question) {
  REPRO_CHECK(runs > 0);
  BudgetReach reach;
  reach.runs_per_arm = runs;
  reach.bound_if_clean = stats::clopper_pearson_upper(0, runs, question.confidence)->value;
  reach.bound_if_clean_sequential =
      stats::confidence_sequence({0, runs}, 1 - 2 * (1 - question.confidence)).high;
  reach.power = kPowers.front();
  if (question.base_rate) {
    const stats::DetectableRates rates =
        stats::detectable_rates(*question.base_rate, runs, reach.power, 1 - question.confidence);
    reach.below = rates.below;
    reach.above = rates.above;
  }
  return reach;
}

}  // namespace

RunBudget plan_runs(const BudgetQuestion& question) {
  RunBudget budget;
  budget.confidence = question.confidence;
  budget.base_rate = question.base_rate;
  for (const double max_rate : question.max_rates) {
    budget.gates.push_back(gate_need(max_rate, question.allowed_failures, question.confidence));
  }
  for (const double target : question.target_rates) {
    if (!question.base_rate) break;
    for (const double power : kPowers) {
      const auto runs = stats::runs_for_power({*question.base_rate, target}, power, 1 - question.confidence);
      if (!runs) continue;
      budget.comparisons.push_back({*question.base_rate, target, power, runs->runs, runs->is_exact});
    }
  }
  for (const std::uint64_t runs : question.budgets) budget.budgets.push_back(reach_of(runs, question));
  return budget;
}

}  // namespace repro::campaign
