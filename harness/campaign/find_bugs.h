#pragma once

#include <vector>

#include "harness/base/result.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::campaign {

/// The bugs behind the signatures of `summary` (findings/bugs.h), counted over the stored runs. Computed anew
/// each time: what belongs together is an opinion of this version, not a fact of the campaign. Errors: those
/// of the store.
[[nodiscard]] Result<std::vector<BugSummary>> find_bugs(const store::Store& store,
                                                        const CampaignSummary& summary);

}  // namespace repro::campaign
