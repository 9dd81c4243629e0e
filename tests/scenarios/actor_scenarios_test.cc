// The scenarios on the actor runtime, run directly: does each variant do what its scenario file says, in each
// build?

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/built_scenario.h"

namespace repro::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

using Cell = std::tuple<std::tuple<const char*, const char*>, Sanitizer>;

class RepairedVariant : public ::testing::TestWithParam<Cell> {};

TEST_P(RepairedVariant, EndsWellAndNoDetectorSaysAnything) {
  const auto [variant, build] = GetParam();
  for (int i = 0; i < 5; ++i) {
    const SubjectRun run = run_variant(std::get<0>(variant), std::get<1>(variant), build);
    SCOPED_TRACE(run.standard_output);
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.standard_output, HasSubstr("ok: "));
    EXPECT_EQ(run.standard_error, "");
  }
}

std::string cell_name(const ::testing::TestParamInfo<Cell>& instance) {
  const auto& [variant, build] = instance.param;
  std::string name = std::string(std::get<0>(variant)) + "_" + std::get<1>(variant);
  std::replace(name.begin(), name.end(), '-', '_');
  return name + "_" + std::string(to_string(build));
}

INSTANTIATE_TEST_SUITE_P(EachBuild, RepairedVariant,
                         ::testing::Combine(::testing::Values(std::tuple("actor-task-loss", "recv-queue"),
                                                              std::tuple("actor-task-loss", "claim-first"),
                                                              std::tuple("async-mutex", "checked-park"),
                                                              std::tuple("async-rwlock", "one-section")),
                                            ::testing::Values(Sanitizer::plain, Sanitizer::address,
                                                              Sanitizer::thread)),
                         cell_name);

// Of a thousand crashes in a run each loses the actor with a chance of some per cent (see the page), so that
// a run which survives them all is not to be expected, and none was seen.
class BrokenWakeUp : public ::testing::TestWithParam<const char*> {};

TEST_P(BrokenWakeUp, LosesTheRestartedActorAndTheDumpSaysSo) {
  const SubjectRun run = run_variant(
      "actor-task-loss", GetParam(), Sanitizer::plain, {"--cycles=1000", "--words=2000"},
      {.text = "stopping both", .after_text = std::chrono::milliseconds(1000), .ask_to_end = true});
  EXPECT_TRUE(run.was_still_running);
  EXPECT_THAT(run.standard_output, HasSubstr("main: waits for the reply of 'restarted' to stop"));
  EXPECT_THAT(run.standard_output, HasSubstr("workers: 2 of 2 idle, 0 tasks in the run queue"));
  EXPECT_THAT(run.standard_output, ContainsRegex("task 'restarted': NOWHERE: .*; [0-9]+ messages"));
  EXPECT_THAT(run.standard_output, HasSubstr("task 'peer': rests in the poller's table"));
}

INSTANTIATE_TEST_SUITE_P(EachVariant, BrokenWakeUp,
                         ::testing::Values("pipe-oneshot", "conditional-write", "no-event-delete",
                                           "drain-on-wake"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ActorScenarioFiles, NameEveryVariantOfTheirPrograms) {
  for (const char* name : {"actor-task-loss", "async-mutex", "async-rwlock"}) {
    const campaign::Scenario scenario = built_scenario(name);
    const SubjectRun help = run_subject({campaign::program_path(scenario, Sanitizer::plain), "--help"});
    std::string names;
    for (const campaign::ScenarioVariant& variant : scenario.variants) {
      names += (names.empty() ? "" : ", ") + variant.name;
    }
    EXPECT_THAT(help.standard_output, HasSubstr("variants: " + names + "\n"));
  }
}

TEST(ActorScenarioOptions, ThatAreWrongEndWithTwoAndOneLine) {
  const std::string program = campaign::program_path(built_scenario("async-mutex"), Sanitizer::plain);
  for (std::vector<std::string> arguments : std::vector<std::vector<std::string>>{
           {},
           {"--variant=nobody"},
           {"--variant=checked-park", "--workers=0"},
           {"--variant=checked-park", "--rounds=many"},
           {"--variant=checked-park", "--rounds"},
           {"--variant=checked-park", "--speed=9"},
           {"stray"},
       }) {
    arguments.insert(arguments.begin(), program);
    const SubjectRun run = run_subject(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.standard_error;
    EXPECT_EQ(run.standard_output, "");
    EXPECT_THAT(run.standard_error, MatchesRegex("async-mutex: [^\n]+\n"));
  }
}

}  // namespace
}  // namespace repro::test
