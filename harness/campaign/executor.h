#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/dispenser.h"
#include "harness/campaign/run_environment.h"
#include "harness/campaign/run_schedule.h"
#include "harness/campaign/symbolizer.h"
#include "harness/findings/oracle.h"
#include "harness/model/campaign.h"
#include "harness/model/run_record.h"
#include "harness/model/signature.h"
#include "harness/process/run_directory.h"
#include "harness/process/runner.h"

namespace repro::campaign {

/// What every run of a campaign shares. Immutable while runs are in flight.
struct ExecutionPlan {
  const Request* request = nullptr;          ///< not owned
  const findings::Oracle* oracle = nullptr;  ///< not owned
  std::vector<RunEnvironment> environments;  ///< one per arm, by Arm::id
  std::string temporary_base;                ///< run directories are made below it; empty: $TMPDIR or /tmp
  std::string campaign_path;                 ///< files of runs are kept beside it; empty: not at all
  process::DeadlineHook deadline_hook;       ///< empty: a hang carries no evidence
  /// What is left out of the judgement (findings/judge.h); called from several threads. Empty: nothing.
  std::function<bool(const Finding&, const Signature&)> is_suppressed;
  process::CrashHook crash_hook;  ///< for plain builds; empty: a signal carries no evidence
  /// Folder for what controlled schedules learn from run to run, one file per arm; empty: they learn nothing.
  std::string knowledge_directory;
};

/// A run with the identities of what it found.
struct CompletedRun {
  RunRecord record;
  std::vector<Signature> signatures;
  std::string note;  ///< for the user, when something beside the run went wrong
};

/// Does one run from its private folder to its outcome: prepare, supervise, collect, check, judge, clean up.
/// One Executor per job slot; not thread-safe.
class Executor {
 public:
  /// `plan` and `runner` must outlive the executor. `job` is what runs see as REPRO_JOB.
  Executor(const ExecutionPlan& plan, process::ProcessRunner& runner, std::uint32_t job)
      : plan_(plan), runner_(runner), job_(job) {}

  /// Nothing when the run was interrupted: it says nothing and must not be stored. A run that could not be
  /// carried out for lack of processes, memory or disk is a CompletedRun with outcome `infra`. Errors: usage,
  /// when the command itself cannot be executed; then no later run can either.
  [[nodiscard]] Result<std::optional<CompletedRun>> run(const Assignment& assignment);

 private:
  /// The run as its arm and its schedule want it. Errors: environment, and usage for a schedule that this
  /// version does not know.
  [[nodiscard]] Result<process::RunSpec> specify(const Assignment& assignment, const ScheduleSpec& schedule);
  [[nodiscard]] Result<void> add_schedule(const Assignment& assignment, const ScheduleSpec& schedule,
                                          process::RunSpec& spec);
  /// The folder of the next run: made once, and made anew only after a run that left something in it.
  [[nodiscard]] Result<void> prepare_directory();
  /// Keeps what the subject left in its folder, when the request keeps the logs of such a run.
  void keep_files(CompletedRun& completed) const;

  /// Of one arm, since programs of several builds have one name. Made when the first report comes.
  [[nodiscard]] Symbolizer& symbolizer_of(const Arm& arm);

  const ExecutionPlan& plan_;
  process::ProcessRunner& runner_;
  std::uint32_t job_;
  std::optional<process::RunDirectory> directory_;
  std::map<std::uint32_t, std::unique_ptr<Symbolizer>> symbolizers_;  ///< by Arm::id
  std::optional<RunSchedule> schedule_;  ///< made for the first run that needs it
  hang::CodeLookup code_;
};

/// The specification of a run of `arm`, without what changes from run to run. Also used for the reference
/// command.
[[nodiscard]] process::RunSpec base_spec(const Request& request, const Command& command);

}  // namespace repro::campaign
