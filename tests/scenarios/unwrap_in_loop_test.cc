// The tiny compiler by itself: which program it compiles wrongly, and what it shows of that.

#include <string>
#include <tuple>

#include "scenarios/unwrap-in-loop/programs.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/built_scenario.h"

namespace repro::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(UnwrapInLoop, AnswersInEachBuildWhatItsScenarioFileSays) {
  const campaign::Scenario unwrap = built_scenario("unwrap-in-loop");
  for (const campaign::ScenarioVariant& variant : unwrap.variants) {
    for (const Sanitizer build : unwrap.builds) {
      SCOPED_TRACE(variant.name + " " + std::string(to_string(build)));
      ASSERT_EQ(variant.expect.size(), 1U);
      const SubjectRun run = run_program("unwrap-in-loop", variant.arguments, build);
      EXPECT_EQ(run.exit_code, 0) << "silent and wrong, or right";
      EXPECT_EQ(run.standard_error, "") << "no detector says anything";
      EXPECT_EQ(run.standard_output, variant.expect[0] == Outcome::ok ? "211\n" : "0\n");
    }
  }
}

TEST(UnwrapInLoop, IsWrongOnlyWhereAllThreeConditionsMeet) {
  for (const unwrap_in_loop::NamedProgram& program : unwrap_in_loop::all_programs()) {
    for (const std::string variant : {"macro-match", "fresh-temp", "no-hoist", "intrinsic"}) {
      const SubjectRun run =
          run_program("unwrap-in-loop", {"--variant=" + variant, "--program=" + std::string(program.name)});
      const bool is_wrong = program.name == "loop" && variant != "intrinsic";
      EXPECT_EQ(run.standard_output, is_wrong ? "0\n" : "211\n") << variant << " " << program.name;
    }
  }
}

TEST(UnwrapInLoopDump, ShowsThatTheLoopDoesNotCarryTheSubjectOfTheMacro) {
  const SubjectRun run = run_program("unwrap-in-loop", {"--variant=macro-match", "--dump=ast,ir"});
  EXPECT_THAT(run.standard_output, HasSubstr("| loop1(%answer3, %power4):\n"));
  EXPECT_THAT(run.standard_output, HasSubstr("macro unwrap! of tokens [subject]"));
  EXPECT_THAT(run.standard_output, MatchesRegex(".*assign answer +\\| +if some %const1 then .*"));
}

TEST(UnwrapInLoopDump, ShowsThatTheLoopCarriesTheSubjectOfTheIntrinsic) {
  const SubjectRun run = run_program("unwrap-in-loop", {"--variant=intrinsic", "--dump=ir"});
  EXPECT_THAT(run.standard_output, HasSubstr("loop1(%answer3, %subject4, %power5):\n"));
  EXPECT_THAT(run.standard_output, HasSubstr("= unwrap %subject4\n"));
  EXPECT_THAT(run.standard_output, Not(HasSubstr("|"))) << "one column alone";
}

class UnwrapInLoopSource : public ::testing::Test {
 protected:
  /// Compiles `text` as a user's file.
  static SubjectRun compile(const std::string& text) {
    const std::string path = ::testing::TempDir() + "unwrap_in_loop_" +
                             ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".tiny";
    std::FILE* file = std::fopen(path.c_str(), "w");
    EXPECT_NE(file, nullptr);
    std::fputs(text.c_str(), file);
    std::fclose(file);
    SubjectRun run = run_program("unwrap-in-loop", {"--variant=intrinsic", "--source=" + path});
    EXPECT_EQ(std::remove(path.c_str()), 0);
    return run;
  }
};

TEST_F(UnwrapInLoopSource, PanicsOnNone) {
  const SubjectRun run = compile("let x = None; return x!;");
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.standard_error, HasSubstr("unwrap of None"));
}

TEST_F(UnwrapInLoopSource, NestsUnwrapsAndLoops) {
  const SubjectRun run = compile(
      "let n = 0; let sum = Some(1);\n"
      "while n < 3 { let m = 0; while m < n { sum = Some(sum! * 2 + 1 * m); m = m + 1; } n = n + 1; }\n"
      "return (sum)! + 0;");
  EXPECT_EQ(run.standard_output, "9\n") << "1, then 2, 4, 9";
}

TEST_F(UnwrapInLoopSource, ThatIsWrongIsAnErrorWithItsLine) {
  for (const std::string text :
       {"return y;", "let x = ;", "let x = 1", "", "return Some(1);", "let x = 1; let x = 2; return x;",
        "while 1 { return 2; } return 1;", "return 12345678901234567890;",
        "return match 1 { Some(a) => a, None => 2 };"}) {
    const SubjectRun run = compile(text);
    EXPECT_EQ(run.exit_code, 2) << text;
    EXPECT_THAT(run.standard_error, MatchesRegex("unwrap-in-loop: [^\n]+\n")) << text;
  }
}

TEST(UnwrapInLoopOptions, ThatAreWrongEndWithTwoAndOneLine) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--variant=nobody"},
                                             {"--variant=intrinsic", "--program=x"},
                                             {"--variant=intrinsic", "--dump=tea"},
                                             {"--variant=intrinsic", "--source=/nowhere"},
                                             {"stray"}}) {
    const SubjectRun run = run_program("unwrap-in-loop", arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.standard_output, "");
    EXPECT_THAT(run.standard_error, MatchesRegex("unwrap-in-loop: [^\n]+\n"));
  }
}

}  // namespace
}  // namespace repro::test
