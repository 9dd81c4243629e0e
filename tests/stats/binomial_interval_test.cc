#include "harness/stats/binomial_interval.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace repro::stats {
namespace {

/// |got - expected| within 1e-10 of the larger of 1e-3 and the value: relative where it matters, and 0 is 0.
void expect_close(double got, double expected, const std::string& id) {
  EXPECT_LE(std::abs(got - expected), 1e-10 * std::max(std::abs(expected), 1e-3)) << id;
}

TEST(ClopperPearson, HasNoIntervalWithoutTrials) {
  EXPECT_FALSE(clopper_pearson(0, 0));
  EXPECT_FALSE(clopper_pearson_upper(0, 0));
  EXPECT_FALSE(clopper_pearson_lower(0, 0));
}

TEST(ClopperPearson, MirrorsWhenHitsAndMissesSwap) {
  for (std::uint64_t hits = 0; hits <= 40; ++hits) {
    const TwoSidedInterval interval = *clopper_pearson(hits, 40);
    const TwoSidedInterval mirrored = *clopper_pearson(40 - hits, 40);
    expect_close(interval.low, 1 - mirrored.high, std::to_string(hits));
    EXPECT_LE(interval.low, static_cast<double>(hits) / 40);
    EXPECT_GE(interval.high, static_cast<double>(hits) / 40);
  }
}

TEST(ClopperPearson, OneSidedBoundsAreTheEndsOfTheIntervalWithTwiceTheMiss) {
  const TwoSidedInterval ninety = *clopper_pearson(3, 50, 0.9);
  expect_close(clopper_pearson_lower(3, 50, 0.95)->value, ninety.low, "lower");
  expect_close(clopper_pearson_upper(3, 50, 0.95)->value, ninety.high, "upper");
}

double binomial_probability(std::uint64_t hits, std::uint64_t trials, double p) {
  const auto n = static_cast<double>(trials);
  const auto x = static_cast<double>(hits);
  return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(p) +
                  (n - x) * std::log1p(-p));
}

TEST(ClopperPearson, CoversTheTruthAtLeastAsOftenAsItSays) {
  // The property itself, by enumeration of every result of 30 runs at each of 99 true rates.
  constexpr std::uint64_t kTrials = 30;
  for (int percent = 1; percent <= 99; ++percent) {
    const double truth = percent / 100.0;
    double covered = 0;
    for (std::uint64_t hits = 0; hits <= kTrials; ++hits) {
      const TwoSidedInterval interval = *clopper_pearson(hits, kTrials);
      if (interval.low <= truth && truth <= interval.high) {
        covered += binomial_probability(hits, kTrials, truth);
      }
    }
    EXPECT_GE(covered, 0.95) << "true rate " << truth;
  }
}

TEST(ClopperPearson, StaysFiniteAndOrderedForManyRuns) {
  for (const std::uint64_t trials : {1'000'000ULL, 1'000'000'000ULL}) {
    for (const std::uint64_t hits : {std::uint64_t{0}, std::uint64_t{1}, trials / 3, trials - 1, trials}) {
      const TwoSidedInterval interval = *clopper_pearson(hits, trials);
      EXPECT_LE(0, interval.low);
      EXPECT_LT(interval.low, interval.high);
      EXPECT_LE(interval.high, 1);
    }
  }
}

TEST(RunsNeeded, IsTheSmallestNumberThatAllowsSoManyFailures) {
  EXPECT_EQ(runs_needed(0, 0.01), 299U);
  for (const std::uint64_t failures : {1U, 2U, 5U, 40U}) {
    const std::uint64_t runs = runs_needed(failures, 0.01);
    EXPECT_LE(clopper_pearson_upper(failures, runs)->value, 0.01) << failures;
    EXPECT_GT(clopper_pearson_upper(failures, runs - 1)->value, 0.01) << failures;
  }
}

TEST(CleanRunsNeeded, IsTheSmallestNumberWhoseUpperBoundReachesTheRate) {
  EXPECT_EQ(clean_runs_needed(0.05), 59U);
  EXPECT_EQ(clean_runs_needed(0.01), 299U);
  EXPECT_EQ(clean_runs_needed(0.01, 0.99), 459U);
  EXPECT_EQ(clean_runs_needed(0.001), 2995U);
  EXPECT_EQ(clean_runs_needed(0.001, 0.99), 4603U);
  EXPECT_LE(clopper_pearson_upper(0, 299)->value, 0.01);
  EXPECT_GT(clopper_pearson_upper(0, 298)->value, 0.01);
}

}  // namespace
}  // namespace repro::stats
