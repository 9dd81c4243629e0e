#include "harness/stats/multiplicity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "harness/base/check.h"

namespace repro::stats {
namespace {

/// Positions of `values`, smallest value first.
std::vector<std::size_t> ascending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return values[left] < values[right]; });
  return order;
}

}  // namespace

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  std::size_t left = p_values.size();
  for (const std::size_t i : ascending(p_values)) {
    REPRO_CHECK(p_values[i] >= 0 && p_values[i] <= 1);
    largest = std::max(largest, std::min(1.0, p_values[i] * static_cast<double>(left--)));
    adjusted[i] = largest;
  }
  return adjusted;
}

std::vector<double> holm_log_e(std::span<const double> log_e_values) {
  std::vector<double> negated;
  for (const double log_e : log_e_values) negated.push_back(-log_e);
  std::vector<double> adjusted(log_e_values.size());
  double smallest = HUGE_VAL;
  std::size_t left = log_e_values.size();
  for (const std::size_t i : ascending(negated)) {
    smallest = std::min(smallest, log_e_values[i] - std::log(static_cast<double>(left--)));
    adjusted[i] = smallest;
  }
  return adjusted;
}

}  // namespace repro::stats
