#include "harness/stats/drift.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

constexpr std::uint64_t kMostForCounting = 60;

/// The Mann-Whitney statistic of the failures: in how many pairs of a failure and a clean run the failure
/// came later.
struct RankSum {
  std::uint64_t failures = 0;
  std::uint64_t clean = 0;
  std::uint64_t later = 0;
};

RankSum rank_sum(const std::vector<bool>& failed) {
  RankSum sum;
  for (const bool is_failure : failed) {
    if (is_failure) {
      ++sum.failures;
      sum.later += sum.clean;
    } else {
      ++sum.clean;
    }
  }
  return sum;
}

/// Two-sided p-value by counting the orders of `failures` and `clean` runs: ways[f][u] orders of the runs
/// looked at so far have f failures and statistic u.
double counted_p(const RankSum& sum) {
  const std::uint64_t most = sum.failures * sum.clean;
  std::vector<std::vector<double>> ways(sum.failures + 1, std::vector<double>(most + 1));
  ways[0][0] = 1;
  for (std::uint64_t seen = 0; seen < sum.failures + sum.clean; ++seen) {
    std::vector<std::vector<double>> next(sum.failures + 1, std::vector<double>(most + 1));
    for (std::uint64_t failures = 0; failures <= std::min(seen, sum.failures); ++failures) {
      const std::uint64_t clean = seen - failures;
      if (clean > sum.clean) continue;
      for (std::uint64_t later = 0; later <= most; ++later) {
        const double here = ways[failures][later];
        if (here == 0) continue;
        if (failures < sum.failures && later + clean <= most) next[failures + 1][later + clean] += here;
        if (clean < sum.clean) next[failures][later] += here;
      }
    }
    ways = std::move(next);
  }
  const std::vector<double>& counts = ways[sum.failures];
  double all = 0;
  double at_most = 0;
  double at_least = 0;
  for (std::uint64_t later = 0; later <= most; ++later) {
    all += counts[later];
    if (later <= sum.later) at_most += counts[later];
    if (later >= sum.later) at_least += counts[later];
  }
  return std::min(1.0, 2 * std::min(at_most, at_least) / all);
}

double approximate_p(const RankSum& sum) {
  const double failures = real(sum.failures);
  const double clean = real(sum.clean);
  const double mean = failures * clean / 2;
  const double deviation = std::sqrt(failures * clean * (failures + clean + 1) / 12);
  const double distance = std::max(0.0, std::abs(real(sum.later) - mean) - 0.5);
  return std::min(1.0, 2 * normal_tail(distance / deviation));
}

}  // namespace

double trend_p(const std::vector<bool>& failed) {
  const RankSum sum = rank_sum(failed);
  if (sum.failures == 0 || sum.clean == 0) return 1;
  return failed.size() <= kMostForCounting ? counted_p(sum) : approximate_p(sum);
}

double at_most_blocks_p(std::uint64_t failures, std::uint64_t clean, std::uint64_t blocks) {
  REPRO_CHECK(failures > 0 && clean > 0);
  const double log_all = log_choose(failures + clean, failures);
  const auto ways = [&](std::uint64_t blocks_of_failures, std::uint64_t blocks_of_clean) {
    if (blocks_of_failures > failures || blocks_of_clean > clean) return 0.0;
    return std::exp(log_choose(failures - 1, blocks_of_failures - 1) +
                    log_choose(clean - 1, blocks_of_clean - 1) - log_all);
  };
  double sum = 0;
  for (std::uint64_t count = 2; count <= std::min(blocks, failures + clean); ++count) {
    const std::uint64_t half = count / 2;
    // An even number of blocks starts with either kind; an odd one has one block more of the kind it starts
    // with.
    sum += count % 2 == 0 ? 2 * ways(half, half) : ways(half + 1, half) + ways(half, half + 1);
  }
  return std::min(1.0, sum);
}

double clustering_p(const std::vector<bool>& failed) {
  const auto failures = static_cast<std::uint64_t>(std::count(failed.begin(), failed.end(), true));
  const std::uint64_t clean = failed.size() - failures;
  if (failures == 0 || clean == 0) return 1;
  std::uint64_t blocks = 1;
  for (std::size_t i = 1; i < failed.size(); ++i) {
    if (failed[i] != failed[i - 1]) ++blocks;
  }
  return at_most_blocks_p(failures, clean, blocks);
}

DriftCheck check_drift(const std::vector<bool>& failed) {
  DriftCheck check;
  check.trend_p = trend_p(failed);
  check.clustering_p = clustering_p(failed);
  const std::array<double, 2> both{check.trend_p, check.clustering_p};
  const std::vector<double> adjusted = holm(both);
  check.p_value = *std::min_element(adjusted.begin(), adjusted.end());
  return check;
}

}  // namespace repro::stats
