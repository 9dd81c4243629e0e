#include "harness/stats/rate_process.h"

#include <algorithm>
#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

/// Both parameters of the prior: Jeffreys'.
constexpr double kPrior = 0.5;

double log_likelihood(const RunCounts& runs, double rate) {
  return real(runs.failures) * std::log(rate) + real(runs.clean) * std::log1p(-rate);
}

double log_marginal(const RunCounts& runs) {
  return log_beta(kPrior + real(runs.failures), kPrior + real(runs.clean)) - log_beta(kPrior, kPrior);
}

/// ln(exp(x) + exp(y)).
double log_sum(double x, double y) {
  const double larger = std::max(x, y);
  if (std::isinf(larger)) return larger;
  return larger + std::log1p(std::exp(std::min(x, y) - larger));
}

void check_rate(double rate) { REPRO_CHECK(rate > 0 && rate < 1); }

}  // namespace

double log_evidence_against_rate(const RunCounts& runs, double rate) {
  check_rate(rate);
  return log_marginal(runs) - log_likelihood(runs, rate);
}

TwoSidedInterval confidence_sequence(const RunCounts& runs, double confidence) {
  REPRO_CHECK(confidence > 0 && confidence < 1);
  const double trials = real(runs.failures + runs.clean);
  if (trials == 0) return {0, 1, confidence};
  const double limit = -std::log1p(-confidence);
  const auto excess = [&](double rate) { return log_evidence_against_rate(runs, rate) - limit; };
  // The evidence is smallest at the observed rate and grows without bound on both sides, but not at 0 when
  // nothing failed.
  constexpr double kAlmostZero = 1e-300;
  constexpr double kAlmostOne = 1 - 0x1p-53;
  const double observed = std::clamp(real(runs.failures) / trials, kAlmostZero, kAlmostOne);
  TwoSidedInterval interval{0, 1, confidence};
  if (runs.failures > 0) interval.low = find_root(excess, kAlmostZero, observed);
  if (runs.clean > 0) interval.high = find_root(excess, observed, kAlmostOne);
  return interval;
}

double log_evidence_below(const RunCounts& runs, double bound) {
  check_rate(bound);
  const double a = kPrior + real(runs.failures);
  const double b = kPrior + real(runs.clean);
  const double spread = log_marginal(runs) + std::log(beta_cdf(a, b, bound)) -
                        std::log(beta_cdf(kPrior, kPrior, bound)) - log_likelihood(runs, bound);
  const double at_zero = runs.failures == 0 ? -log_likelihood(runs, bound) : -HUGE_VAL;
  return std::log(0.5) + log_sum(at_zero, spread);
}

double log_evidence_above(const RunCounts& runs, double bound) {
  check_rate(bound);
  const double a = kPrior + real(runs.failures);
  const double b = kPrior + real(runs.clean);
  return log_marginal(runs) + std::log(beta_tail(a, b, bound)) - std::log(beta_tail(kPrior, kPrior, bound)) -
         log_likelihood(runs, bound);
}

std::uint64_t clean_runs_until_pass(double bound, double confidence) {
  check_rate(bound);
  REPRO_CHECK(confidence > 0 && confidence < 1);
  const double limit = -std::log1p(-confidence);
  // Evidence from clean runs alone only grows, so the first number is found by halving.
  std::uint64_t too_few = 0;
  std::uint64_t enough = clean_runs_needed(bound, confidence);
  while (log_evidence_below({0, enough}, bound) < limit) {
    too_few = enough;
    enough *= 2;
  }
  while (enough - too_few > 1) {
    const std::uint64_t middle = too_few + (enough - too_few) / 2;
    (log_evidence_below({0, middle}, bound) >= limit ? enough : too_few) = middle;
  }
  return enough;
}

}  // namespace repro::stats
