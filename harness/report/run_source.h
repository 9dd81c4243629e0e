#pragma once

#include <functional>

#include "harness/base/result.h"
#include "harness/model/run_record.h"

namespace repro::report {

/// Visits the runs of a campaign in order of their index, without holding them all. Called at most once per
/// document. An Error ends the document, which is then incomplete.
using RunSource = std::function<Result<void>(const std::function<void(const RunRow&)>& visit)>;

}  // namespace repro::report
