#include "harness/campaign/summarise.h"

#include <utility>

#include "harness/base/check.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/quantiles.h"

namespace repro::campaign {
namespace {

std::optional<RateEstimate> rate_of(const OutcomeCounts& counts) {
  const std::optional<stats::TwoSidedInterval> interval =
      stats::clopper_pearson(counts.bad(), counts.counted());
  if (!interval) return std::nullopt;
  const double rate = static_cast<double>(counts.bad()) / static_cast<double>(counts.counted());
  return RateEstimate{rate, interval->low, interval->high};
}

std::optional<WallTimes> wall_times_of(std::span<std::int64_t> wall_ns) {
  const std::optional<stats::Spread> spread = stats::spread(wall_ns);
  if (!spread) return std::nullopt;
  using std::chrono::nanoseconds;
  return WallTimes{nanoseconds(spread->median), nanoseconds(spread->p95), nanoseconds(spread->max)};
}

}  // namespace

Result<CampaignSummary> summarise(const store::Store& store) {
  REPRO_ASSIGN(store::Aggregate aggregate, store.aggregate());
  CampaignSummary& summary = aggregate.summary;
  REPRO_CHECK(aggregate.counted_wall_ns.size() == summary.arms.size());
  for (std::size_t i = 0; i < summary.arms.size(); ++i) {
    summary.arms[i].rate = rate_of(summary.arms[i].counts);
    summary.arms[i].wall = wall_times_of(aggregate.counted_wall_ns[i]);
  }
  return std::move(summary);
}

}  // namespace repro::campaign
