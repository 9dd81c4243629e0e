#pragma once

// The fewest deviations of a controlled schedule that still end in the same failure. A pure search: replaying
// is the caller's.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/schedule_record.h"

namespace repro::schedule {

/// What one replay of a candidate showed.
struct Replay {
  bool is_alike = false;                     ///< it ended in the signature that is looked for
  std::vector<ScheduleSwitch> followed;      ///< what the replay really deviated in
  std::vector<std::uint64_t> thread_events;  ///< decisions of each thread
};

/// Replays the deviations once. An Error ends the search.
using ReplayOnce = std::function<Result<Replay>(std::span<const ScheduleSwitch>)>;

struct MinimiseOptions {
  std::uint64_t most_replays = 200;
  std::uint32_t times_alike = 2;  ///< a candidate is taken when so many replays in a row are alike
};

struct MinimisedSwitches {
  std::vector<ScheduleSwitch> switches;
  std::uint64_t replays = 0;
  bool is_reproduced =
      false;                ///< the whole list did end in the failure; otherwise `switches` is the whole list
  bool is_minimal = false;  ///< taking away any one loses the failure; false: the replays ran out
};

/// Never returns a list that was not seen to fail alike `times_alike` times, unless the whole list was not.
[[nodiscard]] Result<MinimisedSwitches> minimise(std::vector<ScheduleSwitch> switches,
                                                 const ReplayOnce& replay, const MinimiseOptions& options);

}  // namespace repro::schedule
