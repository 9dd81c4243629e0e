// Memory limits, by control group where the machine has them and by sampling everywhere.

#include <csignal>

#include <gtest/gtest.h>

#include "tests/process/marked_processes.h"

namespace repro::process {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kLimit = 128U << 20U;

class MemoryLimitTest : public SupervisorTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    SupervisorTest::SetUp();
    restart({.use_cgroups = GetParam()});
    if (GetParam() && supervisor_->memory_limit_method() == MemoryLimitMethod::sampling) {
      GTEST_SKIP() << "no memory control group can be made on this machine";
    }
  }
  [[nodiscard]] RunSpec limited(const std::string& mib, const std::string& processes,
                                const std::string& sharers = "1") const {
    RunSpec asked = spec("allocate", {mib, processes, sharers});
    asked.memory_limit_bytes = kLimit;
    return asked;
  }
};

TEST_P(MemoryLimitTest, StopsATreeThatTakesMore) {
  // Together too much, each alone not: 4 x 60 MiB.
  const ProcessResult result = run(limited("60", "4"));
  EXPECT_EQ(result.stop_reason, StopReason::memory_limit);
  EXPECT_EQ(result.out_of_memory, GetParam());
}

TEST_P(MemoryLimitTest, LeavesATreeAloneThatTakesLess) {
  for (int i = 0; i < 3; ++i) {
    const ProcessResult result = run(limited("20", "4"));
    EXPECT_EQ(result.termination, Termination(Exited{0}));
    EXPECT_EQ(result.stop_reason, StopReason::none);
    EXPECT_FALSE(result.out_of_memory);
  }
}

TEST_P(MemoryLimitTest, CountsSharedPagesOnce) {
  // One process touches 60 MiB, seven others only see them.
  const ProcessResult result = run(limited("60", "1", "8"));
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_EQ(result.stop_reason, StopReason::none);
}

TEST_P(MemoryLimitTest, DoesNotLastBeyondItsRun) {
  EXPECT_EQ(run(limited("60", "4")).stop_reason, StopReason::memory_limit);
  RunSpec free = limited("60", "4");
  free.memory_limit_bytes.reset();
  const ProcessResult result = run(free);
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_EQ(result.stop_reason, StopReason::none);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutCgroups, MemoryLimitTest, testing::Bool());

}  // namespace
}  // namespace repro::process
