#include "harness/campaign/summarise.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/campaign/find_bugs.h"
#include "harness/campaign/unseen.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/drift.h"
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

std::optional<RateDrift> drift_of(const std::vector<bool>& failed) {
  if (failed.empty()) return std::nullopt;
  const stats::DriftCheck check = stats::check_drift(failed);
  RateDrift drift;
  drift.trend_p = check.trend_p;
  drift.clustering_p = check.clustering_p;
  drift.p_value = check.p_value;
  drift.is_detected = check.has_drift();
  const auto middle = failed.begin() + static_cast<std::ptrdiff_t>(failed.size() / 2);
  drift.first_half_runs = static_cast<std::uint64_t>(middle - failed.begin());
  drift.first_half_bad = static_cast<std::uint64_t>(std::count(failed.begin(), middle, true));
  drift.second_half_runs = static_cast<std::uint64_t>(failed.end() - middle);
  drift.second_half_bad = static_cast<std::uint64_t>(std::count(middle, failed.end(), true));
  return drift;
}

std::string drift_warning(const ArmSummary& arm) {
  const RateDrift& drift = *arm.drift;
  return fmt::format(
      "{} {}: its failures {} (p = {:.1g}): {}/{} in the first half of its runs, {}/{} in the second; an "
      "interval "
      "of one rate would mean nothing",
      arm.key.variant, to_string(arm.key.sanitizer),
      drift.trend_p <= drift.clustering_p ? "are more frequent at one end of the campaign"
                                          : "come in clusters",
      drift.p_value, drift.first_half_bad, drift.first_half_runs, drift.second_half_bad,
      drift.second_half_runs);
}

}  // namespace

Result<CampaignSummary> summarise(const store::Store& store) {
  REPRO_ASSIGN(store::Aggregate aggregate, store.aggregate());
  CampaignSummary& summary = aggregate.summary;
  REPRO_CHECK(aggregate.counted_wall_ns.size() == summary.arms.size());
  for (std::size_t i = 0; i < summary.arms.size(); ++i) {
    summary.arms[i].rate = rate_of(summary.arms[i].counts);
    summary.arms[i].drift = drift_of(aggregate.counted_failed[i]);
    if (summary.arms[i].drift && summary.arms[i].drift->is_detected) {
      summary.warnings.push_back(drift_warning(summary.arms[i]));
    }
    summary.arms[i].wall = wall_times_of(aggregate.counted_wall_ns[i]);
  }
  REPRO_ASSIGN(summary.bugs, find_bugs(store, summary));
  summary.unseen = estimate_unseen(aggregate.runs_by_deciding_signature);
  return std::move(summary);
}

}  // namespace repro::campaign
