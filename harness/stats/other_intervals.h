#pragma once

// Intervals for rates besides the one that is shown (binomial_interval.h): Wilson's score interval, of which
// Newcombe's interval of a difference is made; Jeffreys' and the mid-P interval, for comparison with other
// tools; Goodman's, for all outcomes of a variant at once. None of the first three keeps its promise near a
// rate of 0 (see binomial_interval.h for what they cover), so no verdict rests on them.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/stats/binomial_interval.h"

namespace repro::stats {

/// E. B. Wilson: Probable inference, the law of succession, and statistical inference. JASA 22 (1927),
/// 209-212. (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). Nothing when `trials` is 0.
[[nodiscard]] std::optional<TwoSidedInterval> wilson(std::uint64_t hits, std::uint64_t trials,
                                                     double confidence = kConfidence95);

/// Equal-tailed posterior interval of Beta(hits + 1/2, misses + 1/2), without the usual correction at 0 and
/// `trials`. Nothing when `trials` is 0.
[[nodiscard]] std::optional<TwoSidedInterval> jeffreys(std::uint64_t hits, std::uint64_t trials,
                                                       double confidence = kConfidence95);

/// Clopper-Pearson with half the probability of the observed number: the rates p at which
/// P(X < hits) + P(X = hits)/2 is (1 - confidence)/2 and 1 - (1 - confidence)/2. Nothing when `trials` is 0.
[[nodiscard]] std::optional<TwoSidedInterval> mid_p(std::uint64_t hits, std::uint64_t trials,
                                                    double confidence = kConfidence95);

/// Simultaneous intervals for the shares of all categories: with at least about `confidence` every one of
/// them holds. L. A. Goodman: On simultaneous confidence intervals for multinomial proportions. Technometrics
/// 7 (1965), 247-254, with chi-squared quantiles at (1 - confidence)/k. Empty when there are no counts.
[[nodiscard]] std::vector<TwoSidedInterval> goodman(std::span<const std::uint64_t> counts,
                                                    double confidence = kConfidence95);

}  // namespace repro::stats
