#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <set>
#include <thread>

#include "harness/base/seed.h"
#include "tests/cli/cli_fixture.h"

namespace repro::cli {

/// Kills a harness again and again at moments that nobody chose, and goes on with its campaign each time.
class KillResumeTest : public CliTest {
 protected:
  /// Starts or resumes a campaign of `runs` runs `kills` times, ends each session with SIGKILL after another
  /// real delay, then lets the last session finish and checks that nothing was lost, doubled or left.
  void kill_and_resume(std::uint64_t runs, int kills) {
    const std::string subject = folder_.script("subject", "exec sleep 0.05");
    const Arguments session =
        run_words({"--resume", "--seed=1", "--jobs=2", "--runs=" + std::to_string(runs), "--", subject});
    SplitMix64 random(derive_seed(1, "delays"));
    int killed = 0;
    for (int i = 0; i < kills; ++i) {
      test::RunningTool tool(session, folder_.path(), with_temporary());
      // Not to order anything: any moment must do. From before the file exists to a few runs later.
      std::this_thread::sleep_for(std::chrono::microseconds(1000 + random.below(149'000)));
      tool.send(SIGKILL);
      const ToolResult result = tool.wait();
      if (result.signal == SIGKILL) ++killed;
    }
    EXPECT_EQ(killed, kills) << "the campaign was over before the last kill: make it longer";

    const ToolResult last = tool(session);
    EXPECT_EQ(last.exit_code, 0) << last.err;
    const json campaign = stored();
    EXPECT_EQ(campaign["campaign"]["state"], "complete");
    EXPECT_EQ(campaign["arms"][0]["ok"], runs);
    std::set<std::uint64_t> indexes;
    for (const json& index : column(campaign, "index")) indexes.insert(index.get<std::uint64_t>());
    EXPECT_EQ(campaign["runs"].size(), runs);
    ASSERT_EQ(indexes.size(), runs) << "no run twice";
    EXPECT_EQ(*indexes.rbegin(), runs - 1);
    EXPECT_TRUE(test::eventually([&] { return test::processes_with(folder_.path()) == 0; }));
    EXPECT_THAT(folder_.names(), ::testing::ElementsAre("subject", "tmp", "x.repro"));
  }
};

}  // namespace repro::cli
