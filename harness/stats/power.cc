#include "harness/stats/power.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

/// Chances that are left out of a sum: all of them together change no digit that is shown.
constexpr double kNegligible = 1e-20;

/// Binomial probabilities of 0..runs, and which of them matter.
struct BinomialRow {
  std::vector<double> chances;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

BinomialRow binomial_row(std::uint64_t runs, double rate) {
  BinomialRow row;
  row.chances.reserve(runs + 1);
  for (std::uint64_t hits = 0; hits <= runs; ++hits) {
    row.chances.push_back(binomial_probability(hits, runs, rate));
  }
  row.last = runs;
  while (row.first < runs && row.chances[row.first] < kNegligible) ++row.first;
  while (row.last > row.first && row.chances[row.last] < kNegligible) --row.last;
  return row;
}

/// The results of A, among those possible with `hits` hits on both sides, that Fisher's two-sided test
/// rejects: those up to `low` and from `high`. The hypergeometric distribution has one peak, so the rejected
/// ones lie at its ends.
struct Rejected {
  std::int64_t low = -1;
  std::int64_t high = 0;
};

class FisherRegion {
 public:
  FisherRegion(std::uint64_t runs, double level) : runs_(runs), level_(level) {
    for (std::uint64_t k = 0; k <= runs; ++k) choices_.push_back(log_choose(runs, k));
  }

  [[nodiscard]] Rejected rejected(std::uint64_t hits) const {
    const auto n = static_cast<std::int64_t>(runs_);
    const auto total = static_cast<std::int64_t>(hits);
    const std::int64_t first = std::max<std::int64_t>(0, total - n);
    const std::int64_t last = std::min(total, n);
    const double log_all = log_choose(2 * runs_, hits);
    const auto probability = [&](std::int64_t a) {
      return std::exp(choices_[static_cast<std::size_t>(a)] + choices_[static_cast<std::size_t>(total - a)] -
                      log_all);
    };
    // Both sides have the same number of runs, so the distribution is symmetric: equal numbers at both ends,
    // which are equally probable, come and go together.
    Rejected result{first - 1, last + 1};
    double tails = 0;
    for (std::int64_t step = 0; first + step <= last - step; ++step) {
      const bool is_middle = first + step == last - step;
      tails += probability(first + step) * (is_middle ? 1 : 2);
      if (tails > level_) break;
      result = {first + step, last - step};
    }
    return result;
  }

 private:
  std::uint64_t runs_;
  double level_;
  std::vector<double> choices_;
};

/// Number of runs per side by the normal approximation with continuity correction.
double approximate_runs(const TwoTrueRates& rates, double power, double level) {
  const double difference = std::abs(rates.a - rates.b);
  const double mean = (rates.a + rates.b) / 2;
  const double z_level = normal_upper_quantile(level / 2);
  const double z_power = normal_upper_quantile(1 - power);
  const double root = z_level * std::sqrt(2 * mean * (1 - mean)) +
                      z_power * std::sqrt(rates.a * (1 - rates.a) + rates.b * (1 - rates.b));
  const double uncorrected = root * root / (difference * difference);
  const double correction = 1 + std::sqrt(1 + 4 / (uncorrected * difference));
  return uncorrected / 4 * correction * correction;
}

/// Whether `runs` tell the rates apart, by enumeration where that is possible.
bool is_enough(std::uint64_t runs, const TwoTrueRates& rates, double power, double level) {
  if (rates.a == rates.b) return false;
  if (runs <= kMostExactRuns) return fisher_power(runs, rates, level) >= power;
  return approximate_runs(rates, power, level) <= real(runs);
}

}  // namespace

double fisher_power(std::uint64_t runs, const TwoTrueRates& rates, double level) {
  REPRO_CHECK(rates.a >= 0 && rates.a <= 1 && rates.b >= 0 && rates.b <= 1);
  const BinomialRow a = binomial_row(runs, rates.a);
  const BinomialRow b = binomial_row(runs, rates.b);
  const FisherRegion region(runs, level);
  double power = 0;
  for (std::uint64_t hits = a.first + b.first; hits <= a.last + b.last; ++hits) {
    const Rejected rejected = region.rejected(hits);
    const std::uint64_t first = std::max(a.first, hits > b.last ? hits - b.last : 0);
    const std::uint64_t last = std::min(a.last, hits - b.first);
    for (std::uint64_t of_a = first; of_a <= last; ++of_a) {
      const auto at = static_cast<std::int64_t>(of_a);
      if (at <= rejected.low || at >= rejected.high) power += a.chances[of_a] * b.chances[hits - of_a];
    }
  }
  return std::min(1.0, power);
}

std::optional<RunsPerSide> runs_for_power(const TwoTrueRates& rates, double power, double level) {
  REPRO_CHECK(power > 0 && power < 1);
  if (rates.a == rates.b) return std::nullopt;
  const double about = approximate_runs(rates, power, level);
  if (about > real(kMostExactRuns)) return RunsPerSide{static_cast<std::uint64_t>(std::ceil(about)), false};
  // Power rises in a saw-tooth, so the first number that reaches it is looked for from well below the
  // approximation.
  auto runs = static_cast<std::uint64_t>(std::max(2.0, about * 0.7));
  while (fisher_power(runs, rates, level) < power) ++runs;
  return RunsPerSide{runs, true};
}

DetectableRates detectable_rates(double base, std::uint64_t runs, double power, double level) {
  REPRO_CHECK(base >= 0 && base <= 1 && runs > 0);
  const auto nearest = [&](double end) -> std::optional<double> {
    if (base == end || !is_enough(runs, {base, end}, power, level)) return std::nullopt;
    double near = base;
    double far = end;
    // To three digits of what a person reads.
    while (std::abs(far - near) > 0.0005 * std::max(base, std::abs(far - base))) {
      const double middle = (near + far) / 2;
      (is_enough(runs, {base, middle}, power, level) ? far : near) = middle;
    }
    return far;
  };
  return {nearest(0), nearest(1)};
}

double pct_guarantee(std::uint64_t threads, std::uint64_t steps, std::uint64_t depth) {
  REPRO_CHECK(threads > 0 && steps > 0 && depth > 0);
  return 1 / (real(threads) * std::pow(real(steps), real(depth - 1)));
}

}  // namespace repro::stats
