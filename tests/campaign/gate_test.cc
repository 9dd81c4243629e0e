#include "harness/campaign/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/campaign/gate_input.h"
#include "harness/campaign/run_budget.h"
#include "tests/store/campaign_fixture.h"

namespace repro::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

GatedArm gate(std::uint64_t failures, std::uint64_t runs, GateRule rule, const GateLimits& limits = {},
              const std::optional<BaseRate>& base = {}) {
  GateInput input;
  input.label = "fixed";
  input.failures = failures;
  input.runs = runs;
  input.rule = rule;
  input.base = base;
  const std::vector<GateInput> inputs{input};
  return decide_gates(inputs, limits).front();
}

TEST(Gate, PassesACleanProgramAfter299RunsOr328Watched) {
  EXPECT_EQ(gate(0, 299, GateRule::fixed_sample).verdict, GateVerdict::passed);
  EXPECT_EQ(gate(0, 298, GateRule::fixed_sample).verdict, GateVerdict::inconclusive);
  EXPECT_EQ(gate(0, 328, GateRule::sequential).verdict, GateVerdict::passed);
  EXPECT_EQ(gate(0, 327, GateRule::sequential).verdict, GateVerdict::inconclusive);
}

TEST(Gate, SaysHowManyCleanRunsAreMissing) {
  EXPECT_EQ(gate(0, 100, GateRule::fixed_sample).more_clean_runs, 199U);
  EXPECT_EQ(gate(1, 299, GateRule::fixed_sample).more_clean_runs, 174U) << "473 with one failure";
  EXPECT_EQ(gate(0, 300, GateRule::sequential).more_clean_runs, 28U);
  EXPECT_FALSE(gate(0, 299, GateRule::fixed_sample).more_clean_runs);
}

TEST(Gate, FailsOnlyWhereTheRateIsShownToBeTooHigh) {
  EXPECT_EQ(gate(1, 25, GateRule::fixed_sample).verdict, GateVerdict::inconclusive) << "1 of 25 may be 1 %";
  EXPECT_EQ(gate(3, 25, GateRule::fixed_sample).verdict, GateVerdict::failed);
  EXPECT_EQ(gate(6, 100, GateRule::sequential).verdict, GateVerdict::failed);
  EXPECT_EQ(gate(2, 100, GateRule::sequential).verdict, GateVerdict::inconclusive);
}

TEST(Gate, CountsAsEngineersDo) {
  GateLimits limits;
  limits.min_runs = 500;
  EXPECT_EQ(gate(0, 500, GateRule::counted, limits).verdict, GateVerdict::passed);
  EXPECT_NEAR(*gate(0, 500, GateRule::counted, limits).upper_bound, 0.006, 0.0001) << "what 0 in 500 shows";
  EXPECT_EQ(gate(0, 499, GateRule::counted, limits).verdict, GateVerdict::inconclusive);
  EXPECT_EQ(gate(0, 499, GateRule::counted, limits).more_clean_runs, 1U);
  EXPECT_EQ(gate(1, 20, GateRule::counted, limits).verdict, GateVerdict::failed);
}

TEST(Gate, SaysWhetherTheCodeBeforeTheFixWouldPass) {
  GateLimits limits;
  limits.min_runs = 10;
  const GatedArm weak = gate(0, 10, GateRule::counted, limits, BaseRate{"pre-fix (25/100)", 0.25});
  ASSERT_TRUE(weak.power);
  EXPECT_NEAR(weak.power->refused, 1 - 0.0563135, 1e-6) << "1 - 0.75^10";
  EXPECT_THAT(weak.warnings, ElementsAre(HasSubstr("chance of 0.056")));
  const GatedArm strong = gate(0, 300, GateRule::fixed_sample, {}, BaseRate{"pre-fix (25/100)", 0.25});
  EXPECT_GT(strong.power->refused, 0.999999);
  EXPECT_THAT(strong.warnings, IsEmpty());
  const GatedArm short_of_runs = gate(0, 20, GateRule::fixed_sample, {}, BaseRate{"pre-fix", 0.25});
  EXPECT_FALSE(short_of_runs.power);
  EXPECT_THAT(short_of_runs.warnings, ElementsAre(HasSubstr("cannot pass")));
}

TEST(Gate, IsInconclusiveWithoutRuns) {
  const GatedArm arm = gate(0, 0, GateRule::sequential);
  EXPECT_EQ(arm.verdict, GateVerdict::inconclusive);
  EXPECT_FALSE(arm.upper_bound);
  EXPECT_EQ(overall_verdict({}), GateVerdict::inconclusive);
}

