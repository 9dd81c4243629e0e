#include "harness/stats/quantiles.h"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace repro::stats {
namespace {

std::vector<std::int64_t> one_to(std::int64_t last) {
  std::vector<std::int64_t> samples(static_cast<std::size_t>(last));
  std::iota(samples.rbegin(), samples.rend(), 1);  // falling, so that an order is really needed
  return samples;
}

TEST(Quantile, IsAlwaysAMeasuredValue) {
  std::vector<std::int64_t> samples{10, 20};
  EXPECT_EQ(quantile(samples, 0.5), 10);
  EXPECT_EQ(quantile(samples, 0.51), 20);
}

TEST(Quantile, CountsFromOneToTheLast) {
  std::vector<std::int64_t> samples = one_to(20);
  EXPECT_EQ(quantile(samples, 0), 1);
  EXPECT_EQ(quantile(samples, 0.05), 1);
  EXPECT_EQ(quantile(samples, 0.95), 19);
  EXPECT_EQ(quantile(samples, 1), 20);
}

TEST(Quantile, RanksExactlyDespiteBinaryFractions) {
  for (std::int64_t hundreds = 1; hundreds <= 50; ++hundreds) {
    std::vector<std::int64_t> samples = one_to(hundreds * 100);
    EXPECT_EQ(quantile(samples, 0.95), hundreds * 95);
    EXPECT_EQ(quantile(samples, 0.07), hundreds * 7);
  }
}

TEST(Quantile, IsAbsentWithoutSamples) {
  EXPECT_FALSE(quantile({}, 0.5));
  EXPECT_FALSE(spread({}));
}

TEST(Spread, GivesMedianP95AndMaximum) {
  std::vector<std::int64_t> samples = one_to(101);
  const std::optional<Spread> found = spread(samples);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->median, 51);
  EXPECT_EQ(found->p95, 96);
  EXPECT_EQ(found->max, 101);
}

}  // namespace
}  // namespace repro::stats
