#include "harness/stats/bisection.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

constexpr double kPrior = 0.5;

void add(RunCounts& sum, const RunCounts& runs) {
  sum.failures += runs.failures;
  sum.clean += runs.clean;
}

RunCounts without(const RunCounts& all, const RunCounts& part) {
  return {all.failures - part.failures, all.clean - part.clean};
}

double log_marginal(const RunCounts& runs) {
  return log_beta(kPrior + real(runs.failures), kPrior + real(runs.clean));
}

/// Posterior mean of a side's rate.
double mean_rate(const RunCounts& runs) {
  return (real(runs.failures) + kPrior) / (real(runs.failures + runs.clean) + 2 * kPrior);
}

/// Sums of the runs before each revision; the last entry is all of them.
std::vector<RunCounts> sums_before(std::span<const RunCounts> runs) {
  std::vector<RunCounts> sums(1);
  for (const RunCounts& one : runs) {
    RunCounts sum = sums.back();
    add(sum, one);
    sums.push_back(sum);
  }
  return sums;
}

/// Running sums of w and of w log2 w, from which the entropy of any joined parts follows.
struct WeightSums {
  std::vector<double> weight{0};
  std::vector<double> weight_log{0};
  void push(double w) {
    weight.push_back(weight.back() + w);
    weight_log.push_back(weight_log.back() + (w > 0 ? w * std::log2(w) : 0));
  }
  [[nodiscard]] double weight_from(std::size_t i) const { return weight.back() - weight[i]; }
  [[nodiscard]] double weight_log_from(std::size_t i) const { return weight_log.back() - weight_log[i]; }
};

/// (probability of a result) times (entropy after it), for weights that sum to that probability.
double weighted_entropy(double weight, double weight_log) {
  return weight > 0 ? weight * std::log2(weight) - weight_log : 0;
}

double binary_entropy(double p) { return -p * std::log2(p) - (1 - p) * std::log2(1 - p); }

void check_rate(double rate) { REPRO_CHECK(rate > 0 && rate < 1); }

}  // namespace

std::vector<double> first_bad_posterior(std::span<const RunCounts> runs, std::span<const double> prior) {
  REPRO_CHECK(prior.empty() || prior.size() == runs.size());
  const std::vector<RunCounts> before = sums_before(runs);
  std::vector<double> log_weights;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double log_prior = prior.empty() ? 0 : std::log(prior[i]);
    log_weights.push_back(log_prior + log_marginal(before[i]) +
                          log_marginal(without(before.back(), before[i])));
  }
  if (log_weights.empty()) return {};
  const double largest = *std::max_element(log_weights.begin(), log_weights.end());
  REPRO_CHECK(std::isfinite(largest));
  std::vector<double> posterior;
  double sum = 0;
  for (const double log_weight : log_weights) {
    posterior.push_back(std::exp(log_weight - largest));
    sum += posterior.back();
  }
  for (double& share : posterior) share /= sum;
  return posterior;
}

double entropy(std::span<const double> distribution) {
  double sum = 0;
  for (const double share : distribution) {
    if (share > 0) sum -= share * std::log2(share);
  }
  return sum;
}

std::vector<std::size_t> credible_set(std::span<const double> posterior, double share) {
  std::vector<std::size_t> order(posterior.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return posterior[left] > posterior[right]; });
  double sum = 0;
  std::size_t size = 0;
  while (size < order.size() && sum < share) sum += posterior[order[size++]];
  order.resize(size);
  return order;
}

std::vector<double> expected_entropy(std::span<const RunCounts> runs, std::span<const double> posterior) {
  REPRO_CHECK(runs.size() == posterior.size());
  const std::vector<RunCounts> before = sums_before(runs);
  // A run of revision t is one of the bad side for all candidates up to t and of the good side for those
  // behind it.
  WeightSums fails_as_bad;
  WeightSums fails_as_good;
  WeightSums clean_as_bad;
  WeightSums clean_as_good;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double good = mean_rate(before[i]);
    const double bad = mean_rate(without(before.back(), before[i]));
    fails_as_bad.push(posterior[i] * bad);
    clean_as_bad.push(posterior[i] * (1 - bad));
    fails_as_good.push(posterior[i] * good);
    clean_as_good.push(posterior[i] * (1 - good));
  }
  std::vector<double> expected;
  for (std::size_t t = 0; t < runs.size(); ++t) {
    const double after_failure =
        weighted_entropy(fails_as_bad.weight[t + 1] + fails_as_good.weight_from(t + 1),
                         fails_as_bad.weight_log[t + 1] + fails_as_good.weight_log_from(t + 1));
    const double after_clean =
        weighted_entropy(clean_as_bad.weight[t + 1] + clean_as_good.weight_from(t + 1),
                         clean_as_bad.weight_log[t + 1] + clean_as_good.weight_log_from(t + 1));
    expected.push_back(after_failure + after_clean);
  }
  return expected;
}

double z_channel_capacity(double rate) {
  check_rate(rate);
  return std::log2(1 + rate * std::pow(1 - rate, (1 - rate) / rate));
}

double z_channel_test_mass(double rate) {
  check_rate(rate);
  return 1 / (rate * (1 + std::exp2(binary_entropy(rate) / rate)));
}

double bisection_lower_bound(double rate, std::uint64_t revisions) {
  return std::log2(real(revisions)) / z_channel_capacity(rate);
}

std::uint64_t repeats_for_plain_bisection(double rate, std::uint64_t steps, double confidence) {
  check_rate(rate);
  REPRO_CHECK(steps > 0 && confidence > 0 && confidence < 1);
  const double error_per_step = -std::expm1(std::log(confidence) / real(steps));
  return static_cast<std::uint64_t>(std::ceil(std::log(error_per_step) / std::log1p(-rate)));
}

}  // namespace repro::stats
