// What Ctrl-C, a job scheduler's SIGTERM and the out-of-memory killer's SIGKILL leave of a campaign.

#include <csignal>

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

class InterruptTest : public CliTest {
 protected:
  /// A campaign that nobody would wait for, of runs that note their end in the file `ended`.
  [[nodiscard]] Arguments long_campaign() const {
    const std::string subject =
        folder_.script("subject", "sleep 0.02; echo \"$REPRO_RUN_INDEX\" >>" + ended());
    return run_words({"--runs=1000000", "--jobs=2", "--grace=1s", "--", subject});
  }
  [[nodiscard]] std::string ended() const { return folder_.file("ended"); }
  [[nodiscard]] bool has_ended_runs() const { return test::lines(test::contents(ended())).size() >= 3; }

  void interrupt_with(int signal, int exit_code) {
    test::RunningTool tool(long_campaign(), folder_.path(), with_temporary());
    ASSERT_TRUE(test::eventually([&] { return has_ended_runs(); })) << tool.err();
    tool.send(signal);
    const ToolResult result = tool.wait();
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.out,
                ::testing::ContainsRegex("code[ |]+build[ |]+crash[ |]+hang[ |]+fail[ |]+ok[ |]+rate"));
    EXPECT_THAT(result.err, HasSubstr("repro run --resume --out=x.repro"));
    EXPECT_EQ(test::processes_with(folder_.path()), 0) << "all are gone when the tool is";
  }
};

TEST_F(InterruptTest, SigintEndsTheRunsAndShowsWhatIsThere) {
  interrupt_with(SIGINT, 130);
  const json campaign = stored();
  EXPECT_EQ(campaign["campaign"]["state"], "interrupted");
  EXPECT_GE(campaign["runs"].size(), 1U);
  EXPECT_LE(campaign["runs"].size(), test::lines(test::contents(ended())).size())
      << "only finished runs count";
  EXPECT_THAT(column(campaign, "outcome"), Each(json("ok")));
  EXPECT_TRUE(std::filesystem::is_empty(temporary_)) << "the folders of dropped runs are removed";
}

TEST_F(InterruptTest, SigtermDoesTheSame) { interrupt_with(SIGTERM, 143); }

TEST_F(InterruptTest, ASecondSigintDoesNotWaitForTheGrace) {
  // The shell ignores SIGTERM, and so do its children.
  const std::string subject =
      folder_.script("subject", "trap '' TERM; echo >>" + ended() + "; while :; do sleep 1000; done");
  test::RunningTool tool(run_words({"--runs=1", "--timeout=1h", "--grace=1h", "--", subject}), folder_.path(),
                         with_temporary());
  ASSERT_TRUE(test::eventually([&] { return !test::contents(ended()).empty(); })) << tool.err();
  tool.send(SIGINT);
  ASSERT_TRUE(test::eventually([&] { return tool.err().find("interrupted") != std::string::npos; }));
  EXPECT_TRUE(tool.is_running()) << "the first signal leaves the subject its grace";
  tool.send(SIGINT);
  EXPECT_EQ(tool.wait().exit_code, 130);
}

TEST_F(InterruptTest, SigintWhileTheReferenceRunsLeavesNoFile) {
  const std::string subject = folder_.script("subject", "exit 0");
  test::RunningTool tool(run_words({"--reference=echo >>" + ended() + "; exec sleep 1000", "--", subject}),
                         folder_.path(), with_temporary());
  ASSERT_TRUE(test::eventually([&] { return !test::contents(ended()).empty(); })) << tool.err();
  tool.send(SIGINT);
  EXPECT_EQ(tool.wait().exit_code, 130);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("x.repro")));
}

TEST_F(InterruptTest, SigkillOfTheHarnessLeavesNoProcess) {
  const std::string subject = folder_.script("subject", "echo >>" + ended() + "; exec sleep 1000");
  {
    test::RunningTool tool(run_words({"--runs=10", "--jobs=2", "--timeout=1h", "--", subject}),
                           folder_.path(), with_temporary());
    ASSERT_TRUE(test::eventually([&] { return test::lines(test::contents(ended())).size() == 2; }))
        << tool.err();
    tool.send(SIGKILL);
    EXPECT_EQ(tool.wait().signal, SIGKILL);
  }
  EXPECT_TRUE(test::eventually([&] { return test::processes_with(folder_.path()) == 0; }));
  EXPECT_EQ(stored()["campaign"]["state"], "interrupted");
}

}  // namespace
}  // namespace repro::cli
