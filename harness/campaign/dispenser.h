#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "harness/base/clock.h"
#include "harness/campaign/adaptive_timeout.h"
#include "harness/campaign/plan.h"
#include "harness/model/campaign.h"
#include "harness/model/outcome.h"
#include "harness/model/run_record.h"

namespace repro::campaign {

/// One run to do, with the deadline that it gets.
struct Assignment {
  RunSlot slot;
  nanoseconds timeout{0};
  /// Followed in place of what the arm's schedule would do; not owned. Null: the arm's schedule.
  const std::vector<ScheduleSwitch>* plan = nullptr;
};

/// Hands the runs of the plan to the workers in order of their index, leaving out those that are stored
/// already. The only state that the workers share with the campaign's thread besides the queue of results.
/// Any thread.
///
/// It counts outcomes itself, because a worker asks for its next run before the campaign's thread has looked
/// at the last one: `--stop-after=2` would start a third run, and a resumed campaign that had its failures
/// would start one more.
class Dispenser {
 public:
  /// `stored` must be sorted; `counts` says how those runs ended. `request` must outlive the dispenser.
  Dispenser(const Request& request, std::vector<std::uint64_t> stored, const OutcomeCounts& counts);

  /// The next run, or nothing when the plan is used up, the stop rule says so or stop() was called.
  [[nodiscard]] std::optional<Assignment> next();
  /// Tells how a run ended; before the same worker asks for its next one.
  void finished(Outcome outcome);
  void stop();
  /// Tells the wall time of an ok run, from which a missing --timeout is derived.
  void learn(Sanitizer build, nanoseconds wall);
  /// The deadline that a run of this build would get now.
  [[nodiscard]] nanoseconds timeout(Sanitizer build) const;
  /// Runs that are left to do, or nothing when only time limits the campaign.
  [[nodiscard]] std::optional<std::uint64_t> remaining() const;

 private:
  [[nodiscard]] nanoseconds timeout_locked(Sanitizer build) const;
  void apply_stop_rule_locked();

  const Request& request_;
  const Plan plan_;
  const std::vector<std::uint64_t> stored_;
  mutable std::mutex mutex_;
  std::uint64_t next_index_ = 0;
  std::size_t next_stored_ = 0;
  OutcomeCounts counts_;
  bool is_stopped_ = false;
  AdaptiveTimeout adaptive_;
};

}  // namespace repro::campaign
