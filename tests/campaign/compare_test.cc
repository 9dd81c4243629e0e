#include "harness/campaign/compare.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/campaign/compare_campaigns.h"

namespace repro::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

OutcomeCounts counts(std::uint64_t crash, std::uint64_t hang, std::uint64_t fail, std::uint64_t ok) {
  return {crash, hang, fail, ok, 0};
}

ArmPair pair_of(const OutcomeCounts& a, const OutcomeCounts& b) {
  ArmPair pair;
  pair.label_a = "a";
  pair.label_b = "b";
  pair.counts_a = a;
  pair.counts_b = b;
  return pair;
}

Comparison compare(const OutcomeCounts& a, const OutcomeCounts& b, const CompareOptions& options = {}) {
  const std::vector<ArmPair> pairs{pair_of(a, b)};
  return compare_pairs(pairs, options).front();
}

TEST(Compare, CallsFewerCrashesForMoreSilentFailuresTraded) {
  const Comparison comparison = compare(counts(18, 2, 5, 0), counts(6, 0, 19, 0));
  EXPECT_EQ(comparison.verdict, Verdict::traded);
  EXPECT_NEAR(comparison.vectors.p_value, 2.5688551408e-4, 1e-13);
  EXPECT_NEAR(comparison.outcomes[0].adjusted_p, 0.0047014840, 1e-9);
  EXPECT_NEAR(comparison.outcomes[2].adjusted_p, 0.00066549216, 1e-9);
  EXPECT_TRUE(comparison.outcomes[0].is_significant);
  EXPECT_FALSE(comparison.outcomes[1].is_significant) << "two hangs fewer are chance";
  EXPECT_FALSE(comparison.outcomes[3].is_significant) << "ok did not move";
  EXPECT_DOUBLE_EQ(comparison.total_variation, 0.56);
  EXPECT_EQ(comparison.any_bad.difference, 0);
  ASSERT_TRUE(comparison.displacement);
  EXPECT_NEAR(comparison.displacement->fallen, 0.56, 1e-12);
  EXPECT_EQ(comparison.displacement->to_bad, 1);
  EXPECT_EQ(comparison.displacement->to_ok, 0);
}

TEST(Compare, SaysHowManyRunsWouldDecideWhereThereIsNoEvidence) {
  const Comparison comparison = compare(counts(0, 2, 0, 23), counts(0, 0, 0, 25));
  EXPECT_EQ(comparison.verdict, Verdict::no_evidence);
  ASSERT_TRUE(comparison.to_decide);
  EXPECT_EQ(comparison.to_decide->runs_per_side, 98U);
  EXPECT_EQ(comparison.to_decide->more_per_side, 73U);
  ASSERT_TRUE(comparison.detectable);
  EXPECT_FALSE(comparison.detectable->below) << "25 runs cannot tell 8 % from 0";
  EXPECT_TRUE(comparison.detectable->above);
}

TEST(Compare, AsksForNoRunsWhereTheRatesAreEqual) {
  const Comparison comparison = compare(counts(1, 0, 1, 23), counts(1, 0, 1, 23));
  EXPECT_EQ(comparison.verdict, Verdict::no_evidence);
  EXPECT_FALSE(comparison.to_decide);
}

TEST(Compare, TellsBetterFromFixedByTheBoundOfTheBadRate) {
  const Comparison better = compare(counts(0, 116, 0, 384), counts(0, 28, 0, 472));
  EXPECT_EQ(better.verdict, Verdict::better);
  EXPECT_GT(*better.bad_rate_bound, 0.01);
  const Comparison fixed = compare(counts(0, 116, 0, 384), counts(0, 0, 0, 500));
  EXPECT_EQ(fixed.verdict, Verdict::fixed);
  EXPECT_LE(*fixed.bad_rate_bound, 0.01);
  CompareOptions strict;
  strict.max_rate = 0.001;
  EXPECT_EQ(compare(counts(0, 116, 0, 384), counts(0, 0, 0, 500), strict).verdict, Verdict::better);
  EXPECT_EQ(compare(counts(0, 0, 0, 500), counts(0, 0, 0, 500)).verdict, Verdict::no_evidence)
      << "what never failed was not repaired";
}

TEST(Compare, TurnsEveryDirectedVerdictAroundWithTheArms) {
  EXPECT_EQ(compare(counts(0, 28, 0, 472), counts(0, 116, 0, 384)).verdict, Verdict::worse);
  EXPECT_EQ(compare(counts(6, 0, 19, 0), counts(18, 2, 5, 0)).verdict, Verdict::traded);
}

