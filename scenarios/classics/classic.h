#pragma once

#include <barrier>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

namespace classics {

enum class Code : std::uint8_t { broken, repaired };

/// How an example ended, if it ended by itself.
enum class Verdict : std::uint8_t { right, wrong };

/// One bug and its repaired twin, in the file of its name. `run` is repeated `rounds` times or until it is
/// wrong, so that the bug shows in a measurable share of runs; nothing decides when threads meet but the
/// threads.
struct Classic {
  std::string_view name;
  std::string_view summary;
  Verdict (*run)(Code);
  int rounds;
};

Verdict lost_update(Code code);
Verdict check_then_act(Code code);
Verdict abba_deadlock(Code code);
Verdict self_deadlock(Code code);
Verdict lost_wakeup(Code code);
Verdict missed_signal(Code code);
Verdict double_checked_locking(Code code);
Verdict use_after_free(Code code);
Verdict destructor_against_worker(Code code);
Verdict iterator_against_erase(Code code);
Verdict thread_leak(Code code);
Verdict signal_handler_deadlock(Code code);
Verdict fork_in_threads(Code code);
Verdict aba_stack(Code code);
Verdict order_violation_3(Code code);
Verdict order_violation_100(Code code);
Verdict two_stage_access(Code code);
Verdict work_stealing(Code code);
Verdict barrier_misuse(Code code);
Verdict polite_livelock(Code code);
Verdict reader_writer_starvation(Code code);
Verdict priority_inversion(Code code);

/// Runs body(0), body(1), ... each on a thread of its own, begun together, and waits for all.
template <typename Body>
void run_together(int threads, Body body) {
  std::barrier start(threads);
  std::vector<std::thread> all;
  all.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : all) thread.join();
}

}  // namespace classics
