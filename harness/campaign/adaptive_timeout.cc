#include "harness/campaign/adaptive_timeout.h"

#include <algorithm>

namespace repro::campaign {
namespace {

constexpr nanoseconds kLeast = std::chrono::seconds(10);
constexpr nanoseconds kBeforeAnythingIsKnown = std::chrono::seconds(60);
constexpr std::size_t kEnough = 3;
constexpr std::size_t kKept = 101;

}  // namespace

void AdaptiveTimeout::add_ok_run(Sanitizer build, nanoseconds wall) {
  Times& times = times_[build];
  times.longest = std::max(times.longest, wall);
  if (times.first.size() < kKept) {
    times.first.insert(std::upper_bound(times.first.begin(), times.first.end(), wall), wall);
  }
}

nanoseconds AdaptiveTimeout::timeout(Sanitizer build) const {
  const auto known = times_.find(build);
  if (known == times_.end() || known->second.first.size() < kEnough) {
    nanoseconds longest{0};
    for (const auto& [other, times] : times_) longest = std::max(longest, times.longest);
    return std::max(kBeforeAnythingIsKnown, 3 * longest);
  }
  const Times& times = known->second;
  const nanoseconds median = times.first[times.first.size() / 2];
  return std::max({kLeast, 10 * median, 3 * times.longest});
}

}  // namespace repro::campaign
