#pragma once

// A reader-writer lock for tasks. In order of arrival: a reader that comes while somebody waits waits too, so
// that writers do not starve. Whoever leaves last hands the lock over to the task that has waited longest
// and, if that is a reader, to all readers up to the next writer.
//
// hand_over() trusts its caller that the lock is free. Hence leaving and finding that one was the last must
// be one step. In `Release::two_sections` they are two, as they become when somebody counts down "on the fast
// path" and does its bookkeeping before it looks whether there is something to hand over:
//
//   reader 1                         reader 2
//   readers: 2 -> 1
//                                    readers: 1 -> 0
//   readers is 0: hand over          readers is 0: hand over
//   to writer 1                      to writer 2
//
// Both are told that they are alone.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "scenarios/actor-runtime/gap_statistics.h"
#include "scenarios/actor-runtime/run_queue.h"
#include "scenarios/actor-runtime/task.h"

namespace async_rwlock {

class AsyncRwLock {
 public:
  enum class Mode : std::uint8_t { shared, exclusive };
  enum class Release : std::uint8_t { one_section, two_sections };

  AsyncRwLock(actor_runtime::RunQueue& run_queue, Release release);

  /// Whether the caller has the lock in this mode now. If not, the task returns Step::park() with
  /// queue(mode), and has it when it runs again.
  [[nodiscard]] bool try_lock(Mode mode);
  void unlock(Mode mode);

  [[nodiscard]] actor_runtime::RestingPlace& queue(Mode mode);

 private:
  /// The queue as one of the two kinds of waiters enters it.
  class Queue : public actor_runtime::RestingPlace {
   public:
    Queue(AsyncRwLock& lock, Mode mode) : lock_(lock), mode_(mode) {}
    void park(actor_runtime::Task& task) override { lock_.park(task, mode_); }
    [[nodiscard]] bool holds(const actor_runtime::Task& task) const override;
    [[nodiscard]] std::string description() const override;

   private:
    AsyncRwLock& lock_;
    const Mode mode_;
  };

  struct Waiter {
    actor_runtime::Task* task;
    Mode mode;
  };

  using Woken = std::vector<actor_runtime::Task*>;

  void park(actor_runtime::Task& task, Mode mode);
  void unlock_shared_in_two_sections();
  void wake(const Woken& tasks);
  // All of these under mutex_.
  [[nodiscard]] bool is_free_for(Mode mode) const;
  void enter(Mode mode);
  void leave(Mode mode);
  /// To be called when the lock is free. Returns whom to wake.
  [[nodiscard]] Woken hand_over();

  actor_runtime::RunQueue& run_queue_;
  const Release release_;
  Queue readers_queue_{*this, Mode::shared};
  Queue writers_queue_{*this, Mode::exclusive};
  mutable std::mutex mutex_;
  unsigned readers_ = 0;                     ///< under mutex_; that have the lock
  bool has_writer_ = false;                  ///< under mutex_
  std::deque<Waiter> waiters_;               ///< under mutex_
  actor_runtime::GapStatistics departures_;  ///< of readers
};

}  // namespace async_rwlock
