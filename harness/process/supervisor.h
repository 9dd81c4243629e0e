#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/process/runner.h"
#include "harness/process/stop_request.h"

namespace repro::process {

/// How a memory limit is enforced on this machine.
enum class MemoryLimitMethod : std::uint8_t {
  cgroup_v2,  ///< by the kernel: memory.max
  cgroup_v1,  ///< by the kernel: memory.limit_in_bytes
  sampling,   ///< by the keeper, which looks every 50 ms and kills: a fast allocation may overshoot
};

[[nodiscard]] std::string_view to_string(MemoryLimitMethod method);

struct SupervisorOptions {
  std::string keeper_path{};    ///< empty: repro-keeper in library_directory()
  StopRequest* stop = nullptr;  ///< not owned, may be null; outlives the Supervisor
  bool use_cgroups = true;      ///< false: behave as on a machine where no cgroup is writable
};

/// Runs real commands, one at a time, on the thread that calls. One Supervisor per job slot.
///
/// The whole tree that a command starts belongs to a small helper process, repro-keeper, which is its
/// subreaper: no descendant can get away from it, whatever it forks, ignores or daemonises, and the kernel's
/// ECHILD is the proof that none is left. See keeper.cc for how, supervisor.cc for the order of the steps.
///
/// At `timeout` the hook looks at the tree, then every process of it gets SIGTERM (and SIGCONT, in case it is
/// stopped), and after `grace` SIGKILL until none is left. Output beyond the limits is read, counted,
/// dropped. When the harness itself dies, even by SIGKILL, its keepers kill their trees and end.
///
/// A subject that kills its keeper (it is its parent, so it can) gets StopReason::lost: how the run would
/// have ended is unknown. Its processes are killed, and the next run gets a new keeper.
///
/// Making the first Supervisor makes the process a child subreaper (PR_SET_CHILD_SUBREAPER), so that the tree
/// of a killed keeper can be found. Processes that the harness starts by other means must stay in its
/// session.
class Supervisor final : public ProcessRunner {
 public:
  /// Starts the keeper. Errors: environment, when the keeper is missing, cannot be executed or no process or
  /// descriptor is left.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> create(SupervisorOptions options);
  ~Supervisor() override;

  [[nodiscard]] Result<ProcessResult> run(const RunSpec& spec) override;

  [[nodiscard]] MemoryLimitMethod memory_limit_method() const;

 private:
  class Impl;
  explicit Supervisor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace repro::process
