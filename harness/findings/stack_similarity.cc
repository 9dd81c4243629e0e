#include "harness/findings/stack_similarity.h"

#include <algorithm>
#include <cmath>

namespace repro::findings {
namespace {

/// How fast frames lose weight with their depth, and with how far they moved.
constexpr double kDepthDecay = 0.04;
constexpr double kShiftDecay = 0.13;

double pair_weight(std::size_t i, std::size_t j) {
  const auto depth = static_cast<double>(std::min(i, j));
  const auto shift = static_cast<double>(std::max(i, j) - std::min(i, j));
  return std::exp(-(kDepthDecay * depth + kShiftDecay * shift));
}

}  // namespace

double stack_similarity(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  const std::size_t shorter = std::min(first.size(), second.size());
  if (shorter == 0) return 0;
  double most = 0;
  for (std::size_t i = 1; i <= shorter; ++i) most += pair_weight(i, i);
  // best[j]: of the frames of `first` so far and the first j of `second`.
  std::vector<double> best(second.size() + 1);
  for (std::size_t i = 1; i <= first.size(); ++i) {
    double diagonal = 0;
    for (std::size_t j = 1; j <= second.size(); ++j) {
      const double above = best[j];
      const bool is_equal = first[i - 1] == second[j - 1];
      best[j] = std::max({above, best[j - 1], is_equal ? diagonal + pair_weight(i, j) : 0.0});
      diagonal = above;
    }
  }
  return best.back() / most;
}

}  // namespace repro::findings
