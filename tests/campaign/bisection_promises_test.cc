// How well `bisect` finds its commit, by seeded simulation, beside plain bisection. Each case prints what it
// found.

#include <cstdio>

#include <gtest/gtest.h>

#include "harness/stats/bisection.h"
#include "tests/campaign/simulated_history.h"

namespace repro::campaign {
namespace {

TEST(BisectionPromises, FindsTheRightOneOf256DespiteBackgroundFailures) {
  for (const double rate : {0.5, 0.2}) {
    constexpr int kTrials = 300;
    SplitMix64 random(static_cast<std::uint64_t>(rate * 1000));
    int right = 0;
    double builds = 0;
    double runs = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const History history{257, 1 + random.below(256), 0.01, rate};
      BisectionSearch search(history.revisions, {});
      bisect(search, history, random);
      const std::vector<std::size_t> set = search.credible_set();
      if (search.state() == BisectionState::found && set.front() == history.first_bad) ++right;
      builds += static_cast<double>(search.built());
      runs += static_cast<double>(search.total_runs());
    }
    std::printf("256 revisions, background 1 %%, rate %.1f: %d of %d right, %.1f builds, %.0f runs\n", rate,
                right, kTrials, builds / kTrials, runs / kTrials);
    EXPECT_GE(right, kTrials * 95 / 100);
    EXPECT_LE(builds / kTrials, 20);
  }
}

/// Plain bisection that knows the rate, and runs each revision so often that it is right in 95 % of cases if
/// good revisions never fail.
std::size_t bisect_plainly(const History& history, SplitMix64& random) {
  const std::uint64_t repeats = stats::repeats_for_plain_bisection(history.new_rate, 8);
  std::size_t good = 0;
  std::size_t bad = history.revisions - 1;
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    bool has_failed = false;
    for (std::uint64_t run = 0; run < repeats && !has_failed; ++run)
      has_failed = fails(history, middle, random);
    (has_failed ? bad : good) = middle;
  }
  return bad;
}

TEST(BisectionPromises, PlainBisectionCannotStandBackgroundFailures) {
  for (const double rate : {0.5, 0.2}) {
    constexpr int kTrials = 2000;
    SplitMix64 random(static_cast<std::uint64_t>(rate * 1000));
    int right = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const History history{257, 1 + random.below(256), 0.01, rate};
      if (bisect_plainly(history, random) == history.first_bad) ++right;
    }
    std::printf("plain bisection, background 1 %%, rate %.1f: %.3f right\n", rate,
                static_cast<double>(right) / kTrials);
    EXPECT_LT(right, kTrials * 95 / 100) << "what the comparison in docs/bisect.md rests on";
  }
}

}  // namespace
}  // namespace repro::campaign
