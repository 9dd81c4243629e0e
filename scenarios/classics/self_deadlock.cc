// A public function locks and calls another public function, which locks again. The mutex is not recursive:
// the thread waits for itself, in every run. Repaired: both call a private function that expects the lock to
// be held.

#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

class Cache {
 public:
  void clear() {
    const std::lock_guard lock(mutex_);
    clear_locked();
  }
  void reset(Code code) {
    const std::lock_guard lock(mutex_);
    capacity_ = 16;
    if (code == Code::repaired) {
      clear_locked();
    } else {
      clear();
    }
  }
  [[nodiscard]] int entries() const { return entries_; }

 private:
  void clear_locked() { entries_ = 0; }
  std::mutex mutex_;
  int capacity_ = 8;
  int entries_ = 3;
};

}  // namespace

Verdict self_deadlock(Code code) {
  Cache cache;
  cache.reset(code);
  return cache.entries() == 0 ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
