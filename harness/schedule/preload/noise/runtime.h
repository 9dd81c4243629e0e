#pragma once

// The state of noise in one process of a subject, between the hooks and the plan.

#include <cstdint>

#include "harness/schedule/preload/noise/noise.h"

namespace repro::schedule::noise {

/// May delay the calling thread. Keeps errno. Any thread, also in a signal handler; does nothing when noise
/// is off or when it is already at work in this thread. `site` is the return address of the hooked call.
void pause_at(Point point, const void* object, const void* site);

/// The path of the next thread that this one makes. 0 when noise is off.
[[nodiscard]] std::uint64_t path_of_next_child();

/// Tells that the calling thread is new and has this path.
void begin_thread(std::uint64_t path);

}  // namespace repro::schedule::noise
