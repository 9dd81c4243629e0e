#pragma once

#include "harness/base/result.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::campaign {

/// Everything that the reporters show, from the stored runs alone: the counts of store::Store::aggregate with
/// rates, their 95 % Clopper-Pearson intervals, and quantiles of wall time. Errors: those of the store.
[[nodiscard]] Result<CampaignSummary> summarise(const store::Store& store);

}  // namespace repro::campaign
