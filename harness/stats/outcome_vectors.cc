#include "harness/stats/outcome_vectors.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "harness/base/check.h"
#include "harness/base/seed.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

std::uint64_t sum_of(std::span<const std::uint64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// The table without empty columns, the largest column last: the walk fixes all others and the last one
/// follows.
struct Margins {
  std::vector<std::uint64_t> columns;
  std::vector<std::uint64_t> observed_a;
  std::uint64_t runs_a = 0;
  std::uint64_t runs_b = 0;
};

Margins margins_of(const OutcomeVectors& seen) {
  REPRO_CHECK(seen.a.size() == seen.b.size());
  Margins margins;
  margins.runs_a = sum_of(seen.a);
  margins.runs_b = sum_of(seen.b);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < seen.a.size(); ++i) {
    if (seen.a[i] + seen.b[i] > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return seen.a[left] + seen.b[left] < seen.a[right] + seen.b[right];
  });
  for (const std::size_t i : order) {
    margins.columns.push_back(seen.a[i] + seen.b[i]);
    margins.observed_a.push_back(seen.a[i]);
  }
  return margins;
}

bool has_nothing_to_test(const Margins& margins) {
  return margins.runs_a == 0 || margins.runs_b == 0 || margins.columns.size() < 2;
}

/// An upper bound of the number of tables; saturates.
std::uint64_t table_bound(const Margins& margins) {
  double bound = 1;
  for (std::size_t i = 0; i + 1 < margins.columns.size(); ++i) {
    bound *= real(std::min({margins.columns[i], margins.runs_a, margins.runs_b}) + 1);
  }
  return bound < 1e18 ? static_cast<std::uint64_t>(bound) : std::uint64_t{1'000'000'000'000'000'000U};
}

/// ln of the weight of a column that gives `a` of its runs to A: the weights of all columns multiply to the
/// probability of the table, but for a constant.
class Weights {
 public:
  explicit Weights(const Margins& margins)
      : log_all_(log_choose(margins.runs_a + margins.runs_b, margins.runs_a)) {
    for (const std::uint64_t total : margins.columns) {
      std::vector<double>& column = columns_.emplace_back();
      for (std::uint64_t a = 0; a <= total; ++a) column.push_back(log_choose(total, a));
    }
  }
  [[nodiscard]] double of(std::size_t column, std::uint64_t a) const { return columns_[column][a]; }
  [[nodiscard]] double log_probability(std::span<const std::uint64_t> a) const {
    double sum = -log_all_;
    for (std::size_t i = 0; i < a.size(); ++i) sum += of(i, a[i]);
    return sum;
  }
  [[nodiscard]] double log_all() const { return log_all_; }

 private:
  std::vector<std::vector<double>> columns_;
  double log_all_;
};

/// Visits all tables with the margins: A's counts, and ln of the probability.
template <class Visit>
class Walk {
 public:
  Walk(const Margins& margins, const Weights& weights, const Visit& visit)
      : margins_(margins), weights_(weights), visit_(visit), a_(margins.columns.size()) {
    std::uint64_t sum = 0;
    for (const std::uint64_t total : margins.columns) after_.push_back(sum += total);
    for (std::uint64_t& after : after_) after = sum - after;
  }
  void run() { descend(0, margins_.runs_a, -weights_.log_all()); }

 private:
  void descend(std::size_t column, std::uint64_t left, double log_weight) {
    const std::uint64_t least = left > after_[column] ? left - after_[column] : 0;
    const std::uint64_t most = std::min(left, margins_.columns[column]);
    for (std::uint64_t a = least; a <= most; ++a) {
      a_[column] = a;
      const double log_here = log_weight + weights_.of(column, a);
      if (column + 1 == a_.size()) {
        visit_(std::span<const std::uint64_t>(a_), log_here);
      } else {
        descend(column + 1, left - a, log_here);
      }
    }
  }

  const Margins& margins_;
  const Weights& weights_;
  const Visit& visit_;
  std::vector<std::uint64_t> a_;
  std::vector<std::uint64_t> after_;  ///< runs in the columns behind this one
};

/// Draws tables with the margins: column by column, each from its hypergeometric distribution.
class Drawer {
 public:
  Drawer(const Margins& margins, std::uint64_t seed) : margins_(margins), random_(seed) {}

  void draw(std::vector<std::uint64_t>& a) {
    std::uint64_t left = margins_.runs_a;
    std::uint64_t behind = margins_.runs_a + margins_.runs_b;
    for (std::size_t i = 0; i < margins_.columns.size(); ++i) {
      const std::uint64_t total = margins_.columns[i];
      behind -= total;
      a[i] = draw_column(total, behind, left);
      left -= a[i];
    }
  }

