#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

#include "scenarios/actor-runtime/task.h"

namespace actor_runtime {

/// The tasks that can run, first come, first served. Any thread.
class RunQueue {
 public:
  /// The task must be nowhere else: not running, not queued, not resting.
  void push(Task& task);
  /// Blocks until there is a task. Nothing once the queue is closed.
  [[nodiscard]] Task* pop();
  /// pop() without blocking; for tests.
  [[nodiscard]] Task* try_pop();
  void close();

  [[nodiscard]] bool holds(const Task& task) const;
  [[nodiscard]] std::size_t size() const;
  /// Workers that wait in pop().
  [[nodiscard]] unsigned idle_workers() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<Task*> tasks_;
  unsigned idle_workers_ = 0;
  bool is_closed_ = false;
};

}  // namespace actor_runtime
