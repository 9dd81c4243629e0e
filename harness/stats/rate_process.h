#pragma once

// One rate, looked at after every run: bounds and gates that stay valid however often somebody looks and
// whenever the runs end.
//
// A fixed-sample interval recomputed after every run misses the truth far more often than it says: with a
// test at 5 % every 5 pairs up to 200 the false alarms are 18 % at a rate of 0.2. An e-process is a bet
// against a rate that on average wins nothing when the rate is true; by Ville's inequality its value ever
// reaches 1/a with probability at most a. What it costs: a clean program needs 328 runs for "below 1 % with
// 95 %" in place of 299.
//
// H. Robbins: Statistical methods related to the law of the iterated logarithm. Ann. Math. Stat. 41 (1970),
// 1397-1409 (mixtures); J. Ville: Etude critique de la notion de collectif (1939).

#include <cstdint>

#include "harness/stats/binomial_interval.h"

namespace repro::stats {

/// Runs of one arm: how many failed and how many did not.
struct RunCounts {
  std::uint64_t failures = 0;
  std::uint64_t clean = 0;
};

/// ln of the evidence against "the rate is exactly `rate`", `rate` in (0, 1) (checked):
/// ln [ B(1/2 + s, 1/2 + f) / B(1/2, 1/2) / (rate^s (1 - rate)^f) ], a bet spread over all rates by Beta(1/2,
/// 1/2).
[[nodiscard]] double log_evidence_against_rate(const RunCounts& runs, double rate);

/// The rates that are not refuted at 1 - confidence: an interval that holds for all numbers of runs at once
/// with at least `confidence`. [0, 1] before the first run.
[[nodiscard]] TwoSidedInterval confidence_sequence(const RunCounts& runs, double confidence = kConfidence95);

/// ln of the evidence against "the rate is `bound` or more". Half of the bet is on a rate of 0, half spread
/// over (0, bound) by Beta(1/2, 1/2): (1/2)(1 - bound)^-f if s = 0, plus
/// (1/2) [B(1/2+s, 1/2+f) I_bound(1/2+s, 1/2+f)] / [B(1/2, 1/2) I_bound(1/2, 1/2)] / (bound^s (1 - bound)^f).
/// Each factor falls as the true rate rises, so it holds against every rate from `bound` up. A gate with
/// confidence c has passed when this reaches ln(1/(1 - c)). `bound` in (0, 1) (checked).
[[nodiscard]] double log_evidence_below(const RunCounts& runs, double bound);

/// ln of the evidence against "the rate is `bound` or less": the mirror image, spread over (bound, 1).
[[nodiscard]] double log_evidence_above(const RunCounts& runs, double bound);

/// Runs without a failure after which log_evidence_below reaches ln(1/(1 - confidence)): 65, 328, 3,293 for 5
/// %, 1 %, 0.1 % at 95 %. `bound` in (0, 1) (checked).
[[nodiscard]] std::uint64_t clean_runs_until_pass(double bound, double confidence = kConfidence95);

}  // namespace repro::stats
