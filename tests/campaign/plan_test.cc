#include "harness/campaign/plan.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace repro::campaign {
namespace {

Request request_with(std::uint32_t arms, std::uint64_t runs, std::uint64_t seed = 1) {
  Request request;
  request.seed = seed;
  request.runs_per_arm = runs;
  for (std::uint32_t id = 0; id < arms; ++id) {
    Arm arm;
    arm.id = id;
    request.arms.push_back(arm);
  }
  return request;
}

TEST(Plan, GivesEveryArmItsRunsAndNumbersThem) {
  const Plan plan(request_with(3, 25));
  ASSERT_EQ(plan.size(), 75U);
  std::map<std::uint32_t, std::set<std::uint64_t>> runs_of_arm;
  std::set<std::uint64_t> seeds;
  for (std::uint64_t index = 0; index < 75; ++index) {
    const RunSlot slot = plan.slot(index);
    EXPECT_EQ(slot.index, index);
    runs_of_arm[slot.arm].insert(slot.arm_run);
    seeds.insert(slot.seed);
  }
  ASSERT_EQ(runs_of_arm.size(), 3U);
  for (const auto& [arm, runs] : runs_of_arm) {
    EXPECT_EQ(runs.size(), 25U);
    EXPECT_EQ(*runs.rbegin(), 24U);
  }
  EXPECT_EQ(seeds.size(), 75U);
}

TEST(Plan, HoldsEachArmOnceInEveryBlock) {
  const Plan plan(request_with(4, 50));
  for (std::uint64_t block = 0; block < 50; ++block) {
    std::set<std::uint32_t> arms;
    for (std::uint64_t i = 0; i < 4; ++i) arms.insert(plan.slot(block * 4 + i).arm);
    EXPECT_EQ(arms.size(), 4U);
  }
}

TEST(Plan, ChangesTheOrderFromBlockToBlock) {
  const Plan plan(request_with(3, 60));
  std::set<std::vector<std::uint32_t>> orders;
  for (std::uint64_t block = 0; block < 60; ++block) {
    orders.insert({plan.slot(block * 3).arm, plan.slot(block * 3 + 1).arm, plan.slot(block * 3 + 2).arm});
  }
  EXPECT_EQ(orders.size(), 6U) << "all orders of three arms occur";
}

TEST(Plan, DependsOnTheSeedAlone) {
  const Plan first(request_with(3, 25, 7));
  const Plan again(request_with(3, 25, 7));
  const Plan other(request_with(3, 25, 8));
  bool differs = false;
  for (std::uint64_t index = 0; index < 75; ++index) {
    EXPECT_EQ(first.slot(index).arm, again.slot(index).arm);
    EXPECT_EQ(first.slot(index).seed, again.slot(index).seed);
    differs = differs || first.slot(index).arm != other.slot(index).arm;
  }
  EXPECT_TRUE(differs);
}

TEST(Plan, HasNoSizeWhenOnlyTimeLimitsIt) {
  Request request = request_with(2, 1);
  request.runs_per_arm.reset();
  EXPECT_FALSE(Plan(request).size());
}

}  // namespace
}  // namespace repro::campaign
