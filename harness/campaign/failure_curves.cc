#include "harness/campaign/failure_curves.h"

#include <map>
#include <utility>

#include "harness/stats/survival.h"

namespace repro::campaign {
namespace {

/// What a chart can show: a curve of 100,000 steps looks the same as one of its every 250th.
constexpr std::size_t kMostPoints = 400;

FailureCurve thinned(std::uint32_t arm, const std::vector<stats::SurvivalStep>& steps) {
  FailureCurve curve;
  curve.arm = arm;
  const std::size_t stride = steps.size() / kMostPoints + 1;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i % stride != 0 && i + 1 != steps.size()) continue;
    curve.time_ms.push_back(steps[i].time);
    curve.failed.push_back(1 - steps[i].survival);
  }
  return curve;
}

}  // namespace

Result<std::vector<FailureCurve>> failure_curves(const store::Store& store) {
  std::map<std::uint32_t, std::vector<stats::Lifetime>> lifetimes;
  REPRO_TRY(store.for_each_run([&](const RunRow& run) {
    if (run.outcome == Outcome::infra) return;
    stats::Lifetime lifetime;
    lifetime.time = std::chrono::duration<double, std::milli>(run.wall).count();
    if (run.outcome == Outcome::crash || run.outcome == Outcome::fail) lifetime.cause = 0;
    lifetimes[run.slot.arm].push_back(lifetime);
  }));
  std::vector<FailureCurve> curves;
  for (const auto& [arm, times] : lifetimes) {
    const std::vector<stats::SurvivalStep> steps = stats::survival_curve(times, 1);
    if (!steps.empty()) curves.push_back(thinned(arm, steps));
  }
  return curves;
}

}  // namespace repro::campaign
