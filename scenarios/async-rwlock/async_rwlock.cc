#include "scenarios/async-rwlock/async_rwlock.h"

#include <algorithm>

namespace async_rwlock {

using actor_runtime::Task;

AsyncRwLock::AsyncRwLock(actor_runtime::RunQueue& run_queue, Release release)
    : run_queue_(run_queue), release_(release) {}

bool AsyncRwLock::try_lock(Mode mode) {
  const std::scoped_lock lock(mutex_);
  if (!waiters_.empty() || !is_free_for(mode)) return false;
  enter(mode);
  return true;
}

void AsyncRwLock::unlock(Mode mode) {
  if (mode == Mode::shared && release_ == Release::two_sections) {
    unlock_shared_in_two_sections();
    return;
  }
  Woken woken;
  {
    const std::scoped_lock lock(mutex_);
    leave(mode);
    if (is_free_for(Mode::exclusive)) woken = hand_over();
  }
  if (mode == Mode::shared) departures_.note();
  wake(woken);
}

void AsyncRwLock::unlock_shared_in_two_sections() {
  {
    const std::scoped_lock lock(mutex_);
    leave(Mode::shared);
  }
  departures_.note();
  Woken woken;
  {
    const std::scoped_lock lock(mutex_);
    if (readers_ == 0) woken = hand_over();  // whoever left last; but who was that?
  }
  wake(woken);
}

void AsyncRwLock::park(Task& task, Mode mode) {
  {
    const std::scoped_lock lock(mutex_);
    if (!waiters_.empty() || !is_free_for(mode)) {
      waiters_.push_back({&task, mode});
      return;
    }
    enter(mode);  // on behalf of the task: the lock has become free since it asked
  }
  run_queue_.push(task);
}

void AsyncRwLock::wake(const Woken& tasks) {
  for (Task* task : tasks) run_queue_.push(*task);
}

bool AsyncRwLock::is_free_for(Mode mode) const {
  return !has_writer_ && (mode == Mode::shared || readers_ == 0);
}

void AsyncRwLock::enter(Mode mode) {
  switch (mode) {
    case Mode::shared:
      ++readers_;
      break;
    case Mode::exclusive:
      has_writer_ = true;
      break;
  }
}

void AsyncRwLock::leave(Mode mode) {
  switch (mode) {
    case Mode::shared:
      --readers_;
      break;
    case Mode::exclusive:
      has_writer_ = false;
      break;
  }
}

AsyncRwLock::Woken AsyncRwLock::hand_over() {
  Woken woken;
  while (!waiters_.empty()) {
    const Waiter next = waiters_.front();
    if (!woken.empty() && next.mode == Mode::exclusive) break;
    waiters_.pop_front();
    enter(next.mode);
    woken.push_back(next.task);
    if (next.mode == Mode::exclusive) break;
  }
  return woken;
}

actor_runtime::RestingPlace& AsyncRwLock::queue(Mode mode) {
  return mode == Mode::shared ? readers_queue_ : writers_queue_;
}

bool AsyncRwLock::Queue::holds(const Task& task) const {
  const std::scoped_lock lock(lock_.mutex_);
  return std::any_of(lock_.waiters_.begin(), lock_.waiters_.end(),
                     [&](const Waiter& waiter) { return waiter.task == &task && waiter.mode == mode_; });
}

std::string AsyncRwLock::Queue::description() const {
  const std::scoped_lock lock(lock_.mutex_);
  return std::string("the queue of the lock, as a ") + (mode_ == Mode::shared ? "reader" : "writer") +
         "; inside are " + std::to_string(lock_.readers_) + " readers and " +
         (lock_.has_writer_ ? "a writer" : "no writer") + "; readers left " +
         std::to_string(lock_.departures_.median().count()) + " ns apart in the median";
}

}  // namespace async_rwlock
