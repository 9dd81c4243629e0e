#pragma once

#include <ostream>

#include "harness/model/run_budget.h"
#include "harness/report/terminal.h"

namespace repro::report {

/// Runs and time for gates, comparisons and budgets. Errors show in the state of `out`.
void write_budget_terminal(std::ostream& out, const RunBudget& budget, const TerminalStyle& style);

/// The object of key `plan` (docs/json.md). Errors show in the state of `out`.
void write_budget_json(std::ostream& out, const RunBudget& budget);

}  // namespace repro::report
