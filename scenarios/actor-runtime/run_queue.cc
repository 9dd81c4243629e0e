#include "scenarios/actor-runtime/run_queue.h"

#include <algorithm>

namespace actor_runtime {

void RunQueue::push(Task& task) {
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(&task);
  }
  has_work_.notify_one();
}

Task* RunQueue::pop() {
  std::unique_lock lock(mutex_);
  ++idle_workers_;
  has_work_.wait(lock, [this] { return is_closed_ || !tasks_.empty(); });
  --idle_workers_;
  if (is_closed_) return nullptr;
  Task* task = tasks_.front();
  tasks_.pop_front();
  return task;
}

Task* RunQueue::try_pop() {
  const std::scoped_lock lock(mutex_);
  if (tasks_.empty()) return nullptr;
  Task* task = tasks_.front();
  tasks_.pop_front();
  return task;
}

void RunQueue::close() {
  {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
  }
  has_work_.notify_all();
}

bool RunQueue::holds(const Task& task) const {
  const std::scoped_lock lock(mutex_);
  return std::find(tasks_.begin(), tasks_.end(), &task) != tasks_.end();
}

std::size_t RunQueue::size() const {
  const std::scoped_lock lock(mutex_);
  return tasks_.size();
}

unsigned RunQueue::idle_workers() const {
  const std::scoped_lock lock(mutex_);
  return idle_workers_;
}

}  // namespace actor_runtime
