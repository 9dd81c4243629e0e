// `repro run --resume`: goes on with a campaign, and only with that one.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ResumeTest : public CliTest {
 protected:
  /// Runs that were really executed, in all sessions.
  [[nodiscard]] std::size_t executed() const {
    return test::lines(test::contents(folder_.file("executed"))).size();
  }
  std::string subject_ = folder_.script("subject", "echo >>" + folder_.file("executed") + "; exit 1");
};

TEST_F(ResumeTest, AddsNothingToACompleteCampaign) {
  EXPECT_EQ(run({"--runs=3", "--", subject_}).exit_code, 10);
  const ToolResult again = run({"--resume"});
  EXPECT_EQ(again.exit_code, 10) << again.err;
  EXPECT_THAT(again.out, HasSubstr("3/3")) << "the table is shown again";
  EXPECT_EQ(executed(), 3U);
  EXPECT_EQ(stored()["campaign"]["state"], "complete");
}

TEST_F(ResumeTest, OfACompleteCampaignRunsNoReferenceAgain) {
  const std::string reference =
      folder_.script("reference", "echo >>" + folder_.file("references") + "; echo result");
  const std::string same = folder_.script("same", "echo result");
  EXPECT_EQ(run({"--runs=2", "--reference=" + reference, "--", same}).exit_code, 0);
  const ToolResult again = run({"--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("all of its runs are done already"));
  EXPECT_EQ(test::lines(test::contents(folder_.file("references"))).size(), 1U);
}

TEST_F(ResumeTest, AddsNothingToACampaignWhoseStopRuleHasFired) {
  EXPECT_EQ(run({"--runs=10", "--stop-after=2", "--", subject_}).exit_code, 10);
  EXPECT_EQ(run({"--resume"}).exit_code, 10);
  EXPECT_EQ(executed(), 2U);
  EXPECT_EQ(stored()["campaign"]["state"], "stopped-early");
}

TEST_F(ResumeTest, StartsTheCampaignThatIsNotThereYet) {
  const ToolResult result = run({"--resume", "--runs=2", "--", subject_});
  EXPECT_EQ(result.exit_code, 10);
  EXPECT_THAT(result.err, HasSubstr("no campaign in 'x.repro' yet: starting it"));
  EXPECT_EQ(executed(), 2U);
}

TEST_F(ResumeTest, AcceptsTheSameRequestAgain) {
  EXPECT_EQ(run({"--runs=2", "--seed=5", "--", subject_}).exit_code, 10);
  EXPECT_EQ(run({"--resume", "--runs=2", "--seed=5", "--jobs=2", "--", subject_}).exit_code, 10);
  EXPECT_EQ(run({"--resume", "--runs=2", "--", subject_}).exit_code, 10)
      << "a seed that is not named may differ";
  EXPECT_EQ(executed(), 2U);
}

TEST_F(ResumeTest, RefusesAnotherRequestAndNamesWhatDiffers) {
  EXPECT_EQ(run({"--runs=2", "--seed=5", "--", subject_}).exit_code, 10);
  const ToolResult runs = run({"--resume", "--runs=3", "--", subject_});
  EXPECT_EQ(runs.exit_code, 2);
  EXPECT_THAT(runs.out, IsEmpty());
  EXPECT_THAT(runs.err, HasSubstr("'x.repro' is another campaign"));
  EXPECT_THAT(runs.err, HasSubstr("runs_per_arm"));
  const ToolResult seed = run({"--resume", "--runs=2", "--seed=6", "--", subject_});
  EXPECT_EQ(seed.exit_code, 2);
  EXPECT_THAT(seed.err, HasSubstr("seed"));
  EXPECT_EQ(executed(), 2U);
  EXPECT_EQ(stored()["campaign"]["state"], "complete") << "a refused request changes nothing";
}

TEST_F(ResumeTest, AnExistingFileIsNotOverwritten) {
  EXPECT_EQ(run({"--runs=2", "--", subject_}).exit_code, 10);
  const ToolResult result = run({"--runs=2", "--", subject_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--resume"));
  EXPECT_EQ(executed(), 2U) << "the refusal comes before the first run";
}

TEST_F(ResumeTest, AFileThatCannotBeMadeIsRefusedBeforeAnythingRuns) {
  const std::string reference = "--reference=" + folder_.script("reference", "echo >ran");
  const auto attempt = [&](const std::string& out) {
    return tool({"run", "--no-canaries", "--out=" + out, reference, "--", subject_});
  };
  const ToolResult absent = attempt("nowhere/x.repro");
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_THAT(absent.err, HasSubstr("there is no folder 'nowhere'"));
  EXPECT_THAT(attempt("subject/x.repro").err, HasSubstr("'subject' is not a folder"));
  std::filesystem::create_directory(folder_.file("y.repro-files"));
  EXPECT_THAT(attempt("y.repro").err, HasSubstr("'y.repro-files' is left from another campaign"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("ran"))) << "the reference was not run";
  EXPECT_EQ(executed(), 0U);
}

TEST_F(ResumeTest, TwoHarnessesDoNotShareACampaign) {
  const std::string subject =
      folder_.script("sleeper", "echo >>" + folder_.file("executed") + "; exec sleep 1000");
  test::RunningTool first(run_words({"--runs=5", "--timeout=1h", "--", subject}), folder_.path(),
                          with_temporary());
  ASSERT_TRUE(test::eventually([&] { return executed() == 1; })) << first.err();
  const ToolResult second = run({"--resume"});
  EXPECT_EQ(second.exit_code, 21);
  EXPECT_THAT(second.err, HasSubstr("is being written by the harness with pid"));
  EXPECT_EQ(executed(), 1U);
  EXPECT_EQ(stored()["campaign"]["state"], "running") << "and anybody may look";
}

}  // namespace
}  // namespace repro::cli
