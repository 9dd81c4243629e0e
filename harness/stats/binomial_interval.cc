#include "harness/stats/binomial_interval.h"

#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

void check_arguments(std::uint64_t hits, std::uint64_t trials, double confidence) {
  REPRO_CHECK(hits <= trials);
  REPRO_CHECK(confidence > 0 && confidence < 1);
}

/// The p at which `hits` or more of `trials` have probability `miss`.
double lower_limit(std::uint64_t hits, std::uint64_t trials, double miss) {
  if (hits == 0) return 0;
  return beta_quantile(real(hits), real(trials - hits) + 1, miss);
}

/// The p at which `hits` or fewer of `trials` have probability `miss`. The complement keeps the digits that
/// 1 - miss would lose for a small `miss`.
double upper_limit(std::uint64_t hits, std::uint64_t trials, double miss) {
  if (hits == trials) return 1;
  return beta_upper_quantile(real(hits) + 1, real(trials - hits), miss);
}

}  // namespace

std::optional<TwoSidedInterval> clopper_pearson(std::uint64_t hits, std::uint64_t trials, double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  const double miss_each = (1 - confidence) / 2;
  return TwoSidedInterval{lower_limit(hits, trials, miss_each), upper_limit(hits, trials, miss_each),
                          confidence};
}

std::optional<OneSidedBound> clopper_pearson_upper(std::uint64_t hits, std::uint64_t trials,
                                                   double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  return OneSidedBound{upper_limit(hits, trials, 1 - confidence), confidence};
}

std::optional<OneSidedBound> clopper_pearson_lower(std::uint64_t hits, std::uint64_t trials,
                                                   double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  return OneSidedBound{lower_limit(hits, trials, 1 - confidence), confidence};
}

std::uint64_t clean_runs_needed(double rate, double confidence) {
  REPRO_CHECK(rate > 0 && rate < 1);
  REPRO_CHECK(confidence > 0 && confidence < 1);
  return static_cast<std::uint64_t>(std::ceil(std::log1p(-confidence) / std::log1p(-rate)));
}

std::uint64_t runs_needed(std::uint64_t failures, double rate, double confidence) {
  if (failures == 0) return clean_runs_needed(rate, confidence);
  REPRO_CHECK(rate > 0 && rate < 1);
  REPRO_CHECK(confidence > 0 && confidence < 1);
  const auto is_enough = [&](std::uint64_t runs) {
    return binomial_cdf(failures, runs, rate) <= 1 - confidence;
  };
  // The probability of few failures falls with the number of runs, so the smallest number is found by
  // halving.
  std::uint64_t too_few = failures;
  std::uint64_t enough = 2 * (failures + 1);
  while (!is_enough(enough)) {
    too_few = enough;
    enough *= 2;
  }
  while (enough - too_few > 1) {
    const std::uint64_t middle = too_few + (enough - too_few) / 2;
    (is_enough(middle) ? enough : too_few) = middle;
  }
  return enough;
}

double binomial_at_most(std::uint64_t hits, std::uint64_t trials, double rate) {
  REPRO_CHECK(rate >= 0 && rate <= 1);
  return binomial_cdf(hits, trials, rate);
}

}  // namespace repro::stats
