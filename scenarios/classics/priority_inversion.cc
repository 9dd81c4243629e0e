// Three threads on one processor. The unimportant one rewrites a table under a lock whenever nobody else has
// anything to do. An event wakes the important one, which needs the lock for a moment, and one of middling
// importance, which does not need it at all. The important thread waits for the unimportant one, and that
// one gets no processor, because the middling one is more important: so the most important thread waits for
// as long as the middling one likes. Repaired: the unimportant thread rewrites a copy and publishes it
// by exchanging a pointer; nobody important ever waits for somebody unimportant.
//
// As far as it can be shown without privileges: real-time priorities and the locks that inherit them
// (PTHREAD_PRIO_INHERIT acts between those only) are not for everybody, but anybody may declare himself
// unimportant. SCHED_IDLE weighs 3 against 1024 (kernel/sched/sched.h, WEIGHT_IDLEPRIO), so the owner
// of the lock does not stand still, it crawls. What is judged is therefore work and not time: how much of
// the middling thread's work was done while the important one waited, in units that all threads share.

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <semaphore>

#include "scenarios/classics/classic.h"
#include <pthread.h>
#include <sched.h>

namespace classics {
namespace {

constexpr std::size_t kRows = 2'000;
using Table = std::array<unsigned, kRows>;

/// Some ten microseconds of work, the same for everybody: a xorshift generator (Marsaglia 2003), whose steps
/// no compiler merges.
unsigned work_unit(unsigned seed) {
  constexpr int kSteps = 5'000;
  unsigned state = seed + 1;
  for (int step = 0; step < kSteps; ++step) {
    state ^= state << 13U;
    state ^= state >> 17U;
    state ^= state << 5U;
  }
  return state;
}

void require(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::exit(3);
}

void stay_on_one_processor() {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(static_cast<unsigned>(sched_getcpu()), &here);
  require(sched_setaffinity(0, sizeof here, &here) == 0, "classics: cannot stay on one processor");
}

void become_unimportant() {
  const sched_param none{};
  require(sched_setscheduler(0, SCHED_IDLE, &none) == 0, "classics: cannot become unimportant");
}

class Exchange {
 public:
  explicit Exchange(Code code) : code_(code) {}

  /// Rewrites the table, which takes one unit per row. Says when it has come to the middle.
  void rewrite(std::binary_semaphore& is_halfway) {
    if (code_ == Code::broken) {
      const std::lock_guard lock(mutex_);
      fill(*current_.load(), is_halfway);
      return;
    }
    fill(spare_, is_halfway);
    current_.store(&spare_);
  }

  unsigned look_up(std::size_t row) {
    if (code_ == Code::repaired) return current_.load()->at(row);
    const std::lock_guard lock(mutex_);
    return current_.load()->at(row);
  }

 private:
  static void fill(Table& table, std::binary_semaphore& is_halfway) {
    for (std::size_t row = 0; row < kRows; ++row) {
      table[row] = work_unit(static_cast<unsigned>(row));
      if (row == kRows / 2) is_halfway.release();
    }
  }

  Code code_;
  std::mutex mutex_;
  Table first_{};
  Table spare_{};
  std::atomic<Table*> current_{&first_};
};

}  // namespace

Verdict priority_inversion(Code code) {
  // What is left of the rewriting, were the important thread to wait for that alone, is half of the rows.
  constexpr unsigned kTooMuch = 10 * kRows;
  stay_on_one_processor();
  Exchange exchange(code);
  std::binary_semaphore event{0};
  std::atomic<bool> has_answer{false};
  std::atomic<unsigned> middling_work{0};
  std::atomic<unsigned> middling_result{0};

  std::thread unimportant([&] {
    become_unimportant();
    exchange.rewrite(event);
  });
  event.acquire();
  std::thread important([&] {
    exchange.look_up(0);
    has_answer.store(true);
  });
  std::thread middling([&] {
    while (!has_answer.load() && middling_work.load() < kTooMuch) {
      middling_result.store(work_unit(middling_work.fetch_add(1)));
    }
  });
  middling.join();
  important.join();
  unimportant.join();
  return middling_work.load() < kTooMuch ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
