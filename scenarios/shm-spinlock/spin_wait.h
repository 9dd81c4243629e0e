#pragma once

#include <sched.h>

namespace shm_spinlock {

/// Waits inside a spin loop: a few turns of doing nothing, then turns that offer the processor to others. It
/// never sleeps and never gives up, like the loop of the cache that this scenario retells.
class SpinWait {
 public:
  /// One turn. True on every kBound-th: the caller has waited for long and may ask why.
  bool turn() {
    if (++turns_ > kBusyTurns) ::sched_yield();
    return turns_ % kBound == 0;
  }

 private:
  /// About the time of one cache miss each; the owner is likely on another processor and about to finish.
  static constexpr unsigned kBusyTurns = 64;
  /// A critical section takes tens of microseconds, a yield under contention about one: most waits end before
  /// the bound, and a probe (one system call) every so many turns costs nothing beside them.
  static constexpr unsigned kBound = 256;

  unsigned turns_ = 0;
};

}  // namespace shm_spinlock
