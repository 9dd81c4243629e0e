#include "harness/campaign/bisection_search.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/campaign/simulated_history.h"

namespace repro::campaign {
namespace {

TEST(BisectionSearch, CalibratesBothEndsFirst) {
  BisectionSearch search(100, {});
  for (int failure = 0; failure < 3; ++failure) {
    ASSERT_EQ(search.next()->revision, 99U);
    search.add(99, {1, 1});
  }
  EXPECT_EQ(search.next()->revision, 0U);
  EXPECT_EQ(search.next()->runs, 6U) << "as many as the bad end";
  search.add(0, {0, 6});
  EXPECT_EQ(search.state(), BisectionState::searching);
  EXPECT_TRUE(search.next()->until_failure);
}

TEST(BisectionSearch, FindsADeterministicRegressionInFewBuilds) {
  for (const std::size_t first_bad : {1U, 2U, 31U, 62U, 63U}) {
    SplitMix64 random(first_bad);
    BisectionSearch search(64, {});
    bisect(search, {64, first_bad, 0, 1}, random);
    EXPECT_EQ(search.state(), BisectionState::found);
    EXPECT_EQ(search.credible_set(), std::vector<std::size_t>{first_bad});
    EXPECT_LE(search.built(), 16U) << first_bad;
  }
}

TEST(BisectionSearch, GivesUpWhereTheBadEndDoesNotFail) {
  SplitMix64 random(1);
  BisectionSearch search(16, {});
  bisect(search, {16, 16, 0, 0}, random);
  EXPECT_EQ(search.state(), BisectionState::bad_end_is_clean);
  EXPECT_EQ(search.total_runs(), 150U) << "3 divided by the least rate, 2 %";
}

TEST(BisectionSearch, GivesUpWhereTheGoodEndFailsAsOften) {
  BisectionSearch search(16, {});
  search.add(15, {3, 3});
  search.add(0, {3, 3});
  EXPECT_EQ(search.state(), BisectionState::ends_alike);
  EXPECT_FALSE(search.next());
}

TEST(BisectionSearch, NamesAGroupThatUnbuildableRevisionsHide) {
  SplitMix64 random(3);
  BisectionSearch search(32, {});
  for (const std::size_t broken : {9U, 10U, 11U}) search.skip(broken);
  bisect(search, {32, 11, 0, 1}, random);
  EXPECT_EQ(search.state(), BisectionState::found);
  const std::vector<std::size_t> set = search.credible_set();
  EXPECT_NE(std::find(set.begin(), set.end(), 11U), set.end());
  EXPECT_LE(set.size(), 4U);
}

TEST(BisectionSearch, EndsWithItsBudget) {
  SplitMix64 random(2);
  BisectionOptions options;
  options.most_runs = 40;
  BisectionSearch search(256, options);
  bisect(search, {256, 100, 0, 0.2}, random);
  EXPECT_EQ(search.state(), BisectionState::out_of_budget);
  EXPECT_GT(search.credible_set().size(), 1U);
}

}  // namespace
}  // namespace repro::campaign
