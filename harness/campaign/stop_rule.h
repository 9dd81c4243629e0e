#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/clock.h"
#include "harness/model/campaign.h"
#include "harness/model/outcome.h"

namespace repro::campaign {

/// What the stop rule may look at.
struct Progression {
  OutcomeCounts counts;    ///< over all arms, this session and the resumed ones
  nanoseconds elapsed{0};  ///< since the first run of this session
};

enum class StopKind : std::uint8_t { failures_seen, time_is_up, machine_unfit, decided };

struct StopDecision {
  StopKind kind = StopKind::time_is_up;
  std::string note;  ///< one line for the table: `3 failures seen (--stop-after=3)`
};

/// Whether no further run shall be started. Decides, and does nothing else; runs in flight are finished and
/// counted, because dropping the slow ones would hide hangs. The number of runs itself is the plan's, not
/// this rule's.
[[nodiscard]] std::optional<StopDecision> decide_stop(const Request& request, const Progression& progression);

}  // namespace repro::campaign
