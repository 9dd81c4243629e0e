#pragma once

// What the runs of an arm know of each other: how long they are, and which addresses their threads share.
//
// A run counts its accesses in memory of its own and adds them to the profile when it ends, under a lock in
// the file. A run that crashes adds nothing: what it would have added, its successors do.
//
// Addresses stand for themselves. That holds between runs because the harness switches the randomisation of
// the address space off; where it does not hold, surw chooses an address that nobody touches and falls back
// on random priorities.

#include <cstdint>

#include "harness/schedule/preload/controlled/state.h"

namespace repro::schedule::controlled {

/// Maps the profile, where one is named. nullptr, or why not.
[[nodiscard]] const char* open_profile(const char* path);
/// Adds this run.
void save_profile();
/// In the child of a fork: it is not a run of the arm.
void forget_profile();

/// Counts an access of `thread` at `site`; locked or by the holder. True: in earlier runs code at this site
/// touched only what one thread alone touches.
bool note_access(const Thread& thread, std::uint64_t address, bool is_write, std::uintptr_t site);
/// The same while there is one thread. The first million of them is enough to know.
void note_lonely_access(const Thread& thread, std::uint64_t address, bool is_write, std::uintptr_t site);

/// Scheduler::chances at the end of an average run so far; 0: no run has ended yet.
[[nodiscard]] std::uint64_t profiled_chances();
/// A shared address drawn in proportion to its accesses; 0: none is known. `draw` is uniform in 64 bits.
[[nodiscard]] std::uint64_t draw_shared_address(std::uint64_t draw);
/// Accesses to `address` by the thread of that creation path and those that it creates.
[[nodiscard]] std::uint64_t profiled_accesses(std::uint64_t address, std::uint64_t path_hash);

}  // namespace repro::schedule::controlled
