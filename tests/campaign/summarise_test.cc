#include "harness/campaign/summarise.h"

#include <fmt/format.h>
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

Finding at_lookup(FindingSource source, std::string kind, const Signature& signature) {
  Finding finding;
  finding.source = source;
  finding.kind = std::move(kind);
  finding.signature = signature.id;
  Stack stack;
  stack.role = StackRole::access;
  stack.frames.push_back({"lookup", "/src/callinfo.cc", 12, 3, "/build/vm", 16, ""});
  stack.frames.push_back({"call", "/src/vm.cc", 7, 3, "/build/vm", 32, ""});
  finding.stacks.push_back(std::move(stack));
  return finding;
}

TEST_F(Summarise, CountsARunOnceWhoseSignaturesAreOneBug) {
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  const std::vector<Signature> signatures{store::signature_named("s1-aaaaaaaaaaaa"),
                                          store::signature_named("s1-bbbbbbbbbbbb")};
  const std::vector<Finding> both{
      at_lookup(FindingSource::address_sanitizer, "heap-use-after-free", signatures[0]),
      at_lookup(FindingSource::signal, "SIGSEGV", signatures[1])};
  for (std::uint64_t index = 0; index < 6; ++index) {
    RunRecord run = run_of(index, index < 2 ? 0 : 1, Outcome::crash);
    run.findings = index == 5 ? both : std::vector<Finding>{both[index < 2 ? 1 : 0]};
    ASSERT_TRUE(campaign->add_run(run, signatures));
  }
  const Result<CampaignSummary> summary = summarise(*campaign);
  ASSERT_TRUE(summary) << summary.error().message;
  ASSERT_EQ(summary->bugs.size(), 1U);
  const BugSummary& bug = summary->bugs[0];
  EXPECT_EQ(bug.runs, 6U);
  EXPECT_EQ(bug.runs_by_arm, (std::map<std::uint32_t, std::uint64_t>{{0, 2}, {1, 4}}));
  EXPECT_EQ(bug.bug.signatures, (std::vector<std::string>{"s1-aaaaaaaaaaaa", "s1-bbbbbbbbbbbb"}));
  ASSERT_EQ(bug.bug.links.size(), 1U);
  EXPECT_EQ(bug.bug.links[0].reason, "both in lookup (callinfo.cc)");
  EXPECT_FALSE(summary->unseen) << "both were seen twice and more: there is nothing to expect";
}

TEST_F(Summarise, SaysHowManySignaturesAreToBeExpected) {
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  for (std::uint64_t index = 0; index < 8; ++index) {
    // Four runs of one signature, and one of each of four others.
    const Signature signature =
        store::signature_named(index < 4 ? "s1-aaaaaaaaaaaa" : fmt::format("s1-{:012x}", index));
    ASSERT_TRUE(campaign->add_run(crash_of(index, 0, signature), {&signature, 1U}));
  }
  const Result<CampaignSummary> summary = summarise(*campaign);
  ASSERT_TRUE(summary && summary->unseen);
  EXPECT_EQ(summary->unseen->seen, 5U);
  EXPECT_EQ(summary->unseen->failures, 8U);
  EXPECT_DOUBLE_EQ(summary->unseen->next_is_new, 0.5) << "Good-Turing: 4 of 8";
  EXPECT_DOUBLE_EQ(summary->unseen->expected_more, 7.0 / 8 * 4 * 3 / 2)
      << "Chao1, bias-corrected, with f2 = 0";
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
