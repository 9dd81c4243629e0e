#include "harness/campaign/gate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/rate_process.h"

namespace repro::campaign {
namespace {

/// A gate that lets the broken code through more often than this gets a warning.
constexpr double kEnoughPower = 0.95;

double log_limit(double confidence) { return -std::log1p(-confidence); }

class ArmGate {
 public:
  ArmGate(const GateInput& input, const GateLimits& limits, double fail_confidence)
      : input_(input), limits_(limits), fail_confidence_(fail_confidence) {
    REPRO_CHECK(input.failures <= input.runs);
  }

  [[nodiscard]] GatedArm decide() const {
    GatedArm arm;
    arm.label = input_.label;
    arm.runs = input_.runs;
    arm.failures = input_.failures;
    arm.rule = input_.rule;
    arm.warnings = input_.warnings;
    describe_bounds(arm);
    arm.verdict = verdict();
    if (arm.verdict == GateVerdict::inconclusive) arm.more_clean_runs = more_clean_runs();
    describe_power(arm);
    return arm;
  }

 private:
  void describe_bounds(GatedArm& arm) const {
    if (input_.runs == 0) return;
    if (input_.rule == GateRule::sequential) {
      // One side of a two-sided sequence with twice the miss.
      const double confidence = std::max(0.5, 1 - 2 * (1 - limits_.confidence));
      const auto sequence =
          stats::confidence_sequence({input_.failures, input_.runs - input_.failures}, confidence);
      arm.lower_bound = sequence.low;
      arm.upper_bound = sequence.high;
      return;
    }
    arm.lower_bound = stats::clopper_pearson_lower(input_.failures, input_.runs, limits_.confidence)->value;
    arm.upper_bound = stats::clopper_pearson_upper(input_.failures, input_.runs, limits_.confidence)->value;
  }

  [[nodiscard]] bool passes(std::uint64_t failures, std::uint64_t runs) const {
    if (runs == 0) return false;
    switch (input_.rule) {
      case GateRule::fixed_sample:
        return stats::clopper_pearson_upper(failures, runs, limits_.confidence)->value <= limits_.max_rate;
      case GateRule::sequential:
        return stats::log_evidence_below({failures, runs - failures}, limits_.max_rate) >=
               log_limit(limits_.confidence);
      case GateRule::counted:
        break;
    }
    return runs >= limits_.min_runs && failures <= limits_.max_failures;
  }

  [[nodiscard]] bool is_refused() const {
    if (input_.runs == 0) return false;
    switch (input_.rule) {
      case GateRule::fixed_sample:
        return stats::clopper_pearson_lower(input_.failures, input_.runs, fail_confidence_)->value >
               limits_.max_rate;
      case GateRule::sequential:
        return stats::log_evidence_above({input_.failures, input_.runs - input_.failures},
                                         limits_.max_rate) >= log_limit(fail_confidence_);
      case GateRule::counted:
        break;
    }
    return input_.failures > limits_.max_failures;
  }

  [[nodiscard]] GateVerdict verdict() const {
    if (passes(input_.failures, input_.runs)) return GateVerdict::passed;
    return is_refused() ? GateVerdict::failed : GateVerdict::inconclusive;
  }

  /// How many further runs, all clean, would make it pass.
  [[nodiscard]] std::uint64_t more_clean_runs() const {
    std::uint64_t too_few = 0;
    std::uint64_t enough = 1;
    while (!passes(input_.failures, input_.runs + enough)) {
      too_few = enough;
      enough *= 2;
    }
    while (enough - too_few > 1) {
      const std::uint64_t middle = too_few + (enough - too_few) / 2;
      (passes(input_.failures, input_.runs + middle) ? enough : too_few) = middle;
    }
    return enough;
  }

  void describe_power(GatedArm& arm) const {
    if (!input_.base) return;
    if (!passes(0, input_.runs)) {
      arm.warnings.push_back(fmt::format("{} runs cannot pass this gate, clean as they may be", input_.runs));
      return;
    }
    // The largest number of failures that still passes.
    std::uint64_t most = 0;
    while (most < input_.runs && passes(most + 1, input_.runs)) ++most;
    GatePower power;
    power.source = input_.base->source;
    power.base_rate = input_.base->rate;
    power.refused = 1 - stats::binomial_at_most(most, input_.runs, input_.base->rate);
    if (power.refused < kEnoughPower) {
      arm.warnings.push_back(
          fmt::format("code as bad as {} would pass this gate with a chance of {:.2g}; more runs make "
                      "it tell them apart",
                      power.source, 1 - power.refused));
    }
    arm.power = power;
  }

  const GateInput& input_;
  const GateLimits& limits_;
  double fail_confidence_;
};

}  // namespace

std::vector<GatedArm> decide_gates(std::span<const GateInput> arms, const GateLimits& limits) {
  REPRO_CHECK(limits.confidence > 0 && limits.confidence < 1);
  REPRO_CHECK(limits.max_rate > 0 && limits.max_rate < 1);
  std::vector<GatedArm> decided;
  const double fail_confidence =
      1 - (1 - limits.confidence) / static_cast<double>(std::max<std::size_t>(arms.size(), 1));
  for (const GateInput& arm : arms) decided.push_back(ArmGate(arm, limits, fail_confidence).decide());
  return decided;
}

GateVerdict overall_verdict(std::span<const GatedArm> arms) {
  const auto is = [](GateVerdict verdict) {
    return [verdict](const GatedArm& arm) { return arm.verdict == verdict; };
  };
  if (std::any_of(arms.begin(), arms.end(), is(GateVerdict::failed))) return GateVerdict::failed;
  const bool all_passed = !arms.empty() && std::all_of(arms.begin(), arms.end(), is(GateVerdict::passed));
  return all_passed ? GateVerdict::passed : GateVerdict::inconclusive;
}

}  // namespace repro::campaign
