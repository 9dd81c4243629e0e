#include "harness/stats/quantiles.h"

#include <algorithm>
#include <cmath>

#include "harness/base/check.h"

namespace repro::stats {

std::optional<std::int64_t> quantile(std::span<std::int64_t> samples, double share) {
  REPRO_CHECK(share >= 0 && share <= 1);
  if (samples.empty()) return std::nullopt;
  // 0.95 * 20 is 19.000000000000004 or 18.999999999999996 depending on the rounding of 0.95; the rank that
  // was meant is 19.
  const double exact_rank = share * static_cast<double>(samples.size());
  const double rank = std::ceil(exact_rank - 1e-9 * static_cast<double>(samples.size()));
  const auto position = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  const auto chosen = samples.begin() + position;
  std::nth_element(samples.begin(), chosen, samples.end());
  return *chosen;
}

std::optional<Spread> spread(std::span<std::int64_t> samples) {
  if (samples.empty()) return std::nullopt;
  return Spread{*quantile(samples, 0.5), *quantile(samples, 0.95),
                *std::max_element(samples.begin(), samples.end())};
}

}  // namespace repro::stats
