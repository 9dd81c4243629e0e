#pragma once

#include "harness/base/result.h"
#include "harness/model/summary.h"
#include "harness/model/triage.h"

namespace repro::campaign {

/// What is new, gone or more or less frequent in `newer`, signature by signature, in each build and schedule
/// that both campaigns have; variants are taken together, because a new version often has a new name.
///
/// Each row is tested by Boschloo's exact test, two-sided (stats/two_rates.h; Fisher's beyond its limit of
/// runs), and all of them are adjusted by Holm's procedure, so that with probability 95 % not one row is
/// called significant that is none. Errors: usage, when the campaigns have no build in common.
[[nodiscard]] Result<TriageDiff> diff_campaigns(const CampaignSummary& older, const CampaignSummary& newer);

}  // namespace repro::campaign
