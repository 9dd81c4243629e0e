#pragma once

#include <cstdint>
#include <optional>

#include "harness/model/campaign.h"
#include "harness/model/run_record.h"

namespace repro::campaign {

/// Which run comes when, with which seed.
///
/// Runs are dealt in blocks of one run per arm, each block in a random order of its own, so that a drift of
/// the machine (load, heat, page cache) meets every arm alike; arms run one after the other gave a "decisive"
/// difference between two equal seeds (14/30 against 0/30) that vanished when interleaved. The plan is a pure
/// function of (seed, number of arms, index): nothing has to be stored to resume or to split it.
class Plan {
 public:
  /// Precondition: the request has at least one arm.
  explicit Plan(const Request& request);

  /// Number of runs, or nothing when only time limits the campaign.
  [[nodiscard]] std::optional<std::uint64_t> size() const { return size_; }
  /// The run at `index`. Cost: O(arms).
  [[nodiscard]] RunSlot slot(std::uint64_t index) const;

 private:
  std::uint64_t seed_;
  std::uint32_t arms_;
  std::optional<std::uint64_t> size_;
};

}  // namespace repro::campaign
