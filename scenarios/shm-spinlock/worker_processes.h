#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/shm-spinlock/options.h"
#include "scenarios/shm-spinlock/shared_cache.h"
#include <sys/types.h>

namespace shm_spinlock {

/// The worker processes, as their parent sees them: starts, kills and reaps them. Single-threaded. Workers
/// die with their parent (PR_SET_PDEATHSIG), so nothing is left behind when the parent is killed.
class WorkerProcesses {
 public:
  WorkerProcesses(Cache& cache, const Options& options);
  WorkerProcesses(const WorkerProcesses&) = delete;
  WorkerProcesses& operator=(const WorkerProcesses&) = delete;
  /// Kills and reaps whoever is still running.
  ~WorkerProcesses();

  void start(unsigned worker);
  [[nodiscard]] pid_t pid(unsigned worker) const { return pids_[worker]; }
  [[nodiscard]] bool is_running(unsigned worker) const { return pids_[worker] != 0; }

  /// Sends SIGKILL and waits until the worker is dead, but leaves it a zombie. Until reap() its pid answers
  /// kill(pid, 0), so nobody takes the lock over and the shared memory shows what the death left.
  void kill_without_reaping(unsigned worker);
  void reap(unsigned worker);

  /// Whether a worker has ended although nobody killed it; says how in `problem`. Does not wait.
  [[nodiscard]] bool has_unexpected_end(std::string& problem);
  /// Waits for every worker that is running. False, and a line in `problem`, if one ended otherwise than by
  /// exit code 0.
  [[nodiscard]] bool wait_for_all(std::string& problem);

 private:
  Cache& cache_;
  const Options& options_;
  std::vector<pid_t> pids_;  ///< by worker; 0: not running
};

}  // namespace shm_spinlock