TEST(Compare, DoesNotCallItBetterWhenABadOutcomeRoseBesides) {
  // Far fewer bad runs in all, but hangs that were not there before.
  const Comparison comparison = compare(counts(90, 0, 0, 10), counts(5, 30, 0, 65));
  EXPECT_LT(comparison.any_bad.difference, 0);
  EXPECT_TRUE(comparison.any_bad.is_significant);
  EXPECT_EQ(comparison.verdict, Verdict::traded);
}

TEST(Compare, SaysChangedWhereNoSingleOutcomeCanBeNamed) {
  const Comparison comparison = compare(counts(10, 4, 0, 26), counts(1, 4, 6, 29));
  EXPECT_LE(comparison.vectors.p_value, 0.025);
  EXPECT_EQ(comparison.verdict, Verdict::changed);
}

TEST(Compare, FindsFiveOfFiftyAgainstNone) {
  EXPECT_EQ(compare(counts(5, 0, 0, 45), counts(0, 0, 0, 50)).verdict, Verdict::better);
}

TEST(Compare, SharesTheLevelBetweenSeveralVariants) {
  const ArmPair weak = pair_of(counts(5, 0, 0, 45), counts(0, 0, 0, 50));
  const ArmPair none = pair_of(counts(5, 0, 0, 45), counts(5, 0, 0, 45));
  const std::vector<ArmPair> pairs{weak, none, none};
  EXPECT_EQ(compare_pairs(pairs, {})[0].verdict, Verdict::no_evidence) << "0.035 times 3";
  const ArmPair strong = pair_of(counts(40, 0, 0, 10), counts(0, 0, 0, 50));
  const std::vector<ArmPair> with_strong{weak, strong};
  EXPECT_EQ(compare_pairs(with_strong, {})[1].verdict, Verdict::better);
}

TEST(Compare, HasNothingToSayWithoutRuns) {
  const Comparison comparison = compare({}, counts(3, 0, 0, 9));
  EXPECT_EQ(comparison.verdict, Verdict::no_evidence);
  EXPECT_FALSE(comparison.a.rate);
  EXPECT_FALSE(comparison.to_decide);
  EXPECT_EQ(compare(counts(3, 0, 0, 9), {}).verdict, Verdict::no_evidence);
}

ArmPair sequential_pair(std::size_t blocks, Outcome a, Outcome b) {
  ArmPair pair = pair_of({}, {});
  pair.rule = EvidenceRule::sequential;
  for (std::size_t i = 0; i < blocks; ++i) {
    // Every fifth run of both is ok.
    const OutcomeBlock block = i % 5 == 0 ? OutcomeBlock{Outcome::ok, Outcome::ok} : OutcomeBlock{a, b};
    pair.blocks.push_back(block);
    pair.counts_a.add(block.a);
    pair.counts_b.add(block.b);
  }
  return pair;
}

TEST(Compare, DecidesByTheBlocksAloneUnderTheSequentialRule) {
  const std::vector<ArmPair> pairs{sequential_pair(60, Outcome::hang, Outcome::ok),
                                   sequential_pair(60, Outcome::crash, Outcome::fail),
                                   sequential_pair(4, Outcome::hang, Outcome::ok)};
  const std::vector<Comparison> comparisons = compare_pairs(pairs, {});
  EXPECT_EQ(comparisons[0].verdict, Verdict::better);
  EXPECT_EQ(comparisons[0].blocks, 60U);
  ASSERT_TRUE(comparisons[0].any_bad.evidence.log_e);
  EXPECT_GT(*comparisons[0].any_bad.evidence.log_e, std::log(20));
  EXPECT_EQ(comparisons[1].verdict, Verdict::traded);
  EXPECT_EQ(comparisons[2].verdict, Verdict::no_evidence);
}

// --- from campaigns to pairs

RecordedCampaign campaign_of(const std::vector<ArmKey>& keys) {
  RecordedCampaign campaign;
  campaign.summary.file = "x.repro";
  campaign.summary.request.runs_per_arm = 25;
  for (const ArmKey& key : keys) {
    ArmSummary& arm = campaign.summary.arms.emplace_back();
    arm.id = static_cast<std::uint32_t>(campaign.summary.arms.size() - 1);
    arm.key = key;
    arm.counts = counts(1, 0, 0, 24);
  }
  return campaign;
}

std::vector<std::string> labels(const Result<std::vector<ArmPair>>& pairs) {
  std::vector<std::string> labels;
  if (!pairs) return {pairs.error().message};
  for (const ArmPair& pair : *pairs) labels.push_back(pair.label_a + " > " + pair.label_b);
  return labels;
}

