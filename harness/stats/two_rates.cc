#include "harness/stats/two_rates.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "harness/base/check.h"
#include "harness/stats/other_intervals.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

void check_arguments(const TwoRates& seen) {
  REPRO_CHECK(seen.hits_a <= seen.trials_a);
  REPRO_CHECK(seen.hits_b <= seen.trials_b);
}

bool has_both(const TwoRates& seen) { return seen.trials_a > 0 && seen.trials_b > 0; }

/// The numbers of hits that A can have when the margins are as observed, with their probabilities.
class Hypergeometric {
 public:
  explicit Hypergeometric(const TwoRates& seen)
      : a_(seen.trials_a),
        b_(seen.trials_b),
        hits_(seen.hits_a + seen.hits_b),
        low_(hits_ > b_ ? hits_ - b_ : 0),
        high_(std::min(hits_, a_)),
        log_all_(log_choose(a_ + b_, hits_)) {}

  [[nodiscard]] std::uint64_t low() const { return low_; }
  [[nodiscard]] std::uint64_t high() const { return high_; }
  [[nodiscard]] double probability(std::uint64_t hits_a) const {
    return std::exp(log_choose(a_, hits_a) + log_choose(b_, hits_ - hits_a) - log_all_);
  }
  /// Probability of one hit more, from that of `hits_a`.
  [[nodiscard]] double next(double probability, std::uint64_t hits_a) const {
    return probability * real(a_ - hits_a) / real(hits_a + 1) * real(hits_ - hits_a) /
           real(b_ + hits_a + 1 - hits_);
  }

 private:
  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t hits_;
  std::uint64_t low_;
  std::uint64_t high_;
  double log_all_;
};

/// A term below this share of the sum so far, and falling, changes no digit that a double holds.
constexpr double kNegligible = 1e-18;

/// P(hits of A >= observed), summed away from the observed table until the terms vanish.
double upper_tail(const TwoRates& seen) {
  const Hypergeometric table(seen);
  double term = table.probability(seen.hits_a);
  double sum = term;
  for (std::uint64_t hits = seen.hits_a; hits < table.high(); ++hits) {
    const double next = table.next(term, hits);
    sum += next;
    if (next < term && next < kNegligible * sum) break;
    term = next;
  }
  return std::min(1.0, sum);
}

/// The side of A and B that the tests call `greater`, looked at from B.
TwoRates mirrored(const TwoRates& seen) { return {seen.hits_b, seen.trials_b, seen.hits_a, seen.trials_a}; }

/// ln C(n, k) for all k, as the sums over tables need them again and again.
std::vector<double> log_choices(std::uint64_t n) {
  std::vector<double> choices;
  choices.reserve(n + 1);
  for (std::uint64_t k = 0; k <= n; ++k) choices.push_back(log_choose(n, k));
  return choices;
}

/// A set of tables: for each number of hits of A the numbers of hits of B at most `low` (-1: none) or at
/// least `high` (trials_b + 1: none).
struct Region {
  struct Row {
    std::int64_t low = -1;
    std::int64_t high = 0;
  };
  std::vector<Row> rows;
};

/// The numbers of hits whose binomial probability matters at this rate: mean +- 9 standard deviations and a
/// bit holds all but 1e-18.
struct Window {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

Window window_of(std::uint64_t trials, double rate) {
  const double mean = real(trials) * rate;
  const double reach = 9 * std::sqrt(mean * (1 - rate)) + 45;
  return {std::max<std::int64_t>(0, static_cast<std::int64_t>(mean - reach)),
          std::min(static_cast<std::int64_t>(trials), static_cast<std::int64_t>(mean + reach))};
}

/// Probability of a Region as a function of the common rate.
class RegionProbability {
 public:
  RegionProbability(std::uint64_t trials_a, std::uint64_t trials_b, Region region)
      : trials_a_(trials_a),
        trials_b_(trials_b),
        region_(std::move(region)),
        choices_a_(log_choices(trials_a)),
        choices_b_(log_choices(trials_b)) {}

