// The harness, the keeper or the link between them is lost.

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/process/cgroup_discovery.h"
#include "harness/process/keeper/protocol.h"
#include "harness/process/process_tree.h"
#include "tests/process/marked_processes.h"

namespace repro::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;

class SupervisorLossTest : public SupervisorTest {};

TEST_F(SupervisorLossTest, SaysThatASubjectKilledItsKeeperAndGoesOn) {
  for (int i = 0; i < 3; ++i) {
    const ProcessResult lost = run(spec("kill_parent", {std::to_string(SIGKILL)}));
    EXPECT_EQ(lost.stop_reason, StopReason::lost);
    EXPECT_THAT(find_marked(mark_), IsEmpty());
    EXPECT_EQ(run(spec("/bin/true")).termination, Termination(Exited{0}));
  }
}

TEST_F(SupervisorLossTest, RemovesTheControlGroupsOfAKilledKeeper) {
  const UsableCgroups cgroups = discover_cgroups();
  if (cgroups.kill_base.empty() && cgroups.memory_base.empty())
    GTEST_SKIP() << "no control groups on this machine";
  std::vector<ProcessStat> keepers = read_all_processes();
  std::erase_if(keepers, [](const ProcessStat& one) { return one.parent != getpid() || !one.is_alive(); });
  ASSERT_EQ(keepers.size(), 1U);
  const std::string kill_group = keeper::kill_group_path(cgroups.kill_base, keepers[0].pid);
  const std::string memory_group = keeper::memory_group_path(cgroups.memory_base, keepers[0].pid);
  EXPECT_EQ(access(kill_group.c_str(), F_OK) == 0, !cgroups.kill_base.empty());
  RunSpec asked = spec("kill_parent", {std::to_string(SIGKILL)});
  asked.memory_limit_bytes = 1U << 30U;
  EXPECT_EQ(run(asked).stop_reason, StopReason::lost);
  EXPECT_NE(access(kill_group.c_str(), F_OK), 0);
  EXPECT_NE(access(memory_group.c_str(), F_OK), 0);
}

TEST_F(SupervisorLossTest, LeavesTheTreesOfOtherKeepersAlone) {
  auto other = Supervisor::create({});
  ASSERT_TRUE(other);
  std::thread neighbour([&] {
    RunSpec asked = spec("/bin/sh", {"-c", "(setsid sleep 0.6 &) ; sleep 0.6; echo whole"});
    asked.leftover_grace = seconds(60);
    const auto result = (*other)->run(asked);
    EXPECT_TRUE(result);
    EXPECT_EQ(result->standard_output.text(), "whole\n");
    EXPECT_EQ(result->stop_reason, StopReason::none);
    EXPECT_EQ(result->leftover_processes, 0U);
  });
  while (find_marked(mark_).size() < 3) usleep(1000);
  EXPECT_EQ(run(spec("kill_parent", {std::to_string(SIGKILL)})).stop_reason, StopReason::lost);
  neighbour.join();
}

TEST_F(SupervisorLossTest, IsNotMovedByOtherSignalsToTheKeeper) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM, SIGPIPE, SIGTSTP}) {
    const ProcessResult result = run(spec("kill_parent", {std::to_string(number), "exit"}));
    EXPECT_EQ(result.termination, Termination(Exited{0})) << number;
    EXPECT_EQ(result.standard_output.text(), "done\n");
    EXPECT_EQ(result.leftover_processes, 1U);
  }
}

TEST_F(SupervisorLossTest, WakesAKeeperThatTheSubjectStopped) {
  RunSpec asked = spec("kill_parent", {std::to_string(SIGSTOP)});
  asked.timeout = milliseconds(300);
  asked.grace = seconds(60);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGTERM}));
}

TEST_F(SupervisorLossTest, LeavesNothingWhenTheHarnessIsKilled) {
  const std::string driver = REPRO_TEST_BUILD_DIR "/tests/harness_driver";
  const std::string helper = REPRO_TEST_BUILD_DIR "/tests/helpers/fork_many";
  for (const char* children : {"1", "20", "150"}) {
    std::array<std::string, 4> words{driver, helper, children, "stay"};
    std::array<char*, 5> argv{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
    std::array<char*, 2> environment{mark_.data(), nullptr};
    pid_t harness = 0;
    ASSERT_EQ(posix_spawn(&harness, driver.c_str(), nullptr, nullptr, argv.data(), environment.data()), 0);
    // The driver, its keeper, the command and its children.
    const std::size_t whole = 3 + std::stoul(children);
    while (find_marked(mark_).size() < whole) usleep(1000);
    kill(harness, SIGKILL);
    waitpid(harness, nullptr, 0);
    while (!find_marked(mark_).empty()) usleep(1000);  // bounded by the limit of the test
  }
}

TEST_F(SupervisorLossTest, EndsTheKeeperWithTheSupervisor) {
  const auto children = [] {
    std::vector<ProcessStat> found = read_all_processes();
    std::erase_if(found, [](const ProcessStat& process) { return process.parent != getpid(); });
    return found.size();
  };
  const std::size_t with_keeper = children();
  supervisor_.reset();
  EXPECT_EQ(children(), with_keeper - 1);
}

}  // namespace
}  // namespace repro::process
