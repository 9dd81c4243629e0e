#include "scenarios/async-mutex/async_mutex.h"

#include <algorithm>

namespace async_mutex {

using actor_runtime::Task;

bool AsyncMutex::try_lock() {
  {
    const std::scoped_lock lock(mutex_);
    if (!is_locked_) {
      is_locked_ = true;
      return true;
    }
  }
  contentions_.note();
  return false;
}

void AsyncMutex::unlock() {
  Task* next = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    if (waiters_.empty()) {
      is_locked_ = false;
      return;
    }
    next = waiters_.front();
    waiters_.pop_front();
  }
  run_queue_.push(*next);
}

void AsyncMutex::park(Task& task) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_locked_ || park_ == Park::unchecked) {
      waiters_.push_back(&task);
      return;
    }
    is_locked_ = true;  // on behalf of the task
  }
  run_queue_.push(task);
}

bool AsyncMutex::holds(const Task& task) const {
  const std::scoped_lock lock(mutex_);
  return std::find(waiters_.begin(), waiters_.end(), &task) != waiters_.end();
}

std::string AsyncMutex::description() const {
  const std::scoped_lock lock(mutex_);
  return std::string("the queue of the mutex, which is ") + (is_locked_ ? "taken" : "FREE") +
         " (found taken " + std::to_string(contentions_.count()) + " times, " +
         std::to_string(contentions_.median().count()) + " ns apart in the median)";
}

}  // namespace async_mutex
