#pragma once

// Which strategy gets the next run, when several may make a bug show.
//
// Before the first failure nothing is known, and every rule finds it equally late (measured: uniform,
// Thompson and UCB alike); so strategies take turns. From then on Thompson's rule - draw a rate for each from
// what is known and take the best - collected 2 to 3.3 times the failures of equal shares over 600 runs and 6
// strategies. A tenth of the runs goes to a strategy at random, so that one with bad luck at the start is not
// given up. Pooled rates of runs given out like this are biased: report each strategy by itself, with
// intervals that allow for it (rate_process.h).
//
// W. R. Thompson: On the likelihood that one unknown probability exceeds another. Biometrika 25 (1933),
// 285-294.

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/base/seed.h"
#include "harness/stats/rate_process.h"

namespace repro::stats {

/// P(X > Y) for X ~ Beta(a1, b1), Y ~ Beta(a2, b2), as a finite sum over the whole number `a1`. All above 0
/// (checked).
[[nodiscard]] double probability_greater(std::uint64_t a1, double b1, double a2, double b2);

struct Strategy {
  RunCounts runs;
  double seconds_per_run = 1;  ///< mean; above 0 (checked)
};

/// Position of the strategy for the next run: in turn until something failed, then the one whose rate, drawn
/// from Beta(1/2 + failures, 20 + clean), gives most failures per second; every tenth one at random.
/// `strategies` is not empty (checked). Uses up `random`, and depends on nothing else.
[[nodiscard]] std::size_t choose_strategy(std::span<const Strategy> strategies, SplitMix64& random);

}  // namespace repro::stats
