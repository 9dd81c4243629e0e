#pragma once

#include <cstddef>

#include "harness/base/seed.h"
#include "harness/campaign/bisection_search.h"

namespace repro::campaign {

/// A history whose revisions fail with `old_rate` before `first_bad` and with `new_rate` from it on.
struct History {
  std::size_t revisions;
  std::size_t first_bad;
  double old_rate;
  double new_rate;
};

/// Whether one run fails.
inline bool fails(const History& history, std::size_t revision, SplitMix64& random) {
  const double rate = revision >= history.first_bad ? history.new_rate : history.old_rate;
  return static_cast<double>(random.next() >> 11U) * 0x1p-53 < rate;
}

/// Carries out the steps of a search on a history.
inline void bisect(BisectionSearch& search, const History& history, SplitMix64& random) {
  while (const auto step = search.next()) {
    stats::RunCounts runs;
    for (std::uint64_t run = 0; run < step->runs; ++run) {
      const bool failed = fails(history, step->revision, random);
      ++(failed ? runs.failures : runs.clean);
      if (failed && step->until_failure) break;
    }
    search.add(step->revision, runs);
  }
}

}  // namespace repro::campaign
