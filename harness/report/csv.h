#pragma once

#include <ostream>

#include "harness/model/summary.h"
#include "harness/report/run_source.h"

namespace repro::report {

/// One line per run after a header line (RFC 4180, \r\n line ends; columns in docs/csv.md). Texts that a
/// spreadsheet would run as a formula get a leading apostrophe. Memory does not grow with the number of runs.
/// Errors: those of `runs`; those of writing show in the state of `out`.
[[nodiscard]] Result<void> write_csv(std::ostream& out, const CampaignSummary& summary,
                                     const RunSource& runs);

}  // namespace repro::report
