#pragma once

// Two variants, one question each run answers with yes or no: is A's rate another than B's?
//
// Boschloo's test is the default: exact like Fisher's, and uniformly more powerful, because it does not
// condition on the number of failures, which our design does not fix (each variant gets a fixed number of
// runs). 5/50 against 0/50: Fisher 0.0563, Boschloo 0.0352. What it costs is a search over the unknown common
// rate. Tables whose one-sided Fisher p-value is at most the observed one form a staircase, found in O(n)
// steps, so one rate costs O(sqrt n) and the test stays exact up to kMostTrialsForBoschloo runs; beyond it
// Fisher's test, which is conservative, says what is needed.

#include <cstdint>
#include <optional>

#include "harness/stats/binomial_interval.h"

namespace repro::stats {

/// What was seen: `hits_a` of `trials_a` runs of A, `hits_b` of `trials_b` of B. Hits <= trials (checked).
struct TwoRates {
  std::uint64_t hits_a = 0;
  std::uint64_t trials_a = 0;
  std::uint64_t hits_b = 0;
  std::uint64_t trials_b = 0;
};

/// A's rate minus B's. `trials` must not be 0 (checked).
[[nodiscard]] double rate_difference(const TwoRates& seen);

/// Fisher's exact test, conditional on both margins: the probability of tables that are at most as probable
/// as the observed one (two-sided, ties within 1e-7), or in which A has at least as many hits (greater) or at
/// most (less). R. A. Fisher: The logic of inductive inference. J. R. Stat. Soc. 98 (1935), 39-82. 1 when a
/// side has no trials. O(hits).
[[nodiscard]] double fisher_two_sided(const TwoRates& seen);
[[nodiscard]] double fisher_greater(const TwoRates& seen);
[[nodiscard]] double fisher_less(const TwoRates& seen);

/// Runs of both sides together up to which `boschloo_*` may be asked.
inline constexpr std::uint64_t kMostTrialsForBoschloo = 20'000;

/// Boschloo's unconditional exact test: the largest probability, over all common rates, of tables whose
/// one-sided Fisher p-value is at most the observed one. The rate is searched on 2,001 points, then by golden
/// section around the best of them. R. D. Boschloo: Raised conditional level of significance for the
/// 2x2-table when testing the equality of two probabilities. Stat. Neerl. 24 (1970), 1-9. `greater`: A's rate
/// is higher. Two-sided: twice the smaller side, at most 1. Both sides together have at most
/// kMostTrialsForBoschloo trials (checked). 1 when a side has no trials.
[[nodiscard]] double boschloo_greater(const TwoRates& seen);
[[nodiscard]] double boschloo_less(const TwoRates& seen);
[[nodiscard]] double boschloo_two_sided(const TwoRates& seen);

/// Barnard's test with the pooled Wald statistic, two-sided; for comparison with other tools.
/// G. A. Barnard: Significance tests for 2x2 tables. Biometrika 34 (1947), 123-138. Same limits.
[[nodiscard]] double barnard_two_sided(const TwoRates& seen);

/// Interval of A's rate minus B's: Newcombe's hybrid score interval, method 10 of R. G. Newcombe: Interval
/// estimation for the difference between independent proportions. Stat. Med. 17 (1998), 873-890. Approximate:
/// it comes close to its promise also for small rates, but can undercover; no verdict rests on it. Nothing
/// when a side has no trials.
[[nodiscard]] std::optional<TwoSidedInterval> newcombe(const TwoRates& seen,
                                                       double confidence = kConfidence95);

}  // namespace repro::stats
