// The catalogue by itself: every repaired twin is clean in every build, and the bugs that need no luck show.

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/built_scenario.h"

namespace repro::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class ClassicTwins : public ::testing::TestWithParam<Sanitizer> {};

TEST_P(ClassicTwins, ThatAreRepairedAreRightAndNoDetectorSpeaks) {
  int twins = 0;
  for (const campaign::ScenarioVariant& variant : built_scenario("classics").variants) {
    if (!variant.name.ends_with("-repaired")) continue;
    ++twins;
    const SubjectRun run = run_program("classics", variant.arguments, GetParam());
    EXPECT_EQ(run.exit_code, 0) << variant.name;
    EXPECT_EQ(run.standard_output, "right\n") << variant.name;
    EXPECT_EQ(run.standard_error, "") << variant.name;
  }
  EXPECT_EQ(twins, 22);
}

INSTANTIATE_TEST_SUITE_P(EachBuild, ClassicTwins,
                         ::testing::Values(Sanitizer::plain, Sanitizer::address, Sanitizer::thread),
                         [](const auto& instance) { return std::string(to_string(instance.param)); });

/// A hang cannot be proved by waiting; what must hang in every run is still there after this bound.
TEST(ClassicBugs, ThatNeedNoLuckHang) {
  for (const std::string name : {"self-deadlock", "polite-livelock"}) {
    const SubjectRun run =
        run_program("classics", {name}, Sanitizer::plain, {.whole = std::chrono::milliseconds{500}});
    EXPECT_TRUE(run.was_still_running) << name;
  }
}

TEST(ClassicBugs, ThatNeedNoLuckAreReported) {
  EXPECT_THAT(run_program("classics", {"thread-leak"}, Sanitizer::thread).standard_error,
              HasSubstr("thread leak"));
  EXPECT_THAT(run_program("classics", {"lost-update"}, Sanitizer::thread).standard_error,
              HasSubstr("data race"));
  EXPECT_THAT(run_program("classics", {"double-checked-locking"}, Sanitizer::thread).standard_error,
              HasSubstr("data race"));
  EXPECT_THAT(run_program("classics", {"order-violation-100"}, Sanitizer::address).standard_error,
              HasSubstr("SEGV"));
}

TEST(ClassicBugs, OfPriorityAreWrongByTheWorkThatWasDoneMeanwhile) {
  const SubjectRun run = run_program("classics", {"priority-inversion"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.standard_output, "wrong\n");
}

TEST(ClassicsScenarioFile, HasEveryBugOfTheProgramAndItsTwin) {
  const std::string help = run_program("classics", {"--help"}).standard_output;
  const campaign::Scenario classics = built_scenario("classics");
  EXPECT_EQ(std::count(help.begin(), help.end(), '\n') - 2, static_cast<long>(classics.variants.size()) / 2);
  for (const campaign::ScenarioVariant& variant : classics.variants) {
    EXPECT_THAT(help, HasSubstr("\n  " + variant.arguments.at(0) + " "));
  }
}

TEST(ClassicsOptions, ThatAreWrongEndWithTwoAndOneLine) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {}, {"nobody"}, {"lost-update", "--mended"}, {"lost-update", "--repaired", "stray"}}) {
    const SubjectRun run = run_program("classics", arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.standard_output, "");
    EXPECT_THAT(run.standard_error, MatchesRegex("classics: [^\n]+\n"));
  }
}

}  // namespace
}  // namespace repro::test
