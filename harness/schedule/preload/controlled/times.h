#pragma once

// Conversions between the subject's clocks and the scheduler's: nanoseconds of a virtual CLOCK_MONOTONIC.

#include <cstdint>
#include <ctime>

#include "harness/schedule/preload/controlled/state.h"

namespace repro::schedule::controlled {

[[nodiscard]] constexpr std::int64_t nanoseconds(const timespec& time) {
  // Half of the range is 146 years: enough for any deadline, and sums stay in range.
  constexpr std::int64_t kMost = INT64_MAX / 2;
  if (time.tv_sec >= kMost / 1'000'000'000) return kMost;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Never 0, which means none.
[[nodiscard]] inline std::int64_t virtual_deadline(clockid_t clock, const timespec& time) {
  const std::int64_t offset = clock == CLOCK_REALTIME ? realtime_offset_ns() : 0;
  const std::int64_t deadline = nanoseconds(time) - offset;
  return deadline <= 0 ? 1 : deadline;
}

[[nodiscard]] constexpr bool is_valid(const timespec& time) {
  return time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

}  // namespace repro::schedule::controlled
