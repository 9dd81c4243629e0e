#include "harness/campaign/plan.h"

#include <numeric>
#include <vector>

#include "harness/base/check.h"
#include "harness/base/seed.h"

namespace repro::campaign {

Plan::Plan(const Request& request)
    : seed_(request.seed), arms_(static_cast<std::uint32_t>(request.arms.size())) {
  REPRO_CHECK(arms_ > 0);
  if (request.runs_per_arm) size_ = *request.runs_per_arm * arms_;
}

RunSlot Plan::slot(std::uint64_t index) const {
  const std::uint64_t block = index / arms_;
  std::vector<std::uint32_t> order(arms_);
  std::iota(order.begin(), order.end(), 0U);
  SplitMix64 random(derive_seed(derive_seed(seed_, "order"), block));
  shuffle(std::span(order), random);
  RunSlot slot;
  slot.index = index;
  slot.arm = order[index % arms_];
  slot.arm_run = block;
  // 53 bits, so that the number survives programs and JSON readers that store doubles.
  slot.seed = derive_seed(derive_seed(seed_, "run"), index) >> 11;
  return slot;
}

}  // namespace repro::campaign
