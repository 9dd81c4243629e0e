#include "harness/base/seed.h"

#include <algorithm>
#include <array>
#include <set>

#include <gtest/gtest.h>

namespace repro {
namespace {

TEST(SplitMix64, GivesThePublishedSequence) {
  // First outputs for seed 1234567, from the reference implementation (prng.di.unimi.it/splitmix64.c).
  SplitMix64 random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(SplitMix64, BelowReachesEveryValueAndNoOther) {
  SplitMix64 random(1);
  std::array<int, 5> seen{};
  for (int i = 0; i < 1000; ++i) ++seen.at(random.below(5));
  for (const int times : seen) EXPECT_GT(times, 100);
}

TEST(DeriveSeed, DistinguishesIndexesAndTexts) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < 1000; ++i) seeds.insert(derive_seed(7, i));
  seeds.insert(derive_seed(7, "a"));
  seeds.insert(derive_seed(7, "b"));
  seeds.insert(derive_seed(7, ""));
  EXPECT_EQ(seeds.size(), 1003U);
}

TEST(Shuffle, DependsOnTheSeedAlone) {
  std::array<int, 20> first{};
  for (std::size_t i = 0; i < first.size(); ++i) first.at(i) = static_cast<int>(i);
  std::array<int, 20> second = first;
  const std::array<int, 20> sorted = first;
  SplitMix64 random_a(99);
  SplitMix64 random_b(99);
  shuffle(std::span<int>(first), random_a);
  shuffle(std::span<int>(second), random_b);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, sorted);
  EXPECT_TRUE(std::is_permutation(first.begin(), first.end(), sorted.begin()));
}

}  // namespace
}  // namespace repro