  [[nodiscard]] double operator()(double rate) const {
    if (rate <= 0 || rate >= 1) return at_the_end(rate >= 1);
    const LogRate log_rate(rate);
    const Window b = window_of(trials_b_, rate);
    // cumulative[i]: P(hits of B < b.first + i)
    std::vector<double> cumulative{0};
    for (std::int64_t hits = b.first; hits <= b.last; ++hits) {
      cumulative.push_back(cumulative.back() + probability(choices_b_, trials_b_, hits, log_rate));
    }
    const auto below = [&](std::int64_t hits) {
      return cumulative[static_cast<std::size_t>(std::clamp(hits, b.first, b.last + 1) - b.first)];
    };
    double sum = 0;
    const Window a = window_of(trials_a_, rate);
    for (std::int64_t hits = a.first; hits <= a.last; ++hits) {
      const Region::Row& row = region_.rows[static_cast<std::size_t>(hits)];
      const double share = below(row.low + 1) + (cumulative.back() - below(row.high));
      if (share > 0) sum += probability(choices_a_, trials_a_, hits, log_rate) * share;
    }
    return sum;
  }

 private:
  /// The logarithms of a rate, which all terms of a sum share.
  struct LogRate {
    explicit LogRate(double rate) : hit(std::log(rate)), miss(std::log1p(-rate)) {}
    double hit;
    double miss;
  };

  static double probability(const std::vector<double>& choices, std::uint64_t trials, std::int64_t hits,
                            const LogRate& rate) {
    const auto k = static_cast<std::size_t>(hits);
    return std::exp(choices[k] + real(k) * rate.hit + real(trials - k) * rate.miss);
  }

  [[nodiscard]] double at_the_end(bool all_hit) const {
    const Region::Row& row = region_.rows[all_hit ? trials_a_ : 0];
    const auto hits_b = static_cast<std::int64_t>(all_hit ? trials_b_ : 0);
    return hits_b <= row.low || hits_b >= row.high ? 1 : 0;
  }

