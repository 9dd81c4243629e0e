// Runs that must be stopped, and what they leave.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"
#include "tests/process/marked_processes.h"

namespace repro::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class SupervisorStopTest : public SupervisorTest {
 protected:
  /// With a deadline that comes at once and little grace.
  [[nodiscard]] RunSpec short_spec(const std::string& helper,
                                   const std::vector<std::string>& arguments = {}) const {
    RunSpec asked = spec(helper, arguments);
    asked.timeout = milliseconds(300);
    asked.grace = milliseconds(200);
    return asked;
  }
};

TEST_F(SupervisorStopTest, EndsAPoliteSubjectBySigterm) {
  RunSpec asked = short_spec("/bin/sleep", {"1000"});
  asked.grace = seconds(60);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGTERM}));
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_EQ(result.stop_step, StopStep::terminate);
  EXPECT_GE(result.wall, asked.timeout);
  EXPECT_LT(result.wall, asked.grace);
}

TEST_F(SupervisorStopTest, KeepsWhatASubjectSaysWhenItIsAskedToEnd) {
  RunSpec asked =
      short_spec("/bin/sh", {"-c", "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done"});
  asked.grace = seconds(60);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Exited{5}));
  EXPECT_EQ(result.standard_output.text(), "ready\nbye\n");
  EXPECT_EQ(result.stop_step, StopStep::terminate);
}

TEST_F(SupervisorStopTest, KillsASubjectThatIgnoresEverything) {
  const ProcessResult result = run(short_spec("ignore_term"));
  EXPECT_EQ(result.termination, Termination(Signaled{SIGKILL}));
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_EQ(result.stop_step, StopStep::kill);
  EXPECT_EQ(result.standard_output.text(), "ready\n");
  EXPECT_EQ(result.leftover_processes, 0U);
}

TEST_F(SupervisorStopTest, EndsASubjectThatStoppedItself) {
  RunSpec asked = short_spec("stop_self");
  asked.grace = seconds(60);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGTERM}));
  EXPECT_EQ(result.stop_step, StopStep::terminate);
}

TEST_F(SupervisorStopTest, KillsHundredsOfDescendantsWhenTheDeadlinePasses) {
  RunSpec asked = short_spec("fork_many", {"300", "stay"});
  asked.timeout = seconds(2);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.standard_output.text(), "ready\n");
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_EQ(result.stop_step, StopStep::kill);
  EXPECT_THAT(find_marked(mark_), testing::IsEmpty());
}

TEST_F(SupervisorStopTest, KillsAndCountsWhatOutlivesTheDirectChild) {
  const ProcessResult result = run(spec("fork_many", {"200"}));
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_EQ(result.leftover_processes, 200U);
  EXPECT_EQ(result.stop_reason, StopReason::none);
  EXPECT_FALSE(result.pipes_held_open);
  EXPECT_THAT(find_marked(mark_), testing::IsEmpty());
}

TEST_F(SupervisorStopTest, FindsADaemonThatLeftItsSession) {
  const ProcessResult result = run(spec("daemonise"));
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_EQ(result.leftover_processes, 1U);
  EXPECT_FALSE(result.pipes_held_open);
}

TEST_F(SupervisorStopTest, LeavesDescendantsTheTimeToEndByThemselves) {
  RunSpec asked = shell("(sleep 0.1; echo late) & exit 4");
  asked.leftover_grace = seconds(60);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Exited{4}));
  EXPECT_EQ(result.leftover_processes, 0U);
  EXPECT_EQ(result.standard_output.text(), "late\n");
}

TEST_F(SupervisorStopTest, CountsAProcessWhoseMainThreadHasEnded) {
  const ProcessResult result =
      run(shell(REPRO_TEST_BUILD_DIR "/tests/helpers/thread_leader_exits & sleep 0.05"));
  EXPECT_EQ(result.leftover_processes, 1U);
}

TEST_F(SupervisorStopTest, StopsASubjectWhoseMainThreadHasEnded) {
  const ProcessResult result = run(short_spec("thread_leader_exits"));
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGTERM}));
}

class FightingTreeTest : public SupervisorStopTest, public testing::WithParamInterface<bool> {};

