#pragma once

// When noise delays a thread, and for how long. Runs inside the subject: no allocation, no lock, no standard
// input or output, nothing that could come back into a hook.

#include <cstdint>

namespace repro::schedule::noise {

/// What a hook is about. Part of the identity of a site.
enum class Point : std::uint32_t {
  lock,
  unlock,
  wait,
  wake,
  semaphore,
  barrier,
  once,
  join,
  yield,
  create,
  thread_start,
  thread_exit,
};

/// What one process decides at its start, from the seed alone.
struct Plan {
  std::uint64_t seed = 0;
  std::uint32_t percent = 25;          ///< most of a thread's time
  std::uint64_t longest_ns = 0;        ///< of one delay
  std::uint32_t one_in = 1;            ///< share of the hooks that may delay
  std::uint64_t starve_ns = 0;         ///< length of a starvation interval
  std::uint64_t starve_start_ns = 0;   ///< of the first, after the start
  std::uint64_t starve_period_ns = 0;  ///< from one start to the next
};

/// Pure: the same seed gives the same plan.
[[nodiscard]] Plan make_plan(std::uint64_t seed, std::uint32_t percent);

/// Whether the `hits`-th visit of a site may delay: the 1st, 2nd, 4th, ... 64th, then every 64th. Pure.
[[nodiscard]] bool may_delay(std::uint32_t hits);

/// A length between 1 us and `longest_ns`, uniform in its logarithm, from 64 random bits. Pure.
[[nodiscard]] std::uint64_t delay_length(std::uint64_t random, std::uint64_t longest_ns);

/// Whether the moment `now_ns` after the start lies in a starvation interval, and how much of it is left.
[[nodiscard]] std::uint64_t starvation_left(const Plan& plan, std::uint64_t now_ns);

/// The generator's state of the `child`-th thread that the thread with `parent` makes: a function of the seed
/// and of the path of creation, so that a thread decides alike whatever the others do.
[[nodiscard]] std::uint64_t child_path(std::uint64_t parent, std::uint64_t child);

}  // namespace repro::schedule::noise