  std::uint64_t trials_a_;
  std::uint64_t trials_b_;
  Region region_;
  std::vector<double> choices_a_;
  std::vector<double> choices_b_;
};

/// The largest value of `f` in [low, high], where it has one peak, by golden section.
double peak(const RegionProbability& f, double low, double high) {
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double at_left = f(left);
  double at_right = f(right);
  // A peak is flat: an error of 1e-8 in the place is one of 1e-16 in the value.
  while (high - low > 1e-9) {
    if (at_left > at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - ratio * (high - low);
      at_left = f(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + ratio * (high - low);
      at_right = f(right);
    }
  }
  return std::max(at_left, at_right);
}

constexpr int kGridPoints = 2001;

/// The largest probability over all common rates: a grid, then golden section around each of its peaks that
/// comes within 5 % of the highest.
double largest(const RegionProbability& f) {
  std::vector<double> grid;
  grid.reserve(kGridPoints);
  const auto rate_at = [](int i) { return static_cast<double>(i) / (kGridPoints - 1); };
  for (int i = 0; i < kGridPoints; ++i) grid.push_back(f(rate_at(i)));
  const double highest = *std::max_element(grid.begin(), grid.end());
  double best = highest;
  for (int i = 1; i + 1 < kGridPoints; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool is_peak = grid[at] >= grid[at - 1] && grid[at] >= grid[at + 1];
    if (is_peak && grid[at] > 0.95 * highest) best = std::max(best, peak(f, rate_at(i - 1), rate_at(i + 1)));
  }
  return std::min(1.0, best);
}

/// For each number of hits of A the largest number of hits of B at which Fisher's one-sided p-value is at
/// most `p_value`. It never falls when A has one hit more, so both walk upwards once.
Region boschloo_region(const TwoRates& seen, double p_value) {
  const double limit = p_value * (1 + 1e-10);  // equal up to rounding
  Region region;
  std::int64_t low = -1;
  for (std::uint64_t hits_a = 0; hits_a <= seen.trials_a; ++hits_a) {
    while (low < static_cast<std::int64_t>(seen.trials_b)) {
      const auto next = static_cast<std::uint64_t>(low + 1);
      if (upper_tail({hits_a, seen.trials_a, next, seen.trials_b}) > limit) break;
      ++low;
    }
    region.rows.push_back({low, static_cast<std::int64_t>(seen.trials_b) + 1});
  }
  return region;
}

double pooled_statistic(const TwoRates& seen) {
  const double a = real(seen.trials_a);
  const double b = real(seen.trials_b);
  const double pooled = real(seen.hits_a + seen.hits_b) / (a + b);
  const double variance = pooled * (1 - pooled) * (1 / a + 1 / b);
  return variance > 0 ? rate_difference(seen) / std::sqrt(variance) : 0;
}

Region barnard_region(const TwoRates& seen, double statistic) {
  const double limit = std::abs(statistic) * (1 - 1e-10);
  Region region;
  for (std::uint64_t hits_a = 0; hits_a <= seen.trials_a; ++hits_a) {
    Region::Row row{-1, static_cast<std::int64_t>(seen.trials_b) + 1};
    // The statistic falls as B gets more hits.
    for (std::uint64_t hits_b = 0; hits_b <= seen.trials_b; ++hits_b) {
      const double here = pooled_statistic({hits_a, seen.trials_a, hits_b, seen.trials_b});
      if (here >= limit) row.low = static_cast<std::int64_t>(hits_b);
      if (here <= -limit) {
        row.high = static_cast<std::int64_t>(hits_b);
        break;
      }
    }
    region.rows.push_back(row);
  }
  return region;
}

void check_size(const TwoRates& seen) {
  REPRO_CHECK(seen.trials_a + seen.trials_b <= kMostTrialsForBoschloo);
}

}  // namespace

double rate_difference(const TwoRates& seen) {
  check_arguments(seen);
  REPRO_CHECK(has_both(seen));
  return real(seen.hits_a) / real(seen.trials_a) - real(seen.hits_b) / real(seen.trials_b);
}

double fisher_greater(const TwoRates& seen) {
  check_arguments(seen);
  return has_both(seen) ? upper_tail(seen) : 1;
}

double fisher_less(const TwoRates& seen) { return fisher_greater(mirrored(seen)); }

double fisher_two_sided(const TwoRates& seen) {
  check_arguments(seen);
  if (!has_both(seen)) return 1;
  const Hypergeometric table(seen);
  // Tables that are equally probable must not be told apart by rounding.
  const double limit = table.probability(seen.hits_a) * (1 + 1e-7);
  double sum = 0;
  for (std::uint64_t hits = table.low(); hits <= table.high(); ++hits) {
    // Each anew from the logarithms: a product of thousands of ratios that starts at 1e-300 drifts.
    const double probability = table.probability(hits);
    if (probability <= limit) sum += probability;
  }
  return std::min(1.0, sum);
}

double boschloo_greater(const TwoRates& seen) {
  check_arguments(seen);
  check_size(seen);
  if (!has_both(seen)) return 1;
  return largest(RegionProbability(seen.trials_a, seen.trials_b, boschloo_region(seen, upper_tail(seen))));
}

double boschloo_less(const TwoRates& seen) { return boschloo_greater(mirrored(seen)); }

double boschloo_two_sided(const TwoRates& seen) {
  check_arguments(seen);
  if (!has_both(seen)) return 1;
  // The side towards which the rates differ is the smaller one; at equal rates both are above a half.
  const double difference = rate_difference(seen);
  if (difference == 0) return 1;
  return std::min(1.0, 2 * (difference > 0 ? boschloo_greater(seen) : boschloo_less(seen)));
}

double barnard_two_sided(const TwoRates& seen) {
  check_arguments(seen);
  check_size(seen);
  if (!has_both(seen)) return 1;
  const Region region = barnard_region(seen, pooled_statistic(seen));
  return largest(RegionProbability(seen.trials_a, seen.trials_b, region));
}

std::optional<TwoSidedInterval> newcombe(const TwoRates& seen, double confidence) {
  check_arguments(seen);
  const std::optional<TwoSidedInterval> a = wilson(seen.hits_a, seen.trials_a, confidence);
  const std::optional<TwoSidedInterval> b = wilson(seen.hits_b, seen.trials_b, confidence);
  if (!a || !b) return std::nullopt;
  const double rate_a = real(seen.hits_a) / real(seen.trials_a);
  const double rate_b = real(seen.hits_b) / real(seen.trials_b);
  const double difference = rate_a - rate_b;
  return TwoSidedInterval{difference - std::hypot(rate_a - a->low, b->high - rate_b),
                          difference + std::hypot(a->high - rate_a, rate_b - b->low), confidence};
}

}  // namespace repro::stats
