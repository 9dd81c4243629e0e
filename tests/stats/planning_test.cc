#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "harness/stats/allocation.h"
#include "harness/stats/power.h"
#include "harness/stats/richness.h"
#include "harness/stats/two_rates.h"

namespace repro::stats {
namespace {

double binomial(std::uint64_t hits, std::uint64_t trials, double rate) {
  const auto n = static_cast<double>(trials);
  const auto x = static_cast<double>(hits);
  return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(rate) +
                  (n - x) * std::log1p(-rate));
}

TEST(Power, IsTheChanceOfASignificantTable) {
  constexpr std::uint64_t kRuns = 17;
  const TwoTrueRates rates{0.6, 0.15};
  double chance = 0;
  for (std::uint64_t a = 0; a <= kRuns; ++a) {
    for (std::uint64_t b = 0; b <= kRuns; ++b) {
      if (fisher_two_sided({a, kRuns, b, kRuns}) <= 0.05) {
        chance += binomial(a, kRuns, rates.a) * binomial(b, kRuns, rates.b);
      }
    }
  }
  EXPECT_NEAR(fisher_power(kRuns, rates), chance, 1e-12);
}

TEST(RunsForPower, IsTheFirstNumberThatReachesIt) {
  for (const TwoTrueRates& rates : {TwoTrueRates{0.08, 0}, TwoTrueRates{0.3, 0.6}, TwoTrueRates{1, 0.5}}) {
    const RunsPerSide needed = *runs_for_power(rates, 0.9);
    EXPECT_TRUE(needed.is_exact);
    EXPECT_GE(fisher_power(needed.runs, rates), 0.9);
    for (std::uint64_t fewer = 1; fewer < needed.runs; ++fewer) {
      EXPECT_LT(fisher_power(fewer, rates), 0.9) << fewer;
    }
  }
}

TEST(RunsForPower, HasNoAnswerForEqualRatesAndAnEstimateForNearOnes) {
  EXPECT_FALSE(runs_for_power({0.1, 0.1}, 0.8));
  const RunsPerSide many = *runs_for_power({0.010, 0.012}, 0.8);
  EXPECT_FALSE(many.is_exact);
  EXPECT_GT(many.runs, 40'000U);
  EXPECT_LT(many.runs, 50'000U);
}

TEST(DetectableRates, AreTheEdgeOfWhatABudgetShows) {
  const DetectableRates rates = detectable_rates(0.2, 100, 0.8);
  ASSERT_TRUE(rates.below);
  ASSERT_TRUE(rates.above);
  EXPECT_GE(fisher_power(100, {0.2, *rates.below}), 0.8);
  EXPECT_GE(fisher_power(100, {0.2, *rates.above}), 0.8);
  EXPECT_LT(fisher_power(100, {0.2, *rates.below + 0.01}), 0.8);
  EXPECT_LT(fisher_power(100, {0.2, *rates.above - 0.01}), 0.8);
  EXPECT_FALSE(detectable_rates(0.02, 50, 0.8).below) << "50 runs cannot tell 2 % from 0";
  EXPECT_FALSE(detectable_rates(0, 50, 0.8).below);
}

TEST(Richness, CountsWhatWasSeenOnceAsTheHintOfMore) {
  const std::vector<std::uint64_t> counts{5, 1, 1, 0};
  const Richness richness = estimate_richness(counts);
  EXPECT_EQ(richness.seen, 3U);
  EXPECT_EQ(richness.failures, 7U);
  EXPECT_DOUBLE_EQ(richness.next_is_new, 2.0 / 7);
  EXPECT_GT(richness.chao1, 3);
  EXPECT_EQ(estimate_richness(std::vector<std::uint64_t>{9, 4}).chao1, 2)
      << "nothing seen once: nothing unseen";
  EXPECT_EQ(estimate_richness({}).coverage, 0);
  EXPECT_EQ(estimate_richness(std::vector<std::uint64_t>{1}).coverage, 1 - 0.0);
}

TEST(Allocation, TakesTurnsUntilSomethingFails) {
  std::vector<Strategy> strategies(3);
  SplitMix64 random(1);
  for (int run = 0; run < 9; ++run) ++strategies[choose_strategy(strategies, random)].runs.clean;
  for (const Strategy& one : strategies) EXPECT_EQ(one.runs.clean, 3U);
}

TEST(Allocation, FavoursTheStrategyThatFailsMostPerSecondAndForgetsNone) {
  // The third fails as often as the second, but takes ten times as long.
  const std::vector<Strategy> strategies{{{0, 50}, 1}, {{20, 30}, 1}, {{20, 30}, 10}};
  SplitMix64 random(5);
  std::vector<int> chosen(3);
  for (int draw = 0; draw < 1000; ++draw) ++chosen[choose_strategy(strategies, random)];
  EXPECT_GT(chosen[1], 850);
  EXPECT_GT(chosen[0], 10);
  EXPECT_GT(chosen[2], 10);
}

TEST(ProbabilityGreater, SumsToOneWithItsReverse) {
  EXPECT_NEAR(probability_greater(4, 98, 2, 100) + probability_greater(2, 100, 4, 98), 1, 1e-12);
  EXPECT_NEAR(probability_greater(3, 7, 3, 7), 0.5, 1e-12);
}

}  // namespace
}  // namespace repro::stats
