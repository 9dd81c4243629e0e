#include "scenarios/actor-runtime/gap_statistics.h"

#include <algorithm>

namespace actor_runtime {

void GapStatistics::note() {
  const std::scoped_lock lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (count_ > 0) gaps_.at((count_ - 1) % gaps_.size()) = now - last_;
  last_ = now;
  const auto known = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count_, gaps_.size()));
  ++count_;
  if (known == 0) return;
  auto sorted = gaps_;
  std::nth_element(sorted.begin(), sorted.begin() + known / 2, sorted.begin() + known);
  median_ = sorted.at(static_cast<std::size_t>(known / 2));
}

std::uint64_t GapStatistics::count() const {
  const std::scoped_lock lock(mutex_);
  return count_;
}

std::chrono::nanoseconds GapStatistics::median() const {
  const std::scoped_lock lock(mutex_);
  return median_;
}

}  // namespace actor_runtime
