// The published properties of docs/statistics.md, measured: intervals by enumeration of every result,
// sequential rules by seeded simulation. Each prints what it found.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/seed.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/outcome_process.h"
#include "harness/stats/rate_process.h"
#include "harness/stats/two_rates.h"

namespace repro::stats {
namespace {

double binomial(std::uint64_t hits, std::uint64_t trials, double rate) {
  const auto n = static_cast<double>(trials);
  const auto x = static_cast<double>(hits);
  return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(rate) +
                  (n - x) * std::log1p(-rate));
}

double uniform(SplitMix64& random) { return static_cast<double>(random.next() >> 11U) * 0x1p-53; }

TEST(Promises, ClopperPearsonCoversEveryRate) {
  for (const std::uint64_t trials : {20U, 50U, 100U, 200U}) {
    std::vector<TwoSidedInterval> intervals;
    for (std::uint64_t hits = 0; hits <= trials; ++hits) intervals.push_back(*clopper_pearson(hits, trials));
    double least = 1;
    for (int step = 1; step <= 9000; ++step) {
      const double rate = step * 0.0001;
      double covered = 0;
      for (std::uint64_t hits = 0; hits <= trials; ++hits) {
        if (intervals[hits].low <= rate && rate <= intervals[hits].high)
          covered += binomial(hits, trials, rate);
      }
      least = std::min(least, covered);
    }
    std::printf("Clopper-Pearson, %3u runs: covers at least %.4f\n", static_cast<unsigned>(trials), least);
    EXPECT_GE(least, 0.95);
  }
}

TEST(Promises, BoschlooKeepsItsLevelAtEveryRate) {
  for (const std::uint64_t trials : {10U, 25U}) {
    std::vector<TwoRates> rejected;
    for (std::uint64_t a = 0; a <= trials; ++a) {
      for (std::uint64_t b = 0; b <= trials; ++b) {
        const TwoRates seen{a, trials, b, trials};
        if (boschloo_two_sided(seen) <= 0.05) rejected.push_back(seen);
      }
    }
    double largest = 0;
    for (int step = 1; step < 1000; ++step) {
      double size = 0;
      for (const TwoRates& seen : rejected) {
        size += binomial(seen.hits_a, trials, step * 0.001) * binomial(seen.hits_b, trials, step * 0.001);
      }
      largest = std::max(largest, size);
    }
    std::printf("Boschloo, %2u runs a side: false alarms at most %.4f\n", static_cast<unsigned>(trials),
                largest);
    EXPECT_LE(largest, 0.05);
  }
}

/// Share of 2,000 pairs of equal variants that the process tells apart within 300 blocks.
double false_alarms(const std::vector<double>& cumulative, SplitMix64& random) {
  constexpr int kTrials = 2000;
  const double limit = std::log(20);
  const auto draw = [&] {
    const double u = uniform(random);
    return static_cast<std::size_t>(std::upper_bound(cumulative.begin(), cumulative.end() - 1, u) -
                                    cumulative.begin());
  };
  int alarms = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    OutcomeProcess process(cumulative.size());
    bool has_alarmed = false;
    for (int block = 0; block < 300 && !has_alarmed; ++block) {
      process.add_block(draw(), draw());
      has_alarmed = process.log_evidence() >= limit;
    }
    if (has_alarmed) ++alarms;
  }
  return static_cast<double>(alarms) / kTrials;
}

TEST(Promises, ASequentialComparisonAlarmsFalselyAtMostOnceInTwenty) {
  SplitMix64 random(20'26);
  for (const double rate : {0.01, 0.05, 0.2, 0.5, 0.8, 0.95}) {
    const double alarms = false_alarms({rate, 1}, random);
    std::printf("two equal variants, rate %.2f: %.4f false alarms\n", rate, alarms);
    EXPECT_LE(alarms, 0.05);
  }
  const double alarms = false_alarms({0.3, 0.35, 0.5, 1}, random);
  std::printf("two equal variants, crash .30 hang .05 fail .15: %.4f false alarms\n", alarms);
  EXPECT_LE(alarms, 0.05);
}

TEST(Promises, ASequentialComparisonFindsRealDifferencesAboutAsFastAsAFixedOne) {
  SplitMix64 random(11);
  constexpr int kTrials = 1000;
  struct Case {
    double a;
    double b;
    double fixed;  ///< runs per side of a Fisher test with 80 % power
  };
  for (const Case& rates :
       {Case{0.72, 0.24, 19}, Case{0.5, 0.1, 23}, Case{0.3, 0.05, 39}, Case{0.2, 0.02, 52}}) {
    int found = 0;
    double blocks = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      OutcomeProcess process(2);
      while (process.blocks() < 300 && process.log_evidence() < std::log(20)) {
        process.add_block(uniform(random) < rates.a ? 0 : 1, uniform(random) < rates.b ? 0 : 1);
      }
      if (process.log_evidence() >= std::log(20)) ++found;
      blocks += static_cast<double>(process.blocks());
    }
    std::printf("%.2f v %.2f: found %d of %d, after %.1f blocks on average (fixed: %.0f)\n", rates.a, rates.b,
                found, kTrials, blocks / kTrials, rates.fixed);
    EXPECT_GE(found, kTrials * 99 / 100);
    EXPECT_LE(blocks / kTrials, 1.15 * rates.fixed);
  }
}

TEST(Promises, AGateThatMayBeWatchedPassesAProgramAtTheBoundAtMostOnceInTwenty) {
  SplitMix64 random(5);
  constexpr double kBound = 0.05;
  constexpr int kTrials = 2000;
  int passed = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    RunCounts runs;
    bool has_passed = false;
    for (int run = 0; run < 2000 && !has_passed; ++run) {
      ++(uniform(random) < kBound ? runs.failures : runs.clean);
      // Evidence for a low rate rises with clean runs only.
      has_passed = log_evidence_below(runs, kBound) >= std::log(20);
    }
    if (has_passed) ++passed;
  }
  const double share = static_cast<double>(passed) / kTrials;
  std::printf("gate at 5 %%, program at 5 %%, 2000 looks: %.4f false passes\n", share);
  // 5 % is what it may reach; the simulation's own error is 0.5 % per standard deviation.
  EXPECT_LE(share, 0.05 + 3 * 0.005);
}

}  // namespace
}  // namespace repro::stats
