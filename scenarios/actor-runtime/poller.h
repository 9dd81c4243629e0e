#pragma once

// The thread that waits for file descriptors on behalf of tasks, and the bug of this runtime.
//
// A task that waits for a descriptor stands in a table, fd -> task, and the descriptor is armed in epoll with
// EPOLLONESHOT: it reports once and is then silent until it is armed again. When it reports, three things are
// to be done:
//
//   hand over      look the task up and put it into the run queue
//   delete event   take the descriptor out of epoll
//   clear          take the task out of the table
//
// In this order (`hand_over_first`) the last two are done on behalf of a wait that is over, at a time when
// the task may already be running again. It may even have come back: it found nothing to do, entered itself
// into the table and armed its descriptor anew. Then the poller removes the *new* wait. The task is not
// running, in no queue, in no table, and no event will ever be reported for it:
//
//   poller                         worker
//   epoll_wait -> fd
//   table[fd] -> task
//   run queue <- task
//                                  run queue -> task, resume(): nothing to receive
//                                  table[fd] <- task
//                                  epoll_ctl(MOD fd, ONESHOT): armed
//   epoll_ctl(DEL fd)              <- the event is gone
//   table.erase(fd)                <- the task is gone
//
// Without the second step (`EventDelete::no`) the window is only shorter by a system call: if the table is
// cleared after the task came back, the event of the new wait reports a descriptor that nobody stands for,
// and is dropped. `claim_first` clears before it hands over: whoever may run can no longer be forgotten.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "scenarios/actor-runtime/file_descriptor.h"
#include "scenarios/actor-runtime/run_queue.h"
#include "scenarios/actor-runtime/task.h"

namespace actor_runtime {

struct PollerPolicy {
  enum class Order : std::uint8_t { hand_over_first, claim_first };
  enum class EventDelete : std::uint8_t { no, yes };

  Order order = Order::claim_first;
  EventDelete event_delete = EventDelete::no;
};

class Poller {
 public:
  Poller(RunQueue& run_queue, PollerPolicy policy);

  /// Lets `task` wait until `fd` can be read. Any thread. The task may be running again before this returns.
  void park(int fd, Task& task);
  [[nodiscard]] bool holds(const Task& task) const;

  /// Calls `action` on the poller's thread whenever `fd` can be read, which `action` must change. Before
  /// run().
  void watch(int fd, std::function<void()> action);

  /// The life of the poller's thread: turns until stop().
  void run();
  void stop();

  /// One turn of run(), in its two halves, so that tests can let something happen between them. Both on the
  /// thread of run(). wait_for_events() blocks and returns descriptors that tasks wait for.
  [[nodiscard]] std::vector<int> wait_for_events();
  void hand_over(const std::vector<int>& fds);
  void clean_up(const std::vector<int>& fds);

 private:
  [[nodiscard]] Task* find(int fd);
  [[nodiscard]] Task* take(int fd);
  void disarm(int fd);

  RunQueue& run_queue_;
  const PollerPolicy policy_;
  FileDescriptor epoll_;
  FileDescriptor stop_event_;
  bool is_stopping_ = false;                       ///< of the poller's thread
  std::map<int, std::function<void()>> watchers_;  ///< not changed while run() runs
  mutable std::mutex mutex_;
  std::map<int, Task*> table_;  ///< under mutex_
};

}  // namespace actor_runtime
