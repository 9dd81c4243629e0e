#pragma once

// Who runs next. Called with the state locked, by the thread that holds the token.

#include <cstdint>

#include "harness/schedule/preload/controlled/state.h"

namespace repro::schedule::controlled {

/// The threads among which one is chosen, in the order of their numbers.
struct Candidates {
  Thread* threads[kMaxThreads];
  std::uint32_t count;
};

/// Reads `REPRO_SCHEDULE` and what belongs to it. nullptr, or why it cannot be used.
[[nodiscard]] const char* configure_strategy(const char* specification, std::uint64_t seed);
[[nodiscard]] StrategyKind strategy_kind();
[[nodiscard]] std::uint64_t strategy_parameter();

/// `thread` has its record and may be scheduled from now on.
void strategy_adds(Thread& thread, const Thread* parent);
/// Whether this memory access is worth a decision. Cheap; asked at each. `is_local`: as far as earlier runs
/// know, nobody else touches what code at this place touches.
[[nodiscard]] bool wants_memory_decision(const Thread& self, bool is_local);
/// One of `candidates` (at least one). `baseline` is what no deviation means; `sleeper`, if any, is the
/// sleeping thread whose time comes first, and may be chosen although others can run.
[[nodiscard]] Thread* choose(Thread& self, const Candidates& candidates, Thread* baseline, Thread* sleeper);
/// `next` goes on with its pending operation.
void strategy_executes(Thread& next);
/// `self` yields, or spins: it is to stand behind the others.
void strategy_demotes(Thread& self);
/// In the child of a fork: another stream.
void strategy_forks();

/// Uniform in [0, bound) from the schedule's stream.
[[nodiscard]] std::uint64_t random_below(std::uint64_t bound);

}  // namespace repro::schedule::controlled