 private:
  /// How many of `left` drawn runs fall into a column of `total` when `behind` runs lie outside it: the
  /// distribution is used up from its mode outwards, which takes about as many steps as its standard
  /// deviation.
  std::uint64_t draw_column(std::uint64_t total, std::uint64_t behind, std::uint64_t left) {
    const std::uint64_t least = left > behind ? left - behind : 0;
    const std::uint64_t most = std::min(left, total);
    if (least == most) return least;
    const double mode_at = (real(left) + 1) * (real(total) + 1) / (real(total + behind) + 2);
    const std::uint64_t mode = std::clamp(static_cast<std::uint64_t>(mode_at), least, most);
    double rest = static_cast<double>(random_.next() >> 11U) * 0x1p-53;
    const double at_mode = std::exp(log_choose(total, mode) + log_choose(behind, left - mode) -
                                    log_choose(total + behind, left));
    rest -= at_mode;
    std::uint64_t up = mode;
    std::uint64_t down = mode;
    double at_up = at_mode;
    double at_down = at_mode;
    while (rest > 0 && (up < most || down > least)) {
      if (up < most) {
        at_up *= real(total - up) / real(up + 1) * real(left - up) / real(behind + up + 1 - left);
        ++up;
        rest -= at_up;
        if (rest <= 0) return up;
      }
      if (down > least) {
        at_down *= real(down) / real(total - down + 1) * real(behind + down - left) / real(left - down + 1);
        --down;
        rest -= at_down;
        if (rest <= 0) return down;
      }
    }
    return mode;  // rounding left a share of 1e-16
  }

  const Margins& margins_;
  SplitMix64 random_;
};

/// The p-value of the order in which `is_extreme(a, log_probability)` tells the tables that count.
template <class IsExtreme>
TableTest test(const Margins& margins, const Weights& weights, const TableTestOptions& options,
               const IsExtreme& is_extreme) {
  TableTest result;
  if (table_bound(margins) <= options.most_tables) {
    double sum = 0;
    const auto visit = [&](std::span<const std::uint64_t> a, double log_probability) {
      ++result.tables;
      if (is_extreme(a, log_probability)) sum += std::exp(log_probability);
    };
    Walk(margins, weights, visit).run();
    result.p_value = std::min(1.0, sum);
    return result;
  }
  Drawer drawer(margins, options.seed);
  std::vector<std::uint64_t> a(margins.columns.size());
  std::uint64_t hits = 0;
  for (std::uint64_t i = 0; i < options.drawn_tables; ++i) {
    drawer.draw(a);
    if (is_extreme(std::span<const std::uint64_t>(a), weights.log_probability(a))) ++hits;
  }
  const double draws = real(options.drawn_tables);
  result.p_value = real(1 + hits) / (1 + draws);
  result.is_exact = false;
  result.tables = options.drawn_tables;
  result.standard_error = std::sqrt(result.p_value * (1 - result.p_value) / draws);
  return result;
}

/// Sum of |a_i n_b - b_i n_a|, total variation as a whole number, so that ties are ties.
double scaled_variation(const Margins& margins, std::span<const std::uint64_t> a) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum +=
        std::abs(real(a[i]) * real(margins.runs_b) - real(margins.columns[i] - a[i]) * real(margins.runs_a));
  }
  return sum;
}

/// p-value of sum over cells of `term(observed, expected)`.
double goodness_p(const OutcomeVectors& seen, const std::function<double(double, double)>& term) {
  const Margins margins = margins_of(seen);
  if (has_nothing_to_test(margins)) return 1;
  const double n_a = real(margins.runs_a);
  const double n_b = real(margins.runs_b);
  double statistic = 0;
  for (std::size_t i = 0; i < margins.columns.size(); ++i) {
    const double column = real(margins.columns[i]);
    const double a = real(margins.observed_a[i]);
    statistic += term(a, column * n_a / (n_a + n_b)) + term(column - a, column * n_b / (n_a + n_b));
  }
  return chi_squared_tail(statistic, real(margins.columns.size() - 1));
}

}  // namespace

TableTest fisher_freeman_halton(const OutcomeVectors& seen, const TableTestOptions& options) {
  const Margins margins = margins_of(seen);
  if (has_nothing_to_test(margins)) return {};
  const Weights weights(margins);
  const double limit = weights.log_probability(margins.observed_a) + 1e-7;
  return test(margins, weights, options,
              [limit](std::span<const std::uint64_t> /*a*/, double log_probability) {
                return log_probability <= limit;
              });
}

double total_variation(const OutcomeVectors& seen) {
  const Margins margins = margins_of(seen);
  REPRO_CHECK(margins.runs_a > 0 && margins.runs_b > 0);
  return scaled_variation(margins, margins.observed_a) / (2 * real(margins.runs_a) * real(margins.runs_b));
}

TableTest total_variation_test(const OutcomeVectors& seen, const TableTestOptions& options) {
  const Margins margins = margins_of(seen);
  if (has_nothing_to_test(margins)) return {};
  const double limit = scaled_variation(margins, margins.observed_a);
  return test(margins, Weights(margins), options,
              [&margins, limit](std::span<const std::uint64_t> a, double /*log_probability*/) {
                return scaled_variation(margins, a) >= limit;
              });
}

double chi_squared_p(const OutcomeVectors& seen) {
  return goodness_p(seen, [](double observed, double expected) {
    return (observed - expected) * (observed - expected) / expected;
  });
}

double g_test_p(const OutcomeVectors& seen) {
  return goodness_p(seen, [](double observed, double expected) {
    return observed > 0 ? 2 * observed * std::log(observed / expected) : 0;
  });
}

}  // namespace repro::stats
