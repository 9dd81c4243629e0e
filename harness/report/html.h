#pragma once

// One file that shows a whole campaign in a browser, without a network.
//
// The page is a fixed text (harness/report/page) that draws itself from JSON in it, so that nothing of the
// campaign is ever written as markup. Runs go in as columns: 100,000 of them are 3 MB in place of 40 MB as
// objects. Rejected: a table row per run, which browsers lay out for seconds; the page keeps some forty rows
// in its document whatever the number of runs.

#include <ostream>
#include <string>
#include <vector>

#include "harness/model/comparison.h"
#include "harness/model/failure_curve.h"
#include "harness/model/finding.h"
#include "harness/model/summary.h"
#include "harness/report/run_source.h"

namespace repro::report {

/// What the page shows beside the runs. Nothing is owned beyond the call.
struct HtmlContent {
  const CampaignSummary& summary;
  std::vector<Finding> examples;       ///< one for each of summary.signatures, in their order
  std::vector<std::string> minimised;  ///< likewise: JSON of its first run's minimised schedule, or ""
  std::vector<FailureCurve> failure_curves;
  std::vector<Comparison> comparisons;
  std::string source_root;  ///< code of files below this folder is shown (source_excerpt.h); empty: none
};

/// Writes the page. Memory: some 40 bytes a run. Errors: those of `runs`; those of writing show in the state
/// of `out`.
[[nodiscard]] Result<void> write_html(std::ostream& out, const HtmlContent& content, const RunSource& runs);

}  // namespace repro::report
