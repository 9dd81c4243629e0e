#pragma once

#include <ostream>

#include "harness/model/comparison.h"
#include "harness/report/terminal.h"

namespace repro::report {

/// Each comparison as a table of outcomes with the verdict and what it rests on. Errors show in the state of
/// `out`.
void write_comparison_terminal(std::ostream& out, const ComparisonReport& report, const TerminalStyle& style);

/// The object of key `comparison` (docs/json.md). Errors show in the state of `out`.
void write_comparison_json(std::ostream& out, const ComparisonReport& report);

}  // namespace repro::report
