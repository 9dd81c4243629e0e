#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/model/run_budget.h"

namespace repro::campaign {

struct BudgetQuestion {
  double confidence = 0.95;
  std::optional<double> base_rate;     ///< in [0, 1] (checked)
  std::vector<double> target_rates;    ///< to tell from the base rate; in [0, 1] (checked)
  std::vector<double> max_rates;       ///< gates; in (0, 1) (checked)
  std::vector<std::uint64_t> budgets;  ///< runs per arm, above 0 (checked)
  std::uint64_t allowed_failures = 0;  ///< of the gates
};

/// Runs for each gate, for each comparison at 80 and 90 % power, and what each budget shows. Pure. Time is
/// the caller's to add.
[[nodiscard]] RunBudget plan_runs(const BudgetQuestion& question);

}  // namespace repro::campaign
