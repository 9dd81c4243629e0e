#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/executor.h"
#include "harness/model/outcome.h"
#include "harness/model/run_record.h"
#include "harness/model/schedule_record.h"

namespace repro::campaign {

/// How a recorded run is run again.
enum class ReplayMethod : std::uint8_t {
  schedule,  ///< a controlled run: its recorded deviations are followed
  seed,      ///< the same command, environment and seed; the system's timing is what it is
};

/// Runs one recorded run again. One at a time.
class Replayer {
 public:
  /// `plan` is of the campaign that holds `run`; it, `run` and `runner` outlive the replayer.
  Replayer(const ExecutionPlan& plan, process::ProcessRunner& runner, const RunDetails& run);

  [[nodiscard]] ReplayMethod method() const { return method_; }
  /// What the run is recognised by: the id of the signature that decided its outcome. Empty: it had none, and
  /// its outcome is what must come back.
  [[nodiscard]] const std::string& signature() const { return signature_; }

  /// Once more, in the way of method(). Nothing when the user interrupted. Errors: as Executor::run.
  [[nodiscard]] Result<std::optional<CompletedRun>> again();
  /// Once under other deviations.
  [[nodiscard]] Result<std::optional<CompletedRun>> follow(const std::vector<ScheduleSwitch>& switches);
  /// Whether a run ended as the recorded one did.
  [[nodiscard]] bool is_alike(const CompletedRun& run) const;

 private:
  [[nodiscard]] Result<std::optional<CompletedRun>> run(const std::vector<ScheduleSwitch>* switches);

  const RunDetails& recorded_;
  Executor executor_;
  ReplayMethod method_;
  std::string signature_;
};

/// Counts of replays.
struct ReplayCounts {
  std::uint64_t alike = 0;        ///< ended in the same signature
  OutcomeCounts outcomes;         ///< of all replays
  std::uint64_t unlike_plan = 0;  ///< could not follow every recorded deviation
  bool is_interrupted = false;
};

/// Up to `times` replays. Errors: as Executor::run.
[[nodiscard]] Result<ReplayCounts> replay_times(Replayer& replayer, std::uint64_t times);

/// The fewest switches of a controlled run that bring its failure back; without a title. Nothing
/// when the user interrupted. Errors: usage, when the run has no recorded schedule or its failure does not
/// come back; and as Executor::run.
[[nodiscard]] Result<std::optional<MinimisedSchedule>> minimise_run(Replayer& replayer, const RunDetails& run,
                                                                    std::uint64_t most_replays);

}  // namespace repro::campaign
