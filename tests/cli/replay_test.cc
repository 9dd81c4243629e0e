// Runs of a campaign once more, and the search for a first one.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReplayTest : public CliTest {};

TEST_F(ReplayTest, ARunOfTheSystemsScheduleSaysThatItsTimingDoesNotReplay) {
  ASSERT_EQ(run({"--runs=1", "--", "/bin/false"}).exit_code, 10);
  const ToolResult replayed = tool({"replay", "x.repro", "0", "--times=3"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_THAT(replayed.out, HasSubstr("3 of 3 replays ended in s2-"));
  EXPECT_THAT(replayed.out, HasSubstr("timing does not replay"));
}

TEST_F(ReplayTest, ExitCodeTellsWhetherAllSomeOrNoneCameBack) {
  // Fails at its first and third start, then never again.
  const std::string program = folder_.script("sometimes",
                                             "n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count\n"
                                             "[ $n -ne 0 ] && [ $n -ne 2 ]\n");
  ASSERT_EQ(run({"--runs=1", "--", program}).exit_code, 10);
  const ToolResult some = tool({"replay", "x.repro", "0", "--times=3", "--json"});
  EXPECT_EQ(some.exit_code, 11) << some.err;
  const json replay = parse(some.out).at("replay");
  EXPECT_EQ(replay.at("alike"), 1);
  EXPECT_EQ(replay.at("times"), 3);
  EXPECT_EQ(replay.at("method"), "seed");
  EXPECT_EQ(tool({"replay", "x.repro", "0", "--times=2"}).exit_code, 10);
}

TEST_F(ReplayTest, RefusesWhatIsNoRun) {
  ASSERT_EQ(run({"--runs=1", "--", "/bin/true"}).exit_code, 0);
  EXPECT_EQ(tool({"replay", "x.repro", "7"}).exit_code, 2);
  EXPECT_EQ(tool({"replay", "x.repro", "first"}).exit_code, 2);
  EXPECT_EQ(tool({"replay"}).exit_code, 2);
  const ToolResult minimized = tool({"minimize", "x.repro", "0"});
  EXPECT_EQ(minimized.exit_code, 2);
  EXPECT_THAT(minimized.err, HasSubstr("there is no failure to explain"));
}

TEST_F(ReplayTest, OnlyAControlledRunCanBeMinimised) {
  ASSERT_EQ(run({"--runs=1", "--", "/bin/false"}).exit_code, 10);
  const ToolResult minimized = tool({"minimize", "x.repro", "0"});
  EXPECT_EQ(minimized.exit_code, 2);
  EXPECT_THAT(minimized.err, HasSubstr("has no recorded schedule"));
}

class HuntTest : public CliTest {
 protected:
  [[nodiscard]] ToolResult hunt(const Arguments& arguments) const {
    Arguments words{"hunt", "--out=h.repro", "--progress=none"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return tool(words);
  }
};

TEST_F(HuntTest, StopsAtTheFirstFailureAndConfirmsItBesideTheBaseline) {
  const ToolResult result =
      hunt({"--strategies=noise", "--explore=0", "--confirm=5", "--json", "--", "/bin/false"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json found = parse(result.out).at("hunt");
  EXPECT_EQ(found.at("schedules_to_failure"), 1);
  EXPECT_EQ(found.at("best").at("schedule"), "noise");
  EXPECT_EQ(found.at("best").at("command"), "repro run --schedule=noise --runs=100 -- /bin/false");
  EXPECT_EQ(found.at("confirmed").at("runs"), 5);
  EXPECT_EQ(found.at("confirmed").at("baseline_failures"), 5);
  EXPECT_EQ(found.at("confirmed").at("gain"), 0.0) << "the baseline fails as often";
  EXPECT_EQ(tool({"show", "h-confirm.repro"}).exit_code, 0);
  EXPECT_THAT(tool({"show", "h.repro"}).out, HasSubstr("a search:")) << "its rates mean nothing";
  EXPECT_THAT(tool({"show", "h-confirm.repro"}).out, Not(HasSubstr("a search:")));
}

TEST_F(HuntTest, SaysThatNothingWasFoundWithinTheBudget) {
  const ToolResult result = hunt({"--strategies=noise,noise:50", "--schedules=6", "--", "/bin/true"});
  EXPECT_EQ(result.exit_code, 11) << result.err;
  EXPECT_THAT(result.out, HasSubstr("no failure in 6 schedules"));
  const json stored = parse(tool({"show", "h.repro", "--json"}).out);
  for (const json& arm : stored.at("arms")) EXPECT_EQ(arm.at("runs"), 3) << "arms take turns";
}

TEST_F(HuntTest, RefusesASearchWithoutAStrategy) {
  EXPECT_EQ(hunt({"--strategies=os", "--", "/bin/true"}).exit_code, 2);
  EXPECT_EQ(hunt({"--strategies=nois", "--", "/bin/true"}).exit_code, 2);
  EXPECT_EQ(hunt({"--schedules=0", "--", "/bin/true"}).exit_code, 2);
}

}  // namespace
}  // namespace repro::cli
