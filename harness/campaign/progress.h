#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/base/clock.h"
#include "harness/model/outcome.h"
#include "harness/model/run_record.h"

namespace repro::campaign {

/// Where a campaign stands.
struct ProgressState {
  OutcomeCounts counts;                  ///< of the whole campaign, resumed runs included
  std::uint64_t finished = 0;            ///< runs stored in this session
  std::optional<std::uint64_t> planned;  ///< runs that this session shall do at most
  std::uint32_t active = 0;              ///< runs in flight
  nanoseconds elapsed{0};                ///< since this session began
  std::optional<nanoseconds> left;       ///< estimate; absent while nothing is known
};

/// The seam to the person who watches. Called from the campaign's own thread only, in the order of events.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void run_finished(const RunRecord& run, const ProgressState& state) = 0;
  /// Called several times a second while runs are in flight.
  virtual void tick(const ProgressState& state) = 0;
  /// Something worth a line of its own: a warning, the timeout that was derived, an interrupt.
  virtual void note(std::string_view text) = 0;
  /// No further event follows; a line that was being redrawn is taken away.
  virtual void finish() = 0;
};

}  // namespace repro::campaign
