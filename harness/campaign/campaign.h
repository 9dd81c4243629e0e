#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/executor.h"
#include "harness/campaign/progress.h"
#include "harness/process/runner.h"
#include "harness/process/stop_request.h"
#include "harness/store/store.h"

namespace repro::campaign {

/// Makes the runner of one job slot; called once per slot, on the campaign's thread.
using RunnerFactory = std::function<Result<std::unique_ptr<process::ProcessRunner>>()>;

/// The world that a campaign touches.
struct World {
  RunnerFactory make_runner;
  process::StopRequest* stop = nullptr;  ///< not owned
  Progress* progress = nullptr;          ///< not owned
  const Clock* clock = nullptr;          ///< not owned
};

/// Carries out what is left of the campaign in `store`: hands out runs to `request.jobs` workers, stores each
/// result in a transaction of its own, and stops when the plan is done, the stop rule says so, or the user
/// asked.
///
/// The calling thread alone talks to the store and to the progress display and sees events in one order; the
/// workers only execute and send results (bounded queue, so a slow disk slows the runs and not the memory).
/// Runs in flight when a stop rule fires are finished and counted; runs that the user interrupts are not.
///
/// Errors: usage, when the command cannot be executed; store, when a result cannot be stored (the campaign
/// ends, what was stored stays); environment, when no runner can be made. The state in the store is set in
/// every case where the store still answers.
[[nodiscard]] Result<void> run_campaign(const ExecutionPlan& plan, store::Store& store, const World& world);

}  // namespace repro::campaign
