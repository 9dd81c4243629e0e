#include "harness/stats/allocation.h"

#include <algorithm>
#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

/// The prior of a strategy's rate: Beta(1/2, 20), most of it below a few per cent.
constexpr double kPriorFailures = 0.5;
constexpr double kPriorClean = 20;
constexpr double kRandomShare = 0.1;

/// Uniform in (0, 1).
double uniform(SplitMix64& random) { return (static_cast<double>(random.next() >> 11U) + 0.5) * 0x1p-53; }

std::uint64_t trials(const Strategy& strategy) { return strategy.runs.failures + strategy.runs.clean; }

}  // namespace

double probability_greater(std::uint64_t a1, double b1, double a2, double b2) {
  REPRO_CHECK(a1 > 0 && b1 > 0 && a2 > 0 && b2 > 0);
  double sum = 0;
  for (std::uint64_t i = 0; i < a1; ++i) {
    const double k = real(i);
    sum += std::exp(log_beta(a2 + k, b1 + b2) - std::log(b1 + k) - log_beta(1 + k, b1) - log_beta(a2, b2));
  }
  return std::min(1.0, sum);
}

std::size_t choose_strategy(std::span<const Strategy> strategies, SplitMix64& random) {
  REPRO_CHECK(!strategies.empty());
  const bool has_failure = std::any_of(strategies.begin(), strategies.end(),
                                       [](const Strategy& one) { return one.runs.failures > 0; });
  if (!has_failure) {
    const auto least = std::min_element(
        strategies.begin(), strategies.end(),
        [](const Strategy& left, const Strategy& right) { return trials(left) < trials(right); });
    return static_cast<std::size_t>(least - strategies.begin());
  }
  if (uniform(random) < kRandomShare) return random.below(strategies.size());
  std::size_t best = 0;
  double best_pace = -1;
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    const Strategy& one = strategies[i];
    REPRO_CHECK(one.seconds_per_run > 0);
    const double rate = beta_quantile(kPriorFailures + real(one.runs.failures),
                                      kPriorClean + real(one.runs.clean), uniform(random));
    if (rate / one.seconds_per_run <= best_pace) continue;
    best = i;
    best_pace = rate / one.seconds_per_run;
  }
  return best;
}

}  // namespace repro::stats
