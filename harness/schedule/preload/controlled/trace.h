#pragma once

// What the scheduler writes down while the subject runs. All with the state locked.

#include <cstdint>

#include "harness/schedule/preload/controlled/state.h"

namespace repro::schedule::controlled {

/// Maps the trace named in the environment, or private memory where none is. nullptr, or why not.
[[nodiscard]] const char* open_trace(const char* path);
/// Makes the trace this process's own, unless another process has it already.
void claim_trace();
/// After fork: what the child does is written into memory of its own.
void detach_trace();

[[nodiscard]] Site site_of(std::uintptr_t address);
void record_thread(const Thread& thread, std::uintptr_t created_at);
void record_deviation(const Thread& self, const Thread& next, bool is_preemptive);
/// Mixes a switch into the hash of the interleaving. Decisions to go on are left out: how many there are
/// depends on how closely a strategy looks.
void count_switch(const Thread& self, const Thread& next);
/// Fills the wait-for graph and says it on standard error.
void report_deadlock();

/// Adds to a counter that only this process writes, and only with the state locked.
template <typename T>
void add(std::atomic<T>& counter, T amount = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace repro::schedule::controlled
