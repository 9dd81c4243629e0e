// How often `compare` says something about two equal arms, by seeded simulation. Each case prints what it
// found.

#include <algorithm>
#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/seed.h"
#include "harness/campaign/block_evidence.h"
#include "harness/campaign/compare.h"

namespace repro::campaign {
namespace {

struct Shares {
  double crash;
  double hang;
  double fail;
};

Outcome draw(const Shares& shares, SplitMix64& random) {
  const double u = static_cast<double>(random.next() >> 11U) * 0x1p-53;
  if (u < shares.crash) return Outcome::crash;
  if (u < shares.crash + shares.hang) return Outcome::hang;
  return u < shares.crash + shares.hang + shares.fail ? Outcome::fail : Outcome::ok;
}

struct FalseVerdicts {
  double fixed_rule = 0;
  double without_holm = 0;  ///< had both primary tests the whole level
  double sequential_rule = 0;
};

FalseVerdicts measure(const Shares& shares, int runs, SplitMix64& random) {
  constexpr int kTrials = 1000;
  FalseVerdicts found;
  CompareOptions options;
  options.power.reset();
  for (int trial = 0; trial < kTrials; ++trial) {
    ArmPair pair;
    for (int run = 0; run < runs; ++run) {
      const OutcomeBlock block{draw(shares, random), draw(shares, random)};
      pair.blocks.push_back(block);
      pair.counts_a.add(block.a);
      pair.counts_b.add(block.b);
    }
    std::vector<ArmPair> pairs{pair};
    const Comparison fixed = compare_pairs(pairs, options).front();
    if (fixed.verdict != Verdict::no_evidence) found.fixed_rule += 1.0 / kTrials;
    if (std::min(fixed.any_bad.evidence.p_value, fixed.vectors.p_value) <= 0.05)
      found.without_holm += 1.0 / kTrials;
    pairs.front().rule = EvidenceRule::sequential;
    if (compare_pairs(pairs, options).front().verdict != Verdict::no_evidence)
      found.sequential_rule += 1.0 / kTrials;
  }
  return found;
}

TEST(ComparePromises, SaysSomethingAboutEqualArmsAtMostOnceInTwenty) {
  SplitMix64 random(2026);
  for (const Shares& shares : {Shares{0.02, 0, 0}, Shares{0.2, 0, 0}, Shares{0.3, 0.05, 0.15},
                               Shares{0.1, 0.1, 0.1}, Shares{0.5, 0.1, 0.4}}) {
    constexpr int kRuns = 25;
    const FalseVerdicts found = measure(shares, kRuns, random);
    std::printf("crash %.2f hang %.2f fail %.2f, %3d runs: fixed %.4f (without Holm %.4f), sequential %.4f\n",
                shares.crash, shares.hang, shares.fail, kRuns, found.fixed_rule, found.without_holm,
                found.sequential_rule);
    // The simulation's own error is 0.7 % per standard deviation.
    EXPECT_LE(found.fixed_rule, 0.05 + 2 * 0.007);
    EXPECT_LE(found.sequential_rule, 0.05);
  }
}

}  // namespace
}  // namespace repro::campaign
