#pragma once

// Time to failure. A run that was clean, or ended by the deadline without saying why, only tells that it
// lasted that long: it is censored. Crash, hang and fail compete: a run that crashed can no longer hang, so 1
// minus Kaplan-Meier per outcome would add up to more than 1; their cumulative incidence (Aalen and Johansen)
// does not.
//
// E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete observations. JASA 53 (1958), 457-481; M.
// Greenwood (1926) for the variance; O. Aalen, S. Johansen: An empirical transition matrix. Scand. J. Stat. 5
// (1978), 141-150; N. Mantel: Evaluation of survival data. Cancer Chemother. Rep. 50 (1966), 163-170
// (log-rank).

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "harness/stats/binomial_interval.h"

namespace repro::stats {

/// One run: how long it was watched, and how it failed then. Times are not negative, in any unit.
struct Lifetime {
  double time = 0;
  std::optional<std::size_t> cause;  ///< number of the outcome; absent: censored
};

/// One step of a survival curve: the values hold from `time` up to the next step.
struct SurvivalStep {
  double time = 0;
  std::size_t at_risk = 0;        ///< runs that were watched up to here
  std::size_t failures = 0;       ///< of them at this time, by any cause
  double survival = 1;            ///< estimated share that lasts longer
  double standard_error = 0;      ///< Greenwood
  TwoSidedInterval interval;      ///< by the log(-log) transformation; the survival itself where it is 0 or 1
  std::vector<double> incidence;  ///< per cause: estimated share that has failed by it up to here
};

/// The steps in order of time, one for each time at which something failed. `causes`: number of causes; each
/// cause is below it (checked).
[[nodiscard]] std::vector<SurvivalStep> survival_curve(std::span<const Lifetime> lifetimes,
                                                       std::size_t causes, double confidence = kConfidence95);

/// Mean time without failure up to `horizon` >= 0: the area under the curve.
[[nodiscard]] double restricted_mean(std::span<const SurvivalStep> curve, double horizon);

struct LogRank {
  double chi_squared = 0;
  double p_value = 1;
};
/// Whether two groups fail at the same pace, all causes together. p = 1 when nothing failed.
[[nodiscard]] LogRank log_rank(std::span<const Lifetime> a, std::span<const Lifetime> b);

/// The run length, among the times of failures, that costs the least expected time per failure: the smallest
/// (area up to t)/(1 - S(t)). Nothing when nothing failed.
struct BestLength {
  double time = 0;
  double time_per_failure = 0;
};
[[nodiscard]] std::optional<BestLength> best_run_length(std::span<const SurvivalStep> curve);

}  // namespace repro::stats
