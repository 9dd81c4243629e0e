// The catalogue by itself: every repaired twin is clean in every build, and the bugs that need no luck show.

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/campaign/scenario.h"
#include "tests/scenarios/subject_run.h"

namespace repro::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

campaign::Scenario scenario() {
  const Result<campaign::Scenario> loaded =
      campaign::load_scenario(REPRO_TEST_BUILD_DIR "/lib/repro/scenarios/classics/scenario.json");
  EXPECT_TRUE(loaded) << loaded.error().message;
  return *loaded;
}

SubjectRun run_classic(std::vector<std::string> arguments, Sanitizer build = Sanitizer::plain,
                       const SubjectBounds& bounds = {}) {
  arguments.insert(arguments.begin(), campaign::program_path(scenario(), build));
  return run_subject(arguments, bounds);
}

class ClassicTwins : public ::testing::TestWithParam<Sanitizer> {};

TEST_P(ClassicTwins, ThatAreRepairedAreRightAndNoDetectorSpeaks) {
  int twins = 0;
  for (const campaign::ScenarioVariant& variant : scenario().variants) {
    if (!variant.name.ends_with("-repaired")) continue;
    ++twins;
    const SubjectRun run = run_classic(variant.arguments, GetParam());
    EXPECT_EQ(run.exit_code, 0) << variant.name;
    EXPECT_EQ(run.standard_output, "right\n") << variant.name;
    EXPECT_EQ(run.standard_error, "") << variant.name;
  }
  EXPECT_EQ(twins, 20);
}

INSTANTIATE_TEST_SUITE_P(EachBuild, ClassicTwins,
                         ::testing::Values(Sanitizer::plain, Sanitizer::address, Sanitizer::thread),
                         [](const auto& instance) { return std::string(to_string(instance.param)); });

/// A hang cannot be proved by waiting; what must hang in every run is still there after this bound.
TEST(ClassicBugs, ThatNeedNoLuckHang) {
  for (const std::string name : {"self-deadlock", "polite-livelock"}) {
    const SubjectRun run = run_classic({name}, Sanitizer::plain, {.whole = std::chrono::milliseconds{500}});
    EXPECT_TRUE(run.was_still_running) << name;
  }
}

TEST(ClassicBugs, ThatNeedNoLuckAreReported) {
  EXPECT_THAT(run_classic({"thread-leak"}, Sanitizer::thread).standard_error, HasSubstr("thread leak"));
  EXPECT_THAT(run_classic({"lost-update"}, Sanitizer::thread).standard_error, HasSubstr("data race"));
  EXPECT_THAT(run_classic({"double-checked-locking"}, Sanitizer::thread).standard_error,
              HasSubstr("data race"));
  EXPECT_THAT(run_classic({"order-violation-100"}, Sanitizer::address).standard_error, HasSubstr("SEGV"));
}

TEST(ClassicsScenarioFile, HasEveryBugOfTheProgramAndItsTwin) {
  const std::string help = run_classic({"--help"}).standard_output;
  const campaign::Scenario classics = scenario();
  EXPECT_EQ(std::count(help.begin(), help.end(), '\n') - 2, static_cast<long>(classics.variants.size()) / 2);
  for (const campaign::ScenarioVariant& variant : classics.variants) {
    EXPECT_THAT(help, HasSubstr("\n  " + variant.arguments.at(0) + " "));
  }
}

TEST(ClassicsOptions, ThatAreWrongEndWithTwoAndOneLine) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {}, {"nobody"}, {"lost-update", "--mended"}, {"lost-update", "--repaired", "stray"}}) {
    const SubjectRun run = run_classic(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.standard_output, "");
    EXPECT_THAT(run.standard_error, MatchesRegex("classics: [^\n]+\n"));
  }
}

}  // namespace
}  // namespace repro::test
