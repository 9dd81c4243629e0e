// Fatal signals: what the hook is told, and that the process dies as if nobody had looked.

#include <csignal>
#include <cstdlib>
#include <vector>

#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/process/supervisor.h"
#include "tests/process/marked_processes.h"

namespace repro::process {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SupervisorCrashTest : public SupervisorTest {
 protected:
  /// Runs the helper `crash`, with a hook that remembers what it was told and that the process was there.
  ProcessResult crash(const std::string& how) { return watched(spec("crash", {how})); }
  ProcessResult watched(RunSpec asked) {
    asked.crash_hook = [this](const CrashNotice& notice) {
      notices_.push_back(notice);
      was_alive_ = ::kill(notice.pid, 0) == 0 && ::syscall(SYS_tgkill, notice.pid, notice.tid, 0) == 0;
      CrashEvidence evidence;
      evidence.signal = notice.signal;
      evidence.summary = "seen";
      return evidence;
    };
    return run(asked);
  }

  std::vector<CrashNotice> notices_;
  bool was_alive_ = false;
};

TEST_F(SupervisorCrashTest, TellsTheHookOfAFaultAndItsAddress) {
  const ProcessResult result = crash("fault");
  EXPECT_EQ(result.termination, Termination(Signaled{SIGSEGV}));
  ASSERT_THAT(notices_, SizeIs(1));
  EXPECT_EQ(notices_[0].pid, result.pid);
  EXPECT_EQ(notices_[0].tid, result.pid);
  EXPECT_EQ(notices_[0].signal, SIGSEGV);
  EXPECT_EQ(notices_[0].code, SEGV_MAPERR);
  EXPECT_EQ(notices_[0].address, 0x1230U);
  EXPECT_TRUE(was_alive_);
  ASSERT_THAT(result.crashes, SizeIs(1));
  EXPECT_EQ(result.crashes[0].summary, "seen");
}

TEST_F(SupervisorCrashTest, NamesTheThreadThatDied) {
  EXPECT_EQ(crash("thread").termination, Termination(Signaled{SIGSEGV}));
  ASSERT_THAT(notices_, SizeIs(1));
  EXPECT_NE(notices_[0].tid, notices_[0].pid);
  EXPECT_TRUE(was_alive_);
}

TEST_F(SupervisorCrashTest, SeesAnAbort) {
  EXPECT_EQ(crash("abort").termination, Termination(Signaled{SIGABRT}));
  ASSERT_THAT(notices_, SizeIs(1));
  EXPECT_EQ(notices_[0].signal, SIGABRT);
  EXPECT_FALSE(notices_[0].address) << "nothing was touched";
}

TEST_F(SupervisorCrashTest, OneProcessDiesOnce) {
  EXPECT_EQ(crash("together").termination, Termination(Signaled{SIGSEGV}));
  EXPECT_THAT(notices_, SizeIs(1));
}

TEST_F(SupervisorCrashTest, EndsAProcessWhoseOwnHandlerCallsOursAndAborts) {
  const ProcessResult result = crash("chain");
  EXPECT_EQ(result.stop_reason, StopReason::none) << "it must not wait for itself";
  EXPECT_EQ(result.termination, Termination(Signaled{SIGABRT}));
  EXPECT_THAT(notices_, SizeIs(1)) << "of the fault, which is where it began";
}

TEST_F(SupervisorCrashTest, LeavesTheSubjectsOwnHandlerAlone) {
  EXPECT_EQ(crash("handled").termination, Termination(Exited{7}));
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(SupervisorCrashTest, SeesADescendantDieAndKeepsTheFirstFew) {
  const std::string program = REPRO_TEST_BUILD_DIR "/tests/helpers/crash";
  const ProcessResult result = watched(shell("for i in 1 2 3 4 5 6; do " + program + " fault; done; exit 5"));
  EXPECT_EQ(result.termination, Termination(Exited{5}));
  EXPECT_THAT(notices_, SizeIs(6));
  EXPECT_THAT(result.crashes, SizeIs(4));
}

TEST_F(SupervisorCrashTest, KeepsThePreloadOfTheUser) {
  RunSpec asked = shell("echo \"$LD_PRELOAD\"");
  asked.environment.emplace_back("LD_PRELOAD=");
  EXPECT_THAT(watched(asked).standard_output.text(), testing::EndsWith("/librepro-crash.so\n"));
  asked.environment.back() = "LD_PRELOAD=libc.so.6";
  EXPECT_THAT(watched(asked).standard_output.text(), testing::StartsWith("libc.so.6:/"));
}

TEST_F(SupervisorCrashTest, AddsNothingWhereNobodyAsks) {
  RunSpec asked = shell("echo \"[$LD_PRELOAD$REPRO_CRASH_SOCKET]\"");
  EXPECT_THAT(run(asked).standard_output.text(), HasSubstr("[]"));
}

}  // namespace
}  // namespace repro::process