TEST(Gate, FailsWithOneArmAndPassesWithAll) {
  const auto verdict_of = [](std::vector<GateVerdict> verdicts) {
    std::vector<GatedArm> arms;
    for (const GateVerdict verdict : verdicts) arms.emplace_back().verdict = verdict;
    return overall_verdict(arms);
  };
  EXPECT_EQ(verdict_of({GateVerdict::passed, GateVerdict::passed}), GateVerdict::passed);
  EXPECT_EQ(verdict_of({GateVerdict::passed, GateVerdict::inconclusive}), GateVerdict::inconclusive);
  EXPECT_EQ(verdict_of({GateVerdict::failed, GateVerdict::inconclusive}), GateVerdict::failed);
}

// --- from a campaign to the question

class GateInputTest : public store::InFolder {};

TEST_F(GateInputTest, CountsOutcomesAndSignaturesOfCountedRuns) {
  const Signature signature = store::signature_named("s1-000000000001");
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  ASSERT_TRUE(campaign->add_run(store::crash_of(0, 0, signature), {&signature, 1U}));
  ASSERT_TRUE(campaign->add_run(store::run_of(1, 0, Outcome::hang), {}));
  ASSERT_TRUE(campaign->add_run(store::run_of(2, 0, Outcome::ok), {}));
  ASSERT_TRUE(campaign->add_run(store::run_of(3, 0, Outcome::infra), {}));

  GateSelection selection;
  selection.variants = {"all"};
  const auto failures_of = [&](const GateSelection& wanted) {
    const Result<GateQuestion> question = read_gate_question(*campaign, wanted);
    EXPECT_TRUE(question) << question.error().message;
    EXPECT_EQ(question->arms.front().runs, 3U) << "infra counts nowhere";
    return question->arms.front().failures;
  };
  EXPECT_EQ(failures_of(selection), 2U);
  selection.outcomes = {Outcome::hang};
  EXPECT_EQ(failures_of(selection), 1U);
  selection.outcomes.clear();
  selection.signature = "s1-0000";
  EXPECT_EQ(failures_of(selection), 1U);
  selection.signature = "s1-ffffffffffff";
  EXPECT_EQ(failures_of(selection), 0U) << "a bug that is gone";
  selection.signature = "s1-ffff";
  EXPECT_FALSE(read_gate_question(*campaign, selection)) << "the start of an id that is nowhere";
}

TEST_F(GateInputTest, WarnsWhenNothingInTheCampaignCouldFail) {
  Result<store::Store> campaign = create();
  ASSERT_TRUE(campaign);
  ASSERT_TRUE(campaign->add_run(store::run_of(0, 0, Outcome::ok), {}));
  GateSelection selection;
  selection.variants = {"all"};
  const Result<GateQuestion> question = read_gate_question(*campaign, selection);
  ASSERT_TRUE(question) << question.error().message;
  EXPECT_THAT(question->warnings, ElementsAre(HasSubstr("nothing shows that the gate can fail")));
  selection.base_rate = 0.25;
  EXPECT_THAT(read_gate_question(*campaign, selection)->warnings, IsEmpty());
}

// --- before the first run

TEST(PlanRuns, TellsWhatGatesComparisonsAndBudgetsNeed) {
  BudgetQuestion question;
  question.base_rate = 0.2;
  question.target_rates = {0.02, 0.2};
  question.max_rates = {0.01};
  question.budgets = {100};
  const RunBudget budget = plan_runs(question);
  ASSERT_THAT(budget.gates, SizeIs(1));
  EXPECT_EQ(budget.gates[0].fixed_runs, 299U);
  EXPECT_EQ(budget.gates[0].sequential_runs, 328U);
  ASSERT_THAT(budget.comparisons, SizeIs(2)) << "80 and 90 %; equal rates cannot be told apart";
  EXPECT_EQ(budget.comparisons[0].runs_per_arm, 52U);
  EXPECT_GT(budget.comparisons[1].runs_per_arm, 52U);
  ASSERT_THAT(budget.budgets, SizeIs(1));
  EXPECT_NEAR(budget.budgets[0].bound_if_clean, 0.0295, 0.0001);
  EXPECT_GT(budget.budgets[0].bound_if_clean_sequential, budget.budgets[0].bound_if_clean);
  EXPECT_TRUE(budget.budgets[0].below);
  question.allowed_failures = 1;
  EXPECT_EQ(plan_runs(question).gates[0].fixed_runs, 473U);
  EXPECT_FALSE(plan_runs(question).gates[0].sequential_runs);
}

}  // namespace
}  // namespace repro::campaign
