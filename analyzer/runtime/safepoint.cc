#include "analyzer/runtime/safepoint.h"

namespace analyzer::runtime {

void Safepoint::enter() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !stop_requested_.load(std::memory_order_relaxed); });
  ++running_;
}

void Safepoint::leave() {
  {
    const std::lock_guard lock(mutex_);
    --running_;
  }
  changed_.notify_all();
}

void Safepoint::park() {
  leave();
  enter();
}

bool Safepoint::stop_world() {
  std::unique_lock lock(mutex_);
  if (stop_requested_.load(std::memory_order_relaxed)) {
    lock.unlock();
    park();
    return false;
  }
  stop_requested_.store(true, std::memory_order_relaxed);
  changed_.wait(lock, [this] { return running_ == 1; });
  return true;
}

void Safepoint::resume_world() {
  {
    const std::lock_guard lock(mutex_);
    stop_requested_.store(false, std::memory_order_relaxed);
  }
  changed_.notify_all();
}

}  // namespace analyzer::runtime
