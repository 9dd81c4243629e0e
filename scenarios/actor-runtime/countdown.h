#pragma once

#include <condition_variable>
#include <mutex>

namespace actor_runtime {

/// Main waits until so many tasks have arrived.
class Countdown {
 public:
  explicit Countdown(unsigned count) : left_(count) {}

  /// Any thread; not more often than `count` times.
  void arrive() {
    const std::scoped_lock lock(mutex_);
    // Under the lock: the one who waits destroys this object as soon as nobody is left.
    if (--left_ == 0) is_zero_.notify_one();
  }

  /// Blocks until all have arrived, for ever if one does not.
  void wait() {
    std::unique_lock lock(mutex_);
    is_zero_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable is_zero_;
  unsigned left_;  ///< under mutex_
};

}  // namespace actor_runtime
