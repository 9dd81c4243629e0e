// Schedules as arms of a campaign.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;

class ScheduleTest : public CliTest {
 protected:
  static std::string helper(const std::string& name) {
    return std::string(REPRO_TEST_BUILD_DIR "/tests/helpers/") + name;
  }
  /// The arm with this schedule.
  static json arm(const json& document, const std::string& schedule) {
    for (const json& one : document.at("arms")) {
      if (one.at("schedule") == schedule) return one;
    }
    ADD_FAILURE() << "no arm with schedule " << schedule;
    return {};
  }
};

TEST_F(ScheduleTest, NoiseIsAnArmOfItsOwnAndSaysHowOftenItActed) {
  const ToolResult result = run({"--schedule=os,noise", "--runs=20", "--", helper("two_withdrawals")});
  EXPECT_THAT(result.exit_code, ::testing::AnyOf(0, 10)) << result.err;
  EXPECT_THAT(result.out, HasSubstr("what the schedules did"));
  const json document = stored();
  EXPECT_EQ(arm(document, "os").at("runs"), 20);
  EXPECT_TRUE(arm(document, "os").at("schedule_counts").is_null());
  const json counts = arm(document, "noise").at("schedule_counts");
  EXPECT_EQ(counts.at("runs"), 20);
  EXPECT_GT(counts.at("noise_actions"), 20) << "once a run or more";
  EXPECT_GT(counts.at("noise_delay_ms"), 0);
}

TEST_F(ScheduleTest, PressureStandsBesideAnUntouchedArm) {
  const ToolResult result =
      run({"--pressure=load:2,affinity:1", "--runs=3", "--", helper("two_withdrawals")});
  EXPECT_THAT(result.exit_code, ::testing::AnyOf(0, 10)) << result.err;
  const json document = stored();
  ASSERT_EQ(document.at("arms").size(), 3U);
  for (const char* schedule : {"os", "os+load:2", "os+affinity:1"}) {
    EXPECT_EQ(arm(document, schedule).at("runs"), 3) << schedule;
  }
}

TEST_F(ScheduleTest, AffinityLeavesTheSubjectOneProcessor) {
  const std::string count = folder_.script("count", "exec nproc\n");
  ASSERT_EQ(run({"--schedule=os+affinity:1", "--runs=2", "--match=^1$", "--", count}).exit_code, 0);
}

TEST_F(ScheduleTest, RefusesAScheduleThatDoesNotExistAndNamesThose) {
  const ToolResult result = run({"--schedule=os,nois", "--", "/bin/true"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--schedule: there is no schedule 'nois'; did you mean 'noise'?"));
  EXPECT_THAT(result.err, HasSubstr("pct[:DEPTH]"));
}

TEST_F(ScheduleTest, RefusesAProgramIntoWhichNothingCanBePreloaded) {
  const std::string program = helper("static_program");
  if (!std::filesystem::exists(program)) GTEST_SKIP() << "this machine cannot link statically";
  const ToolResult result = run({"--schedule=noise", "--", program});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("is statically linked"));
}

TEST_F(ScheduleTest, AResumedCampaignKeepsItsSchedules) {
  EXPECT_EQ(run({"--schedule=os,noise", "--runs=10", "--stop-after=1", "--exit-zero", "--", "/bin/false"})
                .exit_code,
            0);
  const ToolResult resumed = tool({"run", "--resume", "--out=x.repro", "--no-canaries"});
  EXPECT_EQ(resumed.exit_code, 10) << resumed.err;
  EXPECT_EQ(stored().at("arms").size(), 2U);
}

}  // namespace
}  // namespace repro::cli
