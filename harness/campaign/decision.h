#pragma once

// --until=decided: watches a comparison while it runs.
//
// Somebody who looks after every run and stops when the difference looks good gets differences that are not
// there. So this looks at e-processes over blocks (block_evidence.h), whose promise holds at every look, and
// takes blocks in the order of the plan: a block waits for those before it, as otherwise blocks of fast runs
// would be heard first.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/campaign/block_evidence.h"
#include "harness/campaign/compare.h"
#include "harness/model/campaign.h"
#include "harness/model/run_record.h"

namespace repro::campaign {

/// The arms that a campaign compares: those of the first variant with those of each other one, of equal build
/// and schedule. Empty when there is nothing to compare.
[[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> compared_arms(const Request& request);

/// One thread at a time.
class DecisionWatch {
 public:
  /// Watches nothing when the request has no decision rule.
  explicit DecisionWatch(const Request& request);

  /// One finished run, in any order; also those of earlier sessions.
  void add(const RunSlot& slot, Outcome outcome);

  /// Why no further run is needed: every pair has a verdict that names a direction. Once decided always
  /// decided.
  [[nodiscard]] const std::optional<std::string>& decided() const { return decided_; }

 private:
  struct Pair {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint64_t next_block = 0;
    ArmPair data;
    BlockEvidence evidence;
  };
  void advance(Pair& pair);
  void decide();

  std::optional<double> confidence_;
  std::optional<std::string> decided_;
  std::vector<Pair> pairs_;
  std::vector<std::map<std::uint64_t, Outcome>> waiting_;  ///< by Arm::id: arm_run -> outcome
};

}  // namespace repro::campaign
