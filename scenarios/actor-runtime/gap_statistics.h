#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace actor_runtime {

/// Bookkeeping of the locks: how often something happens and how far apart, as a median of the last 256 gaps,
/// which is brought up to date at each event. Any thread.
class GapStatistics {
 public:
  /// It happens now.
  void note();

  [[nodiscard]] std::uint64_t count() const;
  /// 0 before the second event.
  [[nodiscard]] std::chrono::nanoseconds median() const;

 private:
  using Clock = std::chrono::steady_clock;

  mutable std::mutex mutex_;
  // All under mutex_.
  std::uint64_t count_ = 0;
  Clock::time_point last_;
  std::array<std::chrono::nanoseconds, 256> gaps_{};  ///< a ring
  std::chrono::nanoseconds median_{0};
};

}  // namespace actor_runtime
