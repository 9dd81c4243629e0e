// The waiter asks whether it must wait, outside of the lock, and then waits. The notification comes between
// the two and finds nobody; there is no second one. Repaired: asked under the lock, by wait() itself.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

class Turnstile {
 public:
  void wait_for(int turn, Code code) {
    if (code == Code::repaired) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return turn_.load() == turn; });
      return;
    }
    while (turn_.load() != turn) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock);  // NOLINT(bugprone-spuriously-wake-up-functions): that is the bug
    }
  }
  void give(int turn, Code code) {
    if (code == Code::repaired) {
      const std::lock_guard lock(mutex_);
      turn_.store(turn);
    } else {
      turn_.store(turn);
    }
    changed_.notify_all();
  }

 private:
  std::atomic<int> turn_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

Verdict lost_wakeup(Code code) {
  constexpr int kTurns = 4'000;
  Turnstile turnstile;
  run_together(2, [&](int who) {
    for (int turn = who; turn < kTurns; turn += 2) {
      turnstile.wait_for(turn, code);
      turnstile.give(turn + 1, code);
    }
  });
  return Verdict::right;
}

}  // namespace classics