TEST_P(FightingTreeTest, IsKilledHoweverItForks) {
  restart({.use_cgroups = GetParam()});
  RunSpec asked = spec("respawn", {"8"});
  asked.leftover_grace = milliseconds(50);
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_GT(result.leftover_processes, 0U);
  EXPECT_THAT(find_marked(mark_), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutCgroups, FightingTreeTest, testing::Bool());

TEST_F(SupervisorStopTest, ShowsTheHookTheLivingTreeBeforeAnySignal) {
  RunSpec asked =
      short_spec("/bin/sh", {"-c", "trap 'echo got TERM' TERM; echo $$; sleep 1000 & wait; wait"});
  std::vector<pid_t> seen;
  std::string states;
  asked.deadline_hook = [&](std::span<const pid_t> pids) {
    seen.assign(pids.begin(), pids.end());
    for (const pid_t pid : pids) states += kill(pid, 0) == 0 ? "alive " : "dead ";
    HangDiagnosis diagnosis;
    diagnosis.text = "evidence of " + std::to_string(pids.size());
    return diagnosis;
  };
  const ProcessResult result = run(asked);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], result.pid);
  EXPECT_EQ(states, "alive alive ");
  EXPECT_EQ(result.hang.text, "evidence of 2");
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_THAT(result.standard_output.text(), HasSubstr(std::to_string(result.pid) + "\n"));
}

TEST_F(SupervisorStopTest, SaysThatATreeEndedWhileTheHookLooked) {
  RunSpec asked = short_spec("/bin/sh", {"-c", "read line < \"$FIFO\"; exit 9"});
  const std::string fifo = testing::TempDir() + "/repro_fifo_" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  asked.environment.push_back("FIFO=" + fifo);
  asked.deadline_hook = [&](std::span<const pid_t> pids) {
    { const UniqueFd writer(open(fifo.c_str(), O_WRONLY | O_CLOEXEC)); }
    while (kill(pids[0], 0) == 0) usleep(1000);  // bounded by the limit of the test: the keeper reaps it
    return HangDiagnosis();
  };
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Exited{9}));
  EXPECT_EQ(result.stop_reason, StopReason::deadline);
  EXPECT_EQ(result.stop_step, StopStep::none);
  unlink(fifo.c_str());
}

TEST_F(SupervisorStopTest, DoesNotWaitForAnOutsiderWhoHoldsAPipe) {
  RunSpec asked = short_spec("/bin/sleep", {"1000"});
  UniqueFd held;
  asked.deadline_hook = [&](std::span<const pid_t> pids) {
    held.reset(open(fmt::format("/proc/{}/fd/1", pids[0]).c_str(), O_WRONLY | O_CLOEXEC));
    return HangDiagnosis();
  };
  const ProcessResult result = run(asked);
  EXPECT_TRUE(held.is_open());
  EXPECT_TRUE(result.pipes_held_open);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGTERM}));
}

class SupervisorInterruptTest : public SupervisorStopTest {
 protected:
  void SetUp() override {
    SupervisorStopTest::SetUp();
    auto stop = StopRequest::create();
    ASSERT_TRUE(stop);
    stop_ = std::move(*stop);
    restart({.stop = stop_.get()});
  }
  void TearDown() override {
    supervisor_.reset();
    SupervisorStopTest::TearDown();
  }
  /// Makes one request once the tree of this test runs.
  [[nodiscard]] std::thread request_when_running() {
    return std::thread([this] {
      while (find_marked(mark_).empty()) usleep(1000);
      stop_->request();
    });
  }

  std::unique_ptr<StopRequest> stop_;
};

TEST_F(SupervisorInterruptTest, EndsTheTreePolitelyOnTheFirstRequest) {
  std::thread requester = request_when_running();
  RunSpec asked = spec("/bin/sleep", {"1000"});
  asked.grace = seconds(60);
  const ProcessResult result = run(asked);
  requester.join();
  EXPECT_EQ(result.stop_reason, StopReason::interrupted);
  EXPECT_EQ(result.stop_step, StopStep::terminate);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGTERM}));
}

/// Whether `pid` ignores SIGTERM by now: the mask in /proc/PID/status has a bit per signal, the first for
/// signal 1.
bool ignores_term(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("SigIgn:"))
      return (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1U) != 0;
  }
  return false;
}

TEST_F(SupervisorInterruptTest, KillsTheTreeOnTheSecondRequest) {
  // Not before the subject ignores SIGTERM: the first request would end it while it still starts.
  std::thread requester([this] {
    while (!std::ranges::any_of(find_marked(mark_), ignores_term)) usleep(1000);
    stop_->request();
    stop_->request();
  });
  RunSpec asked = spec("ignore_term");
  asked.grace = std::chrono::hours(1);
  const ProcessResult result = run(asked);
  requester.join();
  EXPECT_EQ(result.stop_reason, StopReason::interrupted);
  EXPECT_EQ(result.stop_step, StopStep::kill);
  EXPECT_EQ(result.termination, Termination(Signaled{SIGKILL}));
}

TEST_F(SupervisorInterruptTest, StartsNothingAfterARequest) {
  stop_->request();
  const auto result = supervisor_->run(spec("/bin/true"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().os_errno, ECANCELED);
}

}  // namespace
}  // namespace repro::process
