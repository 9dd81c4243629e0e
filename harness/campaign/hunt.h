#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/clock.h"
#include "harness/base/result.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/executor.h"
#include "harness/model/outcome.h"
#include "harness/stats/binomial_interval.h"
#include "harness/store/store.h"

namespace repro::campaign {

struct HuntOptions {
  std::uint64_t most_schedules = 2000;  ///< runs of the strategies; those of the baseline are not counted
  std::optional<nanoseconds> duration;
  /// Runs of the strategies after the first failure, to tell which of them is best.
  std::uint64_t explore = 200;
};

/// What one arm of the hunt gave. Runs were given out by what was seen before, so rates of two strategies are
/// not to be compared here: the confirmation is for that.
struct HuntedArm {
  std::string schedule;
  OutcomeCounts counts;
  std::optional<std::uint64_t> first_failure;  ///< RunSlot::index
  double seconds_per_run = 0;
};

struct HuntResult {
  std::vector<HuntedArm> arms;  ///< in the order of the request: the untouched baseline first
  std::uint64_t schedules = 0;  ///< runs of the strategies
  std::optional<std::uint64_t> first_failure_run;  ///< of a strategy: RunSlot::index
  std::uint64_t schedules_to_failure = 0;          ///< runs of strategies until then, it included
  std::optional<std::size_t> best;                 ///< position in `arms`; absent while no strategy failed
  bool is_interrupted = false;
};

/// Searches. The first arm of the request is the baseline, the others are the strategies. Until a strategy
/// fails all take turns, the baseline too; afterwards stats::choose_strategy gives out the runs by failures
/// per second, and the baseline gets one run in as many as there are strategies. Each run is stored as it
/// ends. Errors: as run_campaign.
[[nodiscard]] Result<HuntResult> hunt(const ExecutionPlan& plan, store::Store& store, const World& world,
                                      const HuntOptions& options);

}  // namespace repro::campaign