TEST(SelectPairs, PairsVariantsWithinEachBuild) {
  const RecordedCampaign campaign = campaign_of({{"old", Sanitizer::plain, "os"},
                                                 {"old", Sanitizer::thread, "os"},
                                                 {"new", Sanitizer::plain, "os"},
                                                 {"new", Sanitizer::thread, "os"}});
  EXPECT_THAT(labels(select_pairs(campaign, {})),
              ElementsAre("old plain > new plain", "old thread > new thread"));
  EXPECT_THAT(labels(select_pairs(campaign, {{"new", "old"}, {Sanitizer::thread}, {}})),
              ElementsAre("new thread > old thread"));
  EXPECT_THAT(labels(select_pairs(campaign, {{"new"}, {Sanitizer::plain}, {}})),
              ElementsAre("new plain > old plain"));
  EXPECT_THAT(labels(select_pairs(campaign, {{"plain", "thread"}, {}, {}})),
              ElementsAre("old plain > old thread", "new plain > new thread"));
}

TEST(SelectPairs, RefusesUnknownNamesAndLonelyArms) {
  const RecordedCampaign campaign =
      campaign_of({{"old", Sanitizer::plain, "os"}, {"newer", Sanitizer::plain, "os"}});
  EXPECT_THAT(labels(select_pairs(campaign, {{"old", "newr"}, {}, {}})).front(),
              HasSubstr("did you mean 'newer'"));
  EXPECT_THAT(labels(select_pairs(campaign_of({{"old", Sanitizer::plain, "os"}}), {})).front(),
              HasSubstr("one arm only"));
  EXPECT_THAT(labels(select_pairs(campaign, {{}, {Sanitizer::thread}, {}})).front(),
              HasSubstr("no two arms"));
}

TEST(SelectPairs, TakesTheSequentialRuleUnlessTheNumberOfRunsWasFixed) {
  RecordedCampaign campaign = campaign_of({{"old", Sanitizer::plain, "os"}, {"new", Sanitizer::plain, "os"}});
  campaign.runs[0] = {{0, Outcome::crash}, {1, Outcome::ok}, {2, Outcome::infra}};
  campaign.runs[1] = {{0, Outcome::ok}, {1, Outcome::ok}, {2, Outcome::ok}, {3, Outcome::ok}};
  EXPECT_EQ(select_pairs(campaign, {})->front().rule, EvidenceRule::fixed_sample);
  campaign.summary.state = CampaignState::stopped_early;
  const ArmPair stopped = select_pairs(campaign, {})->front();
  EXPECT_EQ(stopped.rule, EvidenceRule::sequential);
  EXPECT_THAT(stopped.blocks, SizeIs(2))
      << "a run without its like, or one that says nothing, makes no block";
  EXPECT_EQ(stopped.blocks[0].a, Outcome::crash);
  const ArmPair forced = select_pairs(campaign, {{}, {}, EvidenceRule::fixed_sample})->front();
  EXPECT_EQ(forced.rule, EvidenceRule::fixed_sample);
  EXPECT_THAT(forced.warnings, ElementsAre(HasSubstr("not fixed beforehand")));
}

TEST(MatchCampaigns, PairsArmsOfEqualBuildAndNamesTheFiles) {
  RecordedCampaign before =
      campaign_of({{"test", Sanitizer::plain, "os"}, {"test", Sanitizer::thread, "os"}});
  RecordedCampaign after = campaign_of({{"test2", Sanitizer::thread, "os"}});
  before.summary.file = "out/before.repro";
  after.summary.file = "out/after.repro";
  EXPECT_THAT(labels(match_campaigns(before, after, {})), ElementsAre("before:test thread > after:test2"));
  after.summary.arms.front().key.sanitizer = Sanitizer::memory;
  EXPECT_THAT(labels(match_campaigns(before, after, {})).front(), HasSubstr("has its like"));
}

TEST(DifferingConditions, NameTheMachinesAndTheMissingInterleaving) {
  CampaignSummary a;
  CampaignSummary b;
  EXPECT_THAT(differing_conditions(a, b), ElementsAre(HasSubstr("not interleaved")));
  a.machine["cores"] = "2";
  b.machine["cores"] = "64";
  b.request.jobs = 8;
  EXPECT_THAT(
      differing_conditions(a, b),
      ElementsAre(HasSubstr("cores 2 and 64"), HasSubstr("not interleaved"), HasSubstr("--jobs 1 and 8")));
}

}  // namespace
}  // namespace repro::campaign
