#pragma once

// Wald's sequential probability ratio test of one rate against another, for users who can name both.
// A. Wald: Sequential tests of statistical hypotheses. Ann. Math. Stat. 16 (1945), 117-186.

#include <cstdint>
#include <optional>

#include "harness/stats/rate_process.h"

namespace repro::stats {

enum class SprtDecision : std::uint8_t { null_rate, other_rate };

/// Decides between "the rate is `null_rate`" and "it is `other_rate`". Rates are in (0, 1) and differ; errors
/// are in (0, 0.5) (all checked).
class Sprt {
 public:
  /// `false_alarm`: chance of deciding for `other_rate` when `null_rate` is true; `miss`: the reverse. Both
  /// hold up to the overshoot of the last run, which makes them smaller.
  Sprt(double null_rate, double other_rate, double false_alarm, double miss);

  /// What a failing and a clean run add to the log-likelihood ratio.
  [[nodiscard]] double failure_step() const { return failure_step_; }
  [[nodiscard]] double clean_step() const { return clean_step_; }
  /// Decision for `other_rate` from here up, for `null_rate` from there down.
  [[nodiscard]] double upper_limit() const { return upper_; }
  [[nodiscard]] double lower_limit() const { return lower_; }

  /// The decision at these counts, if they are beyond a limit.
  [[nodiscard]] std::optional<SprtDecision> decide(const RunCounts& runs) const;
  /// Clean runs that alone decide for the lower of both rates.
  [[nodiscard]] std::uint64_t clean_runs() const;

 private:
  double failure_step_;
  double clean_step_;
  double upper_;
  double lower_;
};

}  // namespace repro::stats
