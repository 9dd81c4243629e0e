// Processes that may be looked at after every run: on average they must not grow while the hypothesis that
// they bet against is true. That is their whole promise, and it can be checked by enumeration.

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/seed.h"
#include "harness/stats/outcome_process.h"
#include "harness/stats/rate_process.h"
#include "harness/stats/sprt.h"

namespace repro::stats {
namespace {

/// Mean factor by which `evidence` changes with the next run when runs fail with `rate`.
template <class Evidence>
double mean_factor(const Evidence& evidence, const RunCounts& runs, double rate) {
  const double now = evidence(runs);
  const double after_failure = evidence({runs.failures + 1, runs.clean});
  const double after_clean = evidence({runs.failures, runs.clean + 1});
  return rate * std::exp(after_failure - now) + (1 - rate) * std::exp(after_clean - now);
}

TEST(RateProcess, DoesNotGrowOnAverageWhileItsHypothesisIsTrue) {
  constexpr double kBound = 0.1;
  for (std::uint64_t failures = 0; failures <= 6; ++failures) {
    for (const std::uint64_t clean : {0U, 1U, 7U, 60U}) {
      const RunCounts runs{failures, clean};
      EXPECT_NEAR(mean_factor([](const RunCounts& now) { return log_evidence_against_rate(now, kBound); },
                              runs, kBound),
                  1, 1e-9);
      for (const double rate : {kBound, 0.11, 0.3, 0.9}) {
        EXPECT_LE(
            mean_factor([](const RunCounts& now) { return log_evidence_below(now, kBound); }, runs, rate),
            1 + 1e-9)
            << failures << " " << clean << " " << rate;
      }
      for (const double rate : {kBound, 0.09, 0.01, 0.0001}) {
        EXPECT_LE(
            mean_factor([](const RunCounts& now) { return log_evidence_above(now, kBound); }, runs, rate),
            1 + 1e-9)
            << failures << " " << clean << " " << rate;
      }
    }
  }
}

TEST(RateProcess, StartsWithoutEvidence) {
  EXPECT_NEAR(log_evidence_below({}, 0.01), 0, 1e-12);
  EXPECT_NEAR(log_evidence_above({}, 0.01), 0, 1e-12);
  EXPECT_NEAR(log_evidence_against_rate({}, 0.01), 0, 1e-12);
}

TEST(RateProcess, PassesACleanProgramAfter328RunsAndNotBefore) {
  const double limit = std::log(20);
  EXPECT_GE(log_evidence_below({0, 328}, 0.01), limit);
  EXPECT_LT(log_evidence_below({0, 327}, 0.01), limit);
}

TEST(RateProcess, SurvivesAStrayFailureAndFailsABadProgram) {
  const double limit = std::log(20);
  EXPECT_GE(log_evidence_below({2, 1500}, 0.01), limit);
  EXPECT_GE(log_evidence_above({6, 94}, 0.01), limit);
  EXPECT_LT(log_evidence_above({1, 99}, 0.01), 0);
}

TEST(ConfidenceSequence, IsWhatTheEvidenceDoesNotRefute) {
  for (const RunCounts& runs : {RunCounts{0, 5}, RunCounts{5, 0}, RunCounts{3, 97}, RunCounts{250, 9750}}) {
    const TwoSidedInterval interval = confidence_sequence(runs);
    const double limit = std::log(20);
    if (runs.failures > 0) {
      EXPECT_NEAR(log_evidence_against_rate(runs, interval.low), limit, 1e-6);
    } else {
      EXPECT_EQ(interval.low, 0);
    }
    if (runs.clean > 0) {
      EXPECT_NEAR(log_evidence_against_rate(runs, interval.high), limit, 1e-6);
    } else {
      EXPECT_EQ(interval.high, 1);
    }
  }
  EXPECT_EQ(confidence_sequence({}).low, 0);
  EXPECT_EQ(confidence_sequence({}).high, 1);
}

TEST(OutcomeProcess, DoesNotGrowOnAverageWhenBothVariantsAreTheSame) {
  SplitMix64 random(7);
  constexpr std::size_t kOutcomes = 4;
  for (int trial = 0; trial < 200; ++trial) {
    OutcomeProcess past(kOutcomes);
    const std::uint64_t blocks = random.below(30);
    for (std::uint64_t i = 0; i < blocks; ++i)
      past.add_block(random.below(kOutcomes), random.below(kOutcomes));
    std::vector<double> shares;
    double sum = 0;
    for (std::size_t i = 0; i < kOutcomes; ++i)
      sum += shares.emplace_back(1.0 + static_cast<double>(random.below(100)));
    double mean = 0;
    for (std::size_t a = 0; a < kOutcomes; ++a) {
      for (std::size_t b = 0; b < kOutcomes; ++b) {
        OutcomeProcess next = past;
        next.add_block(a, b);
        mean += shares[a] / sum * shares[b] / sum * std::exp(next.log_evidence() - past.log_evidence());
      }
    }
    EXPECT_LE(mean, 1 + 1e-12) << "trial " << trial;
  }
}

TEST(OutcomeProcess, DecidesAClearDifferenceAndNotAnEquality) {
  OutcomeProcess different(2);
  OutcomeProcess same(2);
  for (int i = 0; i < 25; ++i) {
    different.add_block(0, 1);
    same.add_block(static_cast<std::size_t>(i % 2), static_cast<std::size_t>(i % 2));
  }
  EXPECT_GT(different.log_evidence(), std::log(20));
  EXPECT_LE(same.log_evidence(), 0.5);
  EXPECT_EQ(different.blocks(), 25U);
}

TEST(Sprt, DecidesForTheRateThatTheRunsLookLike) {
  const Sprt sprt(0.05, 0.01, 0.05, 0.1);
  EXPECT_EQ(sprt.decide({0, 71}), SprtDecision::other_rate);
  EXPECT_FALSE(sprt.decide({0, 70}));
  EXPECT_EQ(sprt.decide({2, 10}), SprtDecision::null_rate);
  EXPECT_EQ(sprt.clean_runs(), 71U);
}

}  // namespace
}  // namespace repro::stats
