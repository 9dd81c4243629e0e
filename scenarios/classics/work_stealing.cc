// A work-stealing queue: the owner takes at the bottom, a thief at the top, and only for the last element
// they must agree, by a compare-and-swap. Here the owner believes to be alone one element too early (top <=
// bottom for top < bottom): the last one is done twice. Repaired: the comparison. (The queue of Chase and
// Lev, SPAA 2005, with sequentially consistent atomics and without growing.)

#include <array>
#include <atomic>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

constexpr long kCapacity = 64;
constexpr int kNothing = -1;

class Deque {
 public:
  explicit Deque(Code code) : code_(code) {}

  void push(int task) {
    const long bottom = bottom_.load();
    tasks_[static_cast<std::size_t>(bottom % kCapacity)].store(task);
    bottom_.store(bottom + 1);
  }

  int take() {
    const long bottom = bottom_.load() - 1;
    bottom_.store(bottom);
    long top = top_.load();
    if (top > bottom) {
      bottom_.store(bottom + 1);
      return kNothing;
    }
    const int task = at(bottom);
    const bool is_alone = code_ == Code::broken ? top <= bottom : top < bottom;
    if (is_alone) return task;
    const bool is_mine = top_.compare_exchange_strong(top, top + 1);
    bottom_.store(bottom + 1);
    return is_mine ? task : kNothing;
  }

  int steal() {
    long top = top_.load();
    if (top >= bottom_.load()) return kNothing;
    const int task = at(top);
    return top_.compare_exchange_strong(top, top + 1) ? task : kNothing;
  }

 private:
  int at(long index) { return tasks_[static_cast<std::size_t>(index % kCapacity)].load(); }
  Code code_;
  std::atomic<long> top_{0};
  std::atomic<long> bottom_{0};
  std::array<std::atomic<int>, kCapacity> tasks_{};
};

}  // namespace

Verdict work_stealing(Code code) {
  constexpr int kTasks = 20'000;
  Deque deque(code);
  std::vector<std::atomic<int>> done(kTasks);
  std::atomic<bool> is_over{false};
  const auto perform = [&](int task) {
    if (task != kNothing) done[static_cast<std::size_t>(task)].fetch_add(1);
  };
  run_together(2, [&](int who) {
    if (who == 1) {
      while (!is_over.load()) perform(deque.steal());
      return;
    }
    for (int task = 0; task < kTasks; ++task) {
      deque.push(task);
      perform(deque.take());
    }
    is_over.store(true);
  });
  int wrong = 0;
  for (const std::atomic<int>& times : done) wrong += times.load() == 1 ? 0 : 1;
  return wrong == 0 ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
