#pragma once

#include <map>
#include <vector>

#include "harness/base/clock.h"
#include "harness/model/sanitizer.h"

namespace repro::campaign {

/// The deadline of a run when the user named none, learned from the ok runs of the same build.
///
/// max(10 s, 10 x median, 3 x maximum of the ok runs), as for a hang the cost of a deadline that is too short
/// (a slow run called a hang) is worse than waiting. Until three ok runs of the build are known it is 60 s,
/// or three times the longest ok run of any build when that is more. Times of the sanitizers differ by a
/// factor of ten, hence one estimate per build. Used from one thread.
class AdaptiveTimeout {
 public:
  void add_ok_run(Sanitizer build, nanoseconds wall);
  [[nodiscard]] nanoseconds timeout(Sanitizer build) const;

 private:
  /// Sorted wall times of the first ok runs; later ones move only the maximum. Bounded, so memory stays flat.
  struct Times {
    std::vector<nanoseconds> first;
    nanoseconds longest{0};
  };
  std::map<Sanitizer, Times> times_;
};

}  // namespace repro::campaign
