// A buffer with room for one, two producers, two consumers, one condition variable for "there is room" and
// "there is something", and notify_one: the one that wakes up may be of the kind that cannot go on. It waits
// again, the signal is spent, and in the end all four wait. Repaired: everybody is woken, and those that
// cannot go on wait again.

#include <condition_variable>
#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

class Buffer {
 public:
  explicit Buffer(Code code) : code_(code) {}
  void put() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !is_full_; });
    is_full_ = true;
    tell();
  }
  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_full_; });
    is_full_ = false;
    tell();
  }

 private:
  void tell() {
    if (code_ == Code::broken) {
      changed_.notify_one();
    } else {
      changed_.notify_all();
    }
  }
  Code code_;
  bool is_full_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

Verdict missed_signal(Code code) {
  constexpr int kItems = 2'000;
  Buffer buffer(code);
  run_together(4, [&](int who) {
    for (int i = 0; i < kItems; ++i) {
      if (who % 2 == 0) {
        buffer.put();
      } else {
        buffer.take();
      }
    }
  });
  return Verdict::right;
}

}  // namespace classics
