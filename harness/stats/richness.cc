#include "harness/stats/richness.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {

Richness estimate_richness(std::span<const std::uint64_t> counts) {
  Richness richness;
  for (const std::uint64_t count : counts) {
    richness.failures += count;
    if (count > 0) ++richness.seen;
  }
  if (richness.failures == 0) {
    richness.coverage = 0;
    return richness;
  }
  const auto seen_times = [&](std::uint64_t times) {
    return static_cast<double>(std::count(counts.begin(), counts.end(), times));
  };
  const double n = real(richness.failures);
  const double once = seen_times(1);
  const double twice = seen_times(2);
  const double shrink = (n - 1) / n;
  richness.next_is_new = once / n;
  richness.chao1 = real(richness.seen) + shrink * once * (once - 1) / (2 * (twice + 1));
  richness.chao1_classic =
      twice > 0 ? real(richness.seen) + shrink * once * once / (2 * twice) : richness.chao1;
  if (once > 0) {
    // With no doubletons Chao and Jost use the bias-corrected form; one failure alone covers nothing for
    // certain.
    const double numerator = twice > 0 ? (n - 1) * once : (n - 1) * (once - 1);
    const double denominator = twice > 0 ? numerator + 2 * twice : numerator + 2;
    richness.coverage = 1 - once / n * numerator / denominator;
  }
  return richness;
}

double expected_new(std::span<const std::uint64_t> counts, double share) {
  REPRO_CHECK(share >= 0 && share <= 1);
  std::map<std::uint64_t, double> signatures_with;
  for (const std::uint64_t count : counts) {
    if (count > 0) signatures_with[count] += 1;
  }
  double sum = 0;
  for (const auto& [times, signatures] : signatures_with) {
    sum += (times % 2 == 1 ? 1 : -1) * std::pow(share, real(times)) * signatures;
  }
  return sum;
}

}  // namespace repro::stats
