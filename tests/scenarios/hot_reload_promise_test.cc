// The runtime by itself: the invariants, which fail in every run, and the repair, which holds under the same
// help that makes the crash appear.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/built_scenario.h"

namespace repro::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// Collections so far apart that none happens: what is left is the invariants alone, and no luck.
constexpr const char* kNeverCollects = "--collect=1000000000000";

TEST(HotReloadPromise, IsWholeInEachBuildWhenTheSetterAndTheGuardProtectIt) {
  for (const Sanitizer build : built_scenario("hot-reload-promise").builds) {
    for (const std::string collect : {"--collect=always", kNeverCollects}) {
      SCOPED_TRACE(std::string(to_string(build)) + " " + collect);
      const SubjectRun run = run_program("hot-reload-promise", {"--variant=protected", collect}, build);
      EXPECT_EQ(run.exit_code, 0) << run.standard_output;
      EXPECT_EQ(run.standard_error, "") << "no detector says anything";
      EXPECT_THAT(run.standard_output, HasSubstr("10 reloads, "));
      EXPECT_THAT(run.standard_output, HasSubstr("reload 7: unexpected <<<<<<<\n"))
          << "what the polling is for";
      EXPECT_THAT(run.standard_output, HasSubstr(", 0 violations\n"));
    }
  }
}

TEST(HotReloadPromise, ViolatesTheInvariantOfTheFieldWithoutAnyCollection) {
  for (const std::string variant : {"unprotected", "unbalanced"}) {
    const SubjectRun run = run_program("hot-reload-promise", {"--variant=" + variant, kNeverCollects});
    EXPECT_EQ(run.exit_code, 1) << variant;
    EXPECT_THAT(
        run.standard_output,
        HasSubstr("violated after 1 reloads: the field is set, so its promise must be protected once"));
    EXPECT_THAT(run.standard_output, HasSubstr(" 0 collections, "));
  }
}

TEST(HotReloadPromise, ViolatesTheInvariantOfTheLocalAfterAReentrantTick) {
  const SubjectRun run = run_program("hot-reload-promise", {"--variant=no-local-guard", kNeverCollects});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.standard_output,
              HasSubstr("violated after 1 reloads: the loop reads its local after a tick"));
}

TEST(HotReloadPromise, IsReadAfterItWasFreedWhenEveryTickCollects) {
  const SubjectRun run =
      run_program("hot-reload-promise", {"--variant=unprotected", "--oracle=crash", "--collect=always"},
                  Sanitizer::address);
  EXPECT_THAT(run.standard_error, HasSubstr("AddressSanitizer: heap-use-after-free"));
  EXPECT_THAT(run.standard_error, HasSubstr("Heap::sweep"));
}

TEST(HotReloadPromiseOptions, ThatAreWrongEndWithTwoAndOneLine) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--variant=nobody"},
                                             {"--variant=protected", "--collect=0"},
                                             {"--variant=protected", "--collect=often"},
                                             {"--variant=protected", "--oracle=delphi"},
                                             {"stray"}}) {
    const SubjectRun run = run_program("hot-reload-promise", arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.standard_output, "");
    EXPECT_THAT(run.standard_error, MatchesRegex("hot-reload-promise: [^\n]+\n"));
  }
}

TEST(HotReloadPromiseScenarioFile, NamesEveryVariantOfTheProgram) {
  const SubjectRun run = run_program("hot-reload-promise", {"--help"});
  for (const campaign::ScenarioVariant& variant : built_scenario("hot-reload-promise").variants) {
    ASSERT_FALSE(variant.arguments.empty());
    EXPECT_THAT(run.standard_output, HasSubstr("\n  " + variant.arguments[0].substr(10) + " "));
  }
}

}  // namespace
}  // namespace repro::test
