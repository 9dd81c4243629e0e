#include "harness/campaign/stop_rule.h"

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::campaign {
namespace {

/// A machine that cannot run the subject at all fails every run the same way; twenty in a row with nothing
/// else is no accident, and going on would burn the budget for no evidence.
constexpr std::uint64_t kHopelessInfraRuns = 20;

}  // namespace

std::optional<StopDecision> decide_stop(const Request& request, const Progression& progression) {
  const OutcomeCounts& counts = progression.counts;
  if (request.stop_after_failures && counts.bad() >= *request.stop_after_failures) {
    return StopDecision{StopKind::failures_seen, fmt::format("{} failures seen (--stop-after={})",
                                                             counts.bad(), *request.stop_after_failures)};
  }
  if (request.duration && progression.elapsed >= *request.duration) {
    return StopDecision{StopKind::time_is_up,
                        fmt::format("time is up (--duration={})", format_duration(*request.duration))};
  }
  if (counts.counted() == 0 && counts.infra >= kHopelessInfraRuns) {
    return StopDecision{StopKind::machine_unfit,
                        fmt::format("the first {} runs say nothing about the subject (infra)", counts.infra)};
  }
  return std::nullopt;
}

}  // namespace repro::campaign
