#include "harness/campaign/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/seed.h"
#include "harness/campaign/plan.h"

namespace repro::campaign {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Request request_of(const std::vector<ArmKey>& keys) {
  Request request;
  request.seed = 1;
  request.runs_per_arm = 500;
  request.until = DecisionRule();
  for (const ArmKey& key : keys) {
    Arm& arm = request.arms.emplace_back();
    arm.id = static_cast<std::uint32_t>(request.arms.size() - 1);
    arm.key = key;
  }
  return request;
}

Request two_variants() {
  return request_of({{"old", Sanitizer::plain, "os"}, {"new", Sanitizer::plain, "os"}});
}

TEST(ComparedArms, AreThoseOfOtherVariantsInTheSameBuild) {
  const Request request = request_of({{"old", Sanitizer::plain, "os"},
                                      {"old", Sanitizer::thread, "os"},
                                      {"new", Sanitizer::plain, "os"},
                                      {"new", Sanitizer::thread, "os"},
                                      {"newer", Sanitizer::plain, "os"}});
  EXPECT_THAT(compared_arms(request), UnorderedElementsAre(Pair(0, 2), Pair(0, 4), Pair(1, 3)));
  EXPECT_THAT(compared_arms(request_of({{"old", Sanitizer::plain, "os"}, {"old", Sanitizer::thread, "os"}})),
              IsEmpty());
}

/// Runs of the plan, in its order, until decided: how many.
std::uint64_t runs_until_decided(const Request& request, Outcome of_old, Outcome of_new, std::uint64_t most) {
  const Plan plan(request);
  DecisionWatch watch(request);
  for (std::uint64_t index = 0; index < most; ++index) {
    if (watch.decided()) return index;
    const RunSlot slot = plan.slot(index);
    watch.add(slot, slot.arm == 0 ? of_old : of_new);
  }
  return most;
}

TEST(DecisionWatch, StopsSoonWhenTheVariantsDiffer) {
  EXPECT_LT(runs_until_decided(two_variants(), Outcome::crash, Outcome::ok, 1000), 30U);
  EXPECT_LT(runs_until_decided(two_variants(), Outcome::crash, Outcome::hang, 1000), 60U) << "traded";
}

TEST(DecisionWatch, GoesOnWhileTheyDoNot) {
  EXPECT_EQ(runs_until_decided(two_variants(), Outcome::crash, Outcome::crash, 400), 400U);
}

TEST(DecisionWatch, GoesOnUntilEveryPairIsDecided) {
  const Request request = request_of(
      {{"old", Sanitizer::plain, "os"}, {"new", Sanitizer::plain, "os"}, {"same", Sanitizer::plain, "os"}});
  DecisionWatch watch(request);
  for (std::uint64_t run = 0; run < 100; ++run) {
    watch.add({3 * run, 0, run, 0}, Outcome::crash);
    watch.add({3 * run + 1, 1, run, 0}, Outcome::ok);
    watch.add({3 * run + 2, 2, run, 0}, Outcome::crash);
  }
  EXPECT_FALSE(watch.decided());
}

TEST(DecisionWatch, TakesBlocksInTheOrderOfThePlanAndLeavesInfraOut) {
  DecisionWatch watch(two_variants());
  for (std::uint64_t run = 1; run < 40; ++run) {
    watch.add({2 * run, 0, run, 0}, Outcome::crash);
    watch.add({2 * run + 1, 1, run, 0}, Outcome::ok);
  }
  EXPECT_FALSE(watch.decided()) << "block 0 is still being run";
  watch.add({0, 0, 0, 0}, Outcome::infra);
  watch.add({1, 1, 0, 0}, Outcome::ok);
  ASSERT_TRUE(watch.decided());
  EXPECT_THAT(*watch.decided(), HasSubstr("old -> new better"));
}

TEST(DecisionWatch, WatchesNothingWithoutTheRule) {
  Request request = two_variants();
  request.until.reset();
  EXPECT_EQ(runs_until_decided(request, Outcome::crash, Outcome::ok, 200), 200U);
}

TEST(DecisionWatch, DecidesAboutEqualVariantsAtMostOnceInTwenty) {
  SplitMix64 random(9);
  int decided = 0;
  constexpr int kTrials = 200;
  for (int trial = 0; trial < kTrials; ++trial) {
    DecisionWatch watch(two_variants());
    for (std::uint64_t index = 0; index < 200; ++index) {
      const Outcome outcome = random.below(10) < 3 ? Outcome::hang : Outcome::ok;
      watch.add({index, static_cast<std::uint32_t>(index % 2), index / 2, 0}, outcome);
    }
    if (watch.decided()) ++decided;
  }
  EXPECT_LE(decided, kTrials / 20);
}

}  // namespace
}  // namespace repro::campaign
