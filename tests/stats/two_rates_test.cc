#include "harness/stats/two_rates.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace repro::stats {
namespace {

/// All results of `a` and `b` runs.
std::vector<TwoRates> all_results(std::uint64_t a, std::uint64_t b) {
  std::vector<TwoRates> results;
  for (std::uint64_t x = 0; x <= a; ++x) {
    for (std::uint64_t y = 0; y <= b; ++y) results.push_back({x, a, y, b});
  }
  return results;
}

double probability(const TwoRates& result, double rate) {
  const auto one = [&](std::uint64_t hits, std::uint64_t trials) {
    const auto n = static_cast<double>(trials);
    const auto x = static_cast<double>(hits);
    return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(rate) +
                    (n - x) * std::log1p(-rate));
  };
  return one(result.hits_a, result.trials_a) * one(result.hits_b, result.trials_b);
}

/// The largest chance, over 99 common rates, of a p-value of at most 5 %.
template <class Test>
double largest_size(std::uint64_t a, std::uint64_t b, const Test& test) {
  const std::vector<TwoRates> results = all_results(a, b);
  std::vector<TwoRates> rejected;
  std::copy_if(results.begin(), results.end(), std::back_inserter(rejected),
               [&](const TwoRates& result) { return test(result) <= 0.05; });
  EXPECT_FALSE(rejected.empty());
  double largest = 0;
  for (int percent = 1; percent < 100; ++percent) {
    double size = 0;
    for (const TwoRates& result : rejected) size += probability(result, percent / 100.0);
    largest = std::max(largest, size);
  }
  return largest;
}

TEST(TwoRates, AlarmAtMostAsOftenAsTheyPromiseAtEveryCommonRate) {
  EXPECT_LE(largest_size(9, 7, fisher_two_sided), 0.05);
  EXPECT_LE(largest_size(9, 7, boschloo_two_sided), 0.05);
  EXPECT_LE(largest_size(7, 9, boschloo_greater), 0.05);
  EXPECT_LE(largest_size(7, 7, barnard_two_sided), 0.05);
}

TEST(Boschloo, NeverNeedsMoreThanFisher) {
  for (const TwoRates& result : all_results(8, 6)) {
    EXPECT_LE(boschloo_greater(result), fisher_greater(result) * (1 + 1e-9))
        << result.hits_a << "/" << result.hits_b;
  }
}

TEST(Boschloo, SeesTheSameDifferenceFromBothSides) {
  for (const TwoRates& result : all_results(6, 5)) {
    const TwoRates swapped{result.hits_b, result.trials_b, result.hits_a, result.trials_a};
    EXPECT_NEAR(boschloo_less(result), boschloo_greater(swapped), 1e-12);
    EXPECT_NEAR(boschloo_two_sided(result), boschloo_two_sided(swapped), 1e-12);
  }
}

TEST(Boschloo, DecidesFiveOfFiftyAgainstNoneWhereFisherDoesNot) {
  const TwoRates seen{5, 50, 0, 50};
  EXPECT_GT(fisher_two_sided(seen), 0.05);
  EXPECT_NEAR(boschloo_two_sided(seen), 0.0352, 0.0001);
}

TEST(Boschloo, IsFiniteForTenThousandRunsPerSide) {
  const double p = boschloo_two_sided({300, 10'000, 200, 10'000});
  EXPECT_GT(p, 0);
  EXPECT_LT(p, 1e-4);
  EXPECT_NEAR(std::log(p), std::log(fisher_two_sided({300, 10'000, 200, 10'000})), 0.2);
}

TEST(TwoRates, SayNothingWithoutRuns) {
  EXPECT_EQ(fisher_two_sided({0, 0, 3, 9}), 1);
  EXPECT_EQ(boschloo_two_sided({0, 0, 3, 9}), 1);
  EXPECT_EQ(boschloo_two_sided({0, 9, 0, 9}), 1);
  EXPECT_FALSE(newcombe({0, 0, 3, 9}));
}

TEST(Newcombe, HoldsTheObservedDifferenceAndMirrors) {
  for (const TwoRates& result : all_results(9, 14)) {
    const TwoSidedInterval interval = *newcombe(result);
    const double difference = rate_difference(result);
    EXPECT_LE(interval.low, difference + 1e-12);
    EXPECT_GE(interval.high, difference - 1e-12);
    const TwoSidedInterval mirrored =
        *newcombe({result.hits_b, result.trials_b, result.hits_a, result.trials_a});
    EXPECT_NEAR(interval.low, -mirrored.high, 1e-12);
  }
}

}  // namespace
}  // namespace repro::stats
