#include <set>

#include <gtest/gtest.h>

#include "harness/schedule/preload/noise/noise.h"
#include "harness/schedule/preload/noise/random.h"

namespace repro::schedule::noise {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;

TEST(NoisePlan, DrawsEveryKindOfNoiseOverManySeeds) {
  std::set<std::uint64_t> longest;
  std::set<std::uint32_t> shares;
  std::set<std::uint64_t> starvations;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Plan plan = make_plan(seed, 25);
    longest.insert(plan.longest_ns);
    shares.insert(plan.one_in);
    starvations.insert(plan.starve_ns);
  }
  EXPECT_EQ(longest.size(), 3U);
  EXPECT_EQ(shares.size(), 4U);
  EXPECT_EQ(starvations.size(), 12U) << "1, 2, 4, ... 2048 ms";
}

TEST(NoisePlan, DoesNotLetAShortTestWaitForALongStarvation) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Plan plan = make_plan(seed, 25);
    if (plan.starve_ns > 64 * kMillisecond) {
      EXPECT_EQ(starvation_left(plan, 10 * kMillisecond), 0U) << seed;
    }
  }
}

TEST(NoisePlan, StarvesAtMostAFifthOfTheTime) {
  const Plan plan = make_plan(7, 25);
  std::uint64_t inside = 0;
  constexpr std::uint64_t kSteps = 10'000;
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    inside += starvation_left(plan, step * plan.starve_period_ns / 100) > 0 ? 1U : 0U;
  }
  EXPECT_GT(inside, 0U);
  EXPECT_LE(inside, kSteps / 5 + 20);
}

TEST(NoisePlan, BacksOffAtASite) {
  int delayed = 0;
  for (std::uint32_t hits = 1; hits <= 64; ++hits) delayed += may_delay(hits) ? 1 : 0;
  EXPECT_EQ(delayed, 7) << "1, 2, 4, 8, 16, 32, 64";
  EXPECT_FALSE(may_delay(100));
  EXPECT_TRUE(may_delay(128));
}

TEST(NoisePlan, SpreadsLengthsEvenlyOverTheOrdersOfMagnitude) {
  std::uint64_t state = 1;
  int below_ten = 0;
  int above_hundred = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t length = delay_length(next_random(state), kMillisecond);
    EXPECT_GE(length, 1000U);
    EXPECT_LE(length, kMillisecond);
    below_ten += length < 10'000 ? 1 : 0;
    above_hundred += length > 100'000 ? 1 : 0;
  }
  // A third each, were it uniform in the logarithm; the steps are powers of two. 5 sigma are 130.
  EXPECT_NEAR(below_ten, 1000, 250);
  EXPECT_NEAR(above_hundred, 1000, 250);
}

// A stream whose state is the seed itself gives shifted copies to neighbouring seeds: in a prototype no run
// of the first 76 met what 7 % of the runs meet.
TEST(NoisePlan, GivesNeighbouringSeedsUnrelatedPlans) {
  int alike = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    alike += make_plan(seed, 25).starve_ns == make_plan(seed + 1, 25).starve_ns ? 1 : 0;
  }
  EXPECT_NEAR(alike, 50, 36) << "one in twelve";
  EXPECT_NE(child_path(1, 0), child_path(1, 1));
  EXPECT_NE(child_path(child_path(1, 0), 1), child_path(child_path(1, 1), 0));
}

}  // namespace
}  // namespace repro::schedule::noise
