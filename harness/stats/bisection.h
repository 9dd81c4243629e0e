#pragma once

// The first bad revision when failures are intermittent: what is known after some runs, and where to run
// next.
//
// Revisions 0..N-1, of which some are the first bad one with equal chances (or a prior). Runs at and after it
// fail with one unknown rate, runs before it with another, both Beta(1/2, 1/2); both rates are integrated
// out, so a few failures of the good side are background and no catastrophe. Plain bisection with enough
// repeats to be sure needs fewer runs when the good side is truly clean, and finds the right revision in 40 %
// of cases where it fails in 1 % of runs (failure rate 0.2, 256 revisions; the posterior here: 97 %).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/stats/rate_process.h"

namespace repro::stats {

/// Probability that revision i is the first bad one, from the runs of each revision: proportional to
/// B(1/2 + failures, 1/2 + clean) of the runs from i on, times the same of the runs before i, times prior[i].
/// `prior`: empty for equal chances, else one weight per revision, not negative, some above 0 (checked).
/// O(N).
[[nodiscard]] std::vector<double> first_bad_posterior(std::span<const RunCounts> runs,
                                                      std::span<const double> prior = {});

/// In bits.
[[nodiscard]] double entropy(std::span<const double> distribution);

/// The smallest set of revisions, most probable first, that holds the first bad one with at least `share`.
[[nodiscard]] std::vector<std::size_t> credible_set(std::span<const double> posterior, double share);

/// Expected entropy in bits of the posterior after one more run of each revision. O(N) for all of them
/// together.
[[nodiscard]] std::vector<double> expected_entropy(std::span<const RunCounts> runs,
                                                   std::span<const double> posterior);

/// Bits per run that can be learned at most when bad revisions fail with `rate` and good ones never: the
/// capacity of the Z-channel, log2(1 + p (1-p)^((1-p)/p)). `rate` in (0, 1) (checked).
[[nodiscard]] double z_channel_capacity(double rate);
/// The posterior probability of being bad at which a revision is best tested then: 1/(p (1 + 2^(H(p)/p))).
[[nodiscard]] double z_channel_test_mass(double rate);
/// No rule can find one of `revisions` with fewer runs on average: log2(revisions)/capacity.
[[nodiscard]] double bisection_lower_bound(double rate, std::uint64_t revisions);
/// Runs per step with which plain bisection of `steps` steps is right with `confidence` when the good side is
/// clean: ceil(ln(1 - confidence^(1/steps))/ln(1 - rate)).
[[nodiscard]] std::uint64_t repeats_for_plain_bisection(double rate, std::uint64_t steps,
                                                        double confidence = kConfidence95);

}  // namespace repro::stats
