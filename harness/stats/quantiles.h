#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace repro::stats {

/// The smallest sample that at least `share` of all samples do not exceed (the inverse of the empirical
/// distribution function; definition 1 of Hyndman and Fan, The American Statistician 50 (1996), 361-365).
/// Always a value that was measured, so a p95 of 20 runs is the 19th and not a mixture. Nothing when there
/// are no samples. `share` is in [0, 1] (checked). Reorders `samples`; linear time.
[[nodiscard]] std::optional<std::int64_t> quantile(std::span<std::int64_t> samples, double share);

/// What the tables show of a set of durations or sizes.
struct Spread {
  std::int64_t median = 0;
  std::int64_t p95 = 0;
  std::int64_t max = 0;
};

/// Median, 95th percentile (as `quantile`) and maximum; nothing when there are no samples. Reorders
/// `samples`.
[[nodiscard]] std::optional<Spread> spread(std::span<std::int64_t> samples);

}  // namespace repro::stats
