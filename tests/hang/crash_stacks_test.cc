#include "harness/hang/crash_stacks.h"

#include <array>
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/process/supervisor.h"

namespace repro::hang {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Runs the helper `crash` under the real hook.
CrashEvidence evidence_of(const std::string& how) {
  Result<std::unique_ptr<process::Supervisor>> supervisor = process::Supervisor::create({});
  EXPECT_TRUE(supervisor);
  process::RunSpec spec;
  spec.argv = {REPRO_TEST_BUILD_DIR "/tests/helpers/crash", how};
  spec.environment = {"PATH=/usr/bin:/bin"};
  spec.crash_hook = describe_crash;
  const Result<ProcessResult> result = (*supervisor)->run(spec);
  EXPECT_TRUE(result);
  EXPECT_EQ(result->crashes.size(), 1U);
  return result->crashes.empty() ? CrashEvidence() : result->crashes.front();
}

TEST(CrashStacks, BeginWhereTheFaultWasAndNotInTheHandler) {
  const CrashEvidence evidence = evidence_of("fault");
  EXPECT_EQ(evidence.summary, "SIGSEGV at address 0x1230 (nothing is mapped there)");
  ASSERT_FALSE(evidence.stacks.empty());
  const Stack& dying = evidence.stacks.front();
  EXPECT_EQ(dying.role, StackRole::access);
  ASSERT_GE(dying.frames.size(), 3U) << evidence.text;
  EXPECT_THAT(dying.frames[0].function, HasSubstr("follow"));
  EXPECT_THAT(dying.frames[1].function, HasSubstr("crash"));
  EXPECT_THAT(dying.frames[0].file, HasSubstr("helpers/crash.cc"));
  EXPECT_THAT(evidence.text, Not(HasSubstr("librepro-crash")));
}

TEST(CrashStacks, PutTheDyingThreadFirstAndShowTheOthers) {
  const CrashEvidence evidence = evidence_of("thread");
  ASSERT_EQ(evidence.stacks.size(), 2U) << evidence.text;
  EXPECT_THAT(evidence.stacks[0].frames.at(0).function, HasSubstr("follow"));
  EXPECT_EQ(evidence.stacks[1].role, StackRole::other);
  EXPECT_THAT(evidence.text, HasSubstr("std::thread::join()"));
}

TEST(CrashStacks, SayThatTheProcessIsGone) {
  CrashNotice notice;
  notice.pid = 0x3fffffff;  // beyond every pid
  notice.signal = SIGBUS;
  const CrashEvidence evidence = describe_crash(notice);
  EXPECT_THAT(evidence.text, HasSubstr("no stacks: "));
  EXPECT_THAT(evidence.summary, HasSubstr("SIGBUS"));
}

}  // namespace
}  // namespace repro::hang
