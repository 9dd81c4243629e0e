#include "harness/campaign/summarise.h"

#include <gtest/gtest.h>

#include "tests/store/campaign_fixture.h"

namespace repro::campaign {
namespace {

using std::chrono::milliseconds;
using store::crash_of;
using store::run_of;

class Summarise : public store::InFolder {};

TEST_F(Summarise, CompletesTheCountsWithRatesAndWallTimes) {
  const Signature signature = store::signature_named("s1-000000000001");
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  // Arm 0: 18 crashes and 7 ok of 25, with wall times of 1 to 25 ms (run_of), and 5 infra that take far
  // longer.
  for (std::uint64_t index = 0; index < 25; ++index) {
    const bool is_crash = index < 18;
    const RunRecord run = is_crash ? crash_of(index, 0, signature) : run_of(index, 0, Outcome::ok);
    ASSERT_TRUE(campaign->add_run(run, {&signature, is_crash ? 1U : 0U}));
  }
  for (std::uint64_t index = 1000; index < 1005; ++index) {
    ASSERT_TRUE(campaign->add_run(run_of(index, 0, Outcome::infra), {}));
  }

  const Result<CampaignSummary> summary = summarise(*campaign);
  ASSERT_TRUE(summary) << summary.error().message;
  const ArmSummary& arm = summary->arms.at(0);
  ASSERT_TRUE(arm.rate);
  EXPECT_DOUBLE_EQ(arm.rate->rate, 0.72);
  EXPECT_NEAR(arm.rate->low, 0.5061231781937444, 1e-12);
  EXPECT_NEAR(arm.rate->high, 0.8792833114959334, 1e-12);
  ASSERT_TRUE(arm.wall);
  EXPECT_EQ(arm.wall->median, milliseconds(13));
  EXPECT_EQ(arm.wall->p95, milliseconds(24));
  EXPECT_EQ(arm.wall->max, milliseconds(25));
  EXPECT_EQ(summary->file, path());
}

TEST_F(Summarise, WarnsWhenFailuresAreNotSpreadOverTheRuns) {
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  for (std::uint64_t index = 0; index < 40; ++index) {
    ASSERT_TRUE(campaign->add_run(run_of(index, 0, index < 20 ? Outcome::ok : Outcome::hang), {}));
    ASSERT_TRUE(campaign->add_run(run_of(100 + index, 1, index % 2 == 0 ? Outcome::ok : Outcome::hang), {}));
  }
  const Result<CampaignSummary> summary = summarise(*campaign);
  ASSERT_TRUE(summary) << summary.error().message;
  const std::optional<RateDrift>& drift = summary->arms.at(0).drift;
  ASSERT_TRUE(drift);
  EXPECT_TRUE(drift->is_detected);
  EXPECT_EQ(drift->first_half_bad, 0U);
  EXPECT_EQ(drift->second_half_bad, 20U);
  EXPECT_FALSE(summary->arms.at(1).drift->is_detected);
  ASSERT_EQ(summary->warnings.size(), 1U);
  EXPECT_NE(summary->warnings[0].find("0/20 in the first half of its runs, 20/20 in the second"),
            std::string::npos)
      << summary->warnings[0];
}

TEST_F(Summarise, HasNoRateAndNoWallTimesWithoutCountedRuns) {
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  ASSERT_TRUE(campaign->add_run(run_of(0, 0, Outcome::infra), {}));
  const Result<CampaignSummary> summary = summarise(*campaign);
  ASSERT_TRUE(summary) << summary.error().message;
  for (const ArmSummary& arm : summary->arms) {
    EXPECT_FALSE(arm.rate);
    EXPECT_FALSE(arm.wall);
  }
  EXPECT_EQ(summary->arms.at(0).counts.infra, 1U);
}

}  // namespace
}  // namespace repro::campaign
