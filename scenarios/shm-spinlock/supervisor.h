#pragma once

// The parent of the workers. It plays the part of the kernel's out-of-memory killer or of an impatient
// service manager: it kills workers with SIGKILL while they hold the lock, lets the survivors do a fixed
// amount of work and says what came of it.
//
// "While they hold the lock" is neither left to luck nor forced: the supervisor watches the victim's status
// in shared memory, sends the signal when it shows the victim inside, and then looks where the victim really
// died, which depends on how fast the signal was. A victim that had got out is started again and the hunt
// goes on, at most kMaximumAttempts times. Nothing in the victim waits for its death.

#include <cstdint>
#include <set>
#include <string>

#include "scenarios/shm-spinlock/options.h"
#include "scenarios/shm-spinlock/shared_cache.h"
#include "scenarios/shm-spinlock/worker_processes.h"

namespace shm_spinlock {

class Supervisor {
 public:
  Supervisor(Cache& cache, const Options& options);

  /// The whole scenario; returns the exit code of the program. Does not return when the survivors do not
  /// finish.
  [[nodiscard]] int run();

 private:
  [[nodiscard]] bool bring_about_disaster();
  [[nodiscard]] bool kill_writer(unsigned victim);
  [[nodiscard]] bool kill_reader(unsigned victim);
  [[nodiscard]] bool kill_writer_and_recoverer(unsigned victim);
  [[nodiscard]] bool kill_recoverer(std::uint64_t recoveries_before, bool& was_killed);

  /// Polls until `condition` holds; false when a worker ends by itself.
  template <class Condition>
  [[nodiscard]] bool wait_until(Condition condition);

  /// Notes why the run ends here; false.
  [[nodiscard]] bool give_up(int exit_code, std::string problem);
  [[nodiscard]] bool died_holding_lock(unsigned victim) const;
  void note_half_written_entries();
  [[nodiscard]] bool is_torn(std::uint32_t index) const;
  [[nodiscard]] bool is_the_wanted_death(unsigned victim) const;
  void tell_death(unsigned victim, const char* place, unsigned attempt) const;
  [[nodiscard]] std::string find_fault() const;
  [[nodiscard]] std::uint64_t sum(SharedWord WorkerStatus::*counter) const;
  void tell_ok() const;

  Cache& cache_;
  const Options& options_;
  WorkerProcesses workers_;
  int exit_code_ = 0;    ///< when something went wrong,
  std::string problem_;  ///< and what
  /// Entries that a death or an exception left half written: their readers may find a wrong checksum.
  std::set<std::uint32_t> half_written_;
};

}  // namespace shm_spinlock
