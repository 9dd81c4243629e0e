#include "harness/stats/other_intervals.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

void check_arguments(std::uint64_t hits, std::uint64_t trials, double confidence) {
  REPRO_CHECK(hits <= trials);
  REPRO_CHECK(confidence > 0 && confidence < 1);
}

/// P(X < hits) + P(X = hits)/2.
double mid_distribution(std::uint64_t hits, std::uint64_t trials, double rate) {
  const double below = hits == 0 ? 0 : binomial_cdf(hits - 1, trials, rate);
  return below + binomial_probability(hits, trials, rate) / 2;
}

}  // namespace

std::optional<TwoSidedInterval> wilson(std::uint64_t hits, std::uint64_t trials, double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  const double n = real(trials);
  const double rate = real(hits) / n;
  const double z = normal_upper_quantile((1 - confidence) / 2);
  const double scale = 1 + z * z / n;
  const double center = (rate + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / scale;
  return TwoSidedInterval{hits == 0 ? 0 : center - half, hits == trials ? 1 : center + half, confidence};
}

std::optional<TwoSidedInterval> jeffreys(std::uint64_t hits, std::uint64_t trials, double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  const double a = real(hits) + 0.5;
  const double b = real(trials - hits) + 0.5;
  const double miss_each = (1 - confidence) / 2;
  return TwoSidedInterval{beta_quantile(a, b, miss_each), beta_upper_quantile(a, b, miss_each), confidence};
}

std::optional<TwoSidedInterval> mid_p(std::uint64_t hits, std::uint64_t trials, double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  const auto rate_at = [&](double share) {
    return find_root([&](double rate) { return mid_distribution(hits, trials, rate) - share; }, 0, 1);
  };
  // With no failures the half of their probability never falls to 1 - miss; the same at the other end.
  const double miss_each = (1 - confidence) / 2;
  return TwoSidedInterval{hits == 0 ? 0 : rate_at(1 - miss_each), hits == trials ? 1 : rate_at(miss_each),
                          confidence};
}

std::vector<TwoSidedInterval> goodman(std::span<const std::uint64_t> counts, double confidence) {
  check_arguments(0, 0, confidence);
  const double n = real(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  if (n == 0) return {};
  const double z = normal_upper_quantile((1 - confidence) / real(counts.size()) / 2);
  const double q = z * z;
  std::vector<TwoSidedInterval> intervals;
  for (const std::uint64_t count : counts) {
    const double x = real(count);
    const double half = std::sqrt(q * (q + 4 * x * (n - x) / n));
    const double low = count == 0 ? 0 : (q + 2 * x - half) / (2 * (n + q));
    intervals.push_back({low, std::min(1.0, (q + 2 * x + half) / (2 * (n + q))), confidence});
  }
  return intervals;
}

}  // namespace repro::stats
