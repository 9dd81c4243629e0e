#pragma once

#include <chrono>

namespace repro {

using std::chrono::nanoseconds;

/// The clock seam: everything above base that waits or stamps asks this, so that tests can pass a fake one.
/// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Time since an arbitrary fixed point; never jumps back (CLOCK_MONOTONIC).
  [[nodiscard]] virtual nanoseconds monotonic() const = 0;
  /// Time since the Unix epoch (CLOCK_REALTIME); may jump.
  [[nodiscard]] virtual nanoseconds unix_time() const = 0;
};

/// The machine's own clocks. Lives as long as the process.
[[nodiscard]] const Clock& system_clock();

}  // namespace repro
