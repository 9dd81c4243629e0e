#pragma once

// A mutex for tasks: whoever finds it taken rests, the worker goes on with somebody else, and the owner may
// rest or yield while it holds it. First come, first served: unlock() hands the mutex over to the task that
// has waited longest, so it is never free while somebody waits.
//
// That sentence is an invariant only if "it is taken" and "I wait" are one step. But they are two: a task
// asks try_lock(), and comes to rest when it has stopped running (see task.h). What may happen in between:
//
//   owner                            the other
//                                    try_lock(): taken
//   unlock(): nobody waits, free
//                                    park(): waits for the one to unlock who has already done so
//
// So park() looks again. `Park::unchecked` does not: the task is lost unless somebody else locks and unlocks
// later.

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "scenarios/actor-runtime/gap_statistics.h"
#include "scenarios/actor-runtime/run_queue.h"
#include "scenarios/actor-runtime/task.h"

namespace async_mutex {

class AsyncMutex : public actor_runtime::RestingPlace {
 public:
  enum class Park : std::uint8_t { checked, unchecked };

  AsyncMutex(actor_runtime::RunQueue& run_queue, Park park) : run_queue_(run_queue), park_(park) {}

  /// Whether the caller owns the mutex now. If not, the task returns Step::park() with this mutex, and owns
  /// it when it runs again.
  [[nodiscard]] bool try_lock();
  void unlock();

  void park(actor_runtime::Task& task) override;
  [[nodiscard]] bool holds(const actor_runtime::Task& task) const override;
  [[nodiscard]] std::string description() const override;

 private:
  actor_runtime::RunQueue& run_queue_;
  const Park park_;
  mutable std::mutex mutex_;
  bool is_locked_ = false;                    ///< under mutex_
  std::deque<actor_runtime::Task*> waiters_;  ///< under mutex_
  actor_runtime::GapStatistics contentions_;
};

}  // namespace async_mutex
