// Runs in the order in which they happened: drift, survival, bisection.

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/seed.h"
#include "harness/stats/bisection.h"
#include "harness/stats/drift.h"
#include "harness/stats/survival.h"

namespace repro::stats {
namespace {

std::vector<bool> coin_flips(std::size_t runs, std::uint64_t percent, SplitMix64& random) {
  std::vector<bool> failed;
  for (std::size_t i = 0; i < runs; ++i) failed.push_back(random.below(100) < percent);
  return failed;
}

TEST(Drift, SeesFailuresThatComeLate) {
  std::vector<bool> failed(100, false);
  for (std::size_t i = 60; i < 100; i += 2) failed[i] = true;
  EXPECT_TRUE(check_drift(failed).has_drift());
  std::vector<bool> early(failed.rbegin(), failed.rend());
  EXPECT_TRUE(check_drift(early).has_drift());
}

TEST(Drift, SeesFailuresThatComeInClusters) {
  std::vector<bool> failed(90, false);
  for (const std::size_t start : {10U, 40U, 70U}) {
    for (std::size_t i = 0; i < 8; ++i) failed[start + i] = true;
  }
  const DriftCheck check = check_drift(failed);
  EXPECT_LT(check.clustering_p, 1e-6);
  EXPECT_GT(check.trend_p, 0.05);
  EXPECT_TRUE(check.has_drift());
}

TEST(Drift, AlarmsAtMostAsOftenAsItSaysForIndependentRuns) {
  SplitMix64 random(3);
  for (const std::uint64_t percent : {5U, 50U}) {
    int alarms = 0;
    for (int trial = 0; trial < 1000; ++trial) {
      if (check_drift(coin_flips(200, percent, random)).has_drift()) ++alarms;
    }
    EXPECT_LE(alarms, 20) << "1 % of 1000 is 10; more than 20 has a chance of 0.2 %";
  }
}

TEST(Drift, CountsExactlyWhereTheApproximationTakesOver) {
  SplitMix64 random(4);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<bool> failed = coin_flips(60, 30, random);
    const double exact = trend_p(failed);
    failed.push_back(false);
    failed.insert(failed.begin(), false);  // one clean run at both ends moves the balance not at all
    EXPECT_NEAR(trend_p(failed), exact, 0.03);
  }
}

TEST(Drift, SaysNothingWhenAllRunsEndAlike) {
  EXPECT_EQ(check_drift(std::vector<bool>(50, true)).p_value, 1);
  EXPECT_EQ(check_drift(std::vector<bool>(50, false)).p_value, 1);
  EXPECT_EQ(check_drift({}).p_value, 1);
}

TEST(SurvivalCurve, SharesWhatIsLostBetweenTheCauses) {
  const std::vector<Lifetime> lifetimes{{1, 0}, {2, 1}, {2, {}}, {3, 0}, {4, 2}, {5, {}}};
  const std::vector<SurvivalStep> curve = survival_curve(lifetimes, 3);
  ASSERT_EQ(curve.size(), 4U);
  for (const SurvivalStep& step : curve) {
    const double lost = std::accumulate(step.incidence.begin(), step.incidence.end(), 0.0);
    EXPECT_NEAR(lost, 1 - step.survival, 1e-12);
    EXPECT_LE(step.interval.low, step.survival);
    EXPECT_GE(step.interval.high, step.survival);
  }
  EXPECT_EQ(curve[1].at_risk, 5U) << "a run that is censored at a time was watched up to it";
  EXPECT_NEAR(curve[1].survival, 5.0 / 6 * 4 / 5, 1e-12);
}

TEST(BestRunLength, IsShortWhenFailuresComeEarly) {
  std::vector<Lifetime> lifetimes{{1, 0}, {1.1, 0}, {1.2, 0}};
  lifetimes.resize(10, Lifetime{100, {}});
  const std::vector<SurvivalStep> curve = survival_curve(lifetimes, 1);
  const std::optional<BestLength> best = best_run_length(curve);
  ASSERT_TRUE(best);
  EXPECT_DOUBLE_EQ(best->time, 1.2);
  EXPECT_FALSE(best_run_length({}));
}

TEST(LogRank, SeesNothingBetweenEqualGroups) {
  const std::vector<Lifetime> group{{1, 0}, {2, 0}, {3, {}}};
  EXPECT_NEAR(log_rank(group, group).p_value, 1, 1e-12);
  EXPECT_EQ(log_rank({}, {}).p_value, 1);
}

TEST(Bisection, PutsTheFirstBadRevisionBehindTheLastCleanOne) {
  const std::vector<RunCounts> runs{{0, 20}, {0, 20}, {0, 20}, {15, 5}, {14, 6}};
  const std::vector<double> posterior = first_bad_posterior(runs);
  EXPECT_GT(posterior[3], 0.99);
  EXPECT_NEAR(std::accumulate(posterior.begin(), posterior.end(), 0.0), 1, 1e-12);
  EXPECT_EQ(credible_set(posterior, 0.95), std::vector<std::size_t>{3});
}

TEST(Bisection, KeepsAPrior) {
  const std::vector<RunCounts> nothing(3);
  const std::vector<double> prior{1, 2, 1};
  EXPECT_NEAR(first_bad_posterior(nothing, prior)[1], 0.5, 1e-12);
  EXPECT_NEAR(entropy(first_bad_posterior(nothing, prior)), 1.5, 1e-12);
}

TEST(Bisection, ExpectsTheEntropyThatTheNextRunWouldLeave) {
  const std::vector<RunCounts> runs{{0, 6}, {}, {}, {0, 8}, {1, 4}, {}, {}, {3, 3}};
  const std::vector<double> posterior = first_bad_posterior(runs);
  const std::vector<double> expected = expected_entropy(runs, posterior);
  for (std::size_t t = 0; t < runs.size(); ++t) {
    // By hand: the chance that the next run of t fails, and the entropy after each result.
    double chance = 0;
    for (std::size_t first_bad = 0; first_bad < runs.size(); ++first_bad) {
      RunCounts side;
      for (std::size_t i = 0; i < runs.size(); ++i) {
        if ((i >= first_bad) != (t >= first_bad)) continue;
        side.failures += runs[i].failures;
        side.clean += runs[i].clean;
      }
      chance += posterior[first_bad] * (static_cast<double>(side.failures) + 0.5) /
                (static_cast<double>(side.failures + side.clean) + 1);
    }
    std::vector<RunCounts> failed = runs;
    ++failed[t].failures;
    std::vector<RunCounts> clean = runs;
    ++clean[t].clean;
    const double by_hand =
        chance * entropy(first_bad_posterior(failed)) + (1 - chance) * entropy(first_bad_posterior(clean));
    EXPECT_NEAR(expected[t], by_hand, 1e-10) << "revision " << t;
  }
}

}  // namespace
}  // namespace repro::stats
