#pragma once

// Is it rare enough now? Passed, failed, or not enough runs to say.
//
// Fixed rule: passed when the exact one-sided upper bound of the rate is at most the wanted one, failed when
// the lower bound is above it. Sequential rule: the same question put to two e-processes
// (stats/rate_process.h), for campaigns that somebody may have watched. Counted rule: "0 in 500", as
// engineers write it; what it shows is told as a bound beside it. Several arms pass together only when each
// does, which needs no correction; that one of them fails is judged at the level divided by their number.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/model/gate.h"

namespace repro::campaign {

struct GateLimits {
  double max_rate = 0.01;
  double confidence = 0.95;
  std::uint64_t max_failures = 0;  ///< counted rule
  std::uint64_t min_runs = 0;      ///< counted rule
};

/// The rate of the code that the gate must refuse.
struct BaseRate {
  std::string source;
  double rate = 0;
};

struct GateInput {
  std::string label;
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  GateRule rule = GateRule::fixed_sample;
  std::optional<BaseRate> base;
  std::vector<std::string> warnings;  ///< handed on
};

/// Decides each arm. Pure.
[[nodiscard]] std::vector<GatedArm> decide_gates(std::span<const GateInput> arms, const GateLimits& limits);

/// All arms together: failed when one failed, passed when there are some and all passed.
[[nodiscard]] GateVerdict overall_verdict(std::span<const GatedArm> arms);

}  // namespace repro::campaign
