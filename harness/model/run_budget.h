#pragma once

// What `repro plan` tells before the first run, as plain data: computed in campaign/run_budget.h.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/summary.h"

namespace repro {

/// How many runs show that a rate is below a bound.
struct GateNeed {
  double max_rate = 0;
  std::uint64_t failures = 0;                    ///< that are allowed among them
  std::uint64_t fixed_runs = 0;                  ///< number set beforehand
  std::optional<std::uint64_t> sequential_runs;  ///< clean runs when it may be watched; only for 0 failures
};

/// How many runs per arm tell one rate from another.
struct ComparisonNeed {
  double base_rate = 0;
  double target_rate = 0;
  double power = 0;
  std::uint64_t runs_per_arm = 0;
  bool is_exact = true;
};

/// What a number of runs per arm can show.
struct BudgetReach {
  std::uint64_t runs_per_arm = 0;
  double bound_if_clean = 1;             ///< upper bound of the rate after so many clean runs, fixed
  double bound_if_clean_sequential = 1;  ///< the same when it may be watched
  double power = 0;                      ///< for the next two
  std::optional<double> below;           ///< rate that is told from the base rate
  std::optional<double> above;
};

struct RunBudget {
  double confidence = 0.95;
  std::string source;  ///< where base rate and time come from; empty: given or none
  std::optional<double> base_rate;
  std::optional<RateEstimate> measured;  ///< the base rate with its interval, when it was measured
  std::optional<std::chrono::nanoseconds> time_per_run;
  std::vector<GateNeed> gates;
  std::vector<ComparisonNeed> comparisons;
  std::vector<BudgetReach> budgets;
  std::vector<std::string> warnings;
};

}  // namespace repro
