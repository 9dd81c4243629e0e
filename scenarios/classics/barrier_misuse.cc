// A home-made barrier that is used again: the last thread to arrive sets the count back to 0, and the others
// wait for exactly that. One that wakes late finds the count of the next round already begun, and waits on;
// the round can never fill up. Repaired: they wait for the number of the round to change.

#include <condition_variable>
#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

class Barrier {
 public:
  Barrier(int threads, Code code) : threads_(threads), code_(code) {}
  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    const int round = round_;
    if (++arrived_ == threads_) {
      arrived_ = 0;
      ++round_;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return code_ == Code::broken ? arrived_ == 0 : round_ != round; });
  }

 private:
  int threads_;
  Code code_;
  int arrived_ = 0;
  int round_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

Verdict barrier_misuse(Code code) {
  constexpr int kThreads = 3;
  constexpr int kRounds = 2'000;
  Barrier barrier(kThreads, code);
  run_together(kThreads, [&](int) {
    for (int round = 0; round < kRounds; ++round) barrier.arrive_and_wait();
  });
  return Verdict::right;
}

}  // namespace classics
