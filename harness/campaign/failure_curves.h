#pragma once

#include <vector>

#include "harness/base/result.h"
#include "harness/model/failure_curve.h"
#include "harness/store/store.h"

namespace repro::campaign {

/// Time to failure of every arm in which a run failed, at most a few hundred points each. Runs that ended
/// well or hung count as watched up to their end: nobody knows when a hung run stopped making progress
/// (stats/survival.h). Errors: those of the store.
[[nodiscard]] Result<std::vector<FailureCurve>> failure_curves(const store::Store& store);

}  // namespace repro::campaign
