#pragma once

#include <cstdint>
#include <vector>

namespace repro {

/// How long the runs of one arm lasted until they failed: at `time_ms[i]` the estimated share `failed[i]` had
/// failed. Both ascend. Empty when nothing failed at a known time.
struct FailureCurve {
  std::uint32_t arm = 0;  ///< Arm::id
  std::vector<double> time_ms;
  std::vector<double> failed;  ///< of 1
};

}  // namespace repro
