// The controlled scheduler on real programs, in every build that this compiler makes.

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/schedule/controlled_run.h"

namespace repro::schedule {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kRight = 0;
constexpr int kWrong = 3;
constexpr int kAddressReport = 1;
constexpr int kThreadReport = 66;

const char* const kBuilds[] = {"plain", "address", "thread"};
const char* const kStrategies[] = {"random", "pct:3", "pos", "surw"};
const char* const kCorrect[] = {"correct_locks", "correct_waits", "correct_spin",   "correct_deadline",
                                "correct_pipe",  "correct_fork",  "correct_cancel", "correct_many"};

#ifdef __clang__
constexpr bool kHasMemoryPoints = true;
#else
constexpr bool kHasMemoryPoints = false;  // g++ has no callbacks for loads and stores
#endif

/// How many of the runs with seeds 1 to `runs` end with `status`.
int count_status(ControlledArm& arm, const std::vector<std::string>& command, const std::string& strategy,
                 int runs, int status) {
  int found = 0;
  for (int seed = 1; seed <= runs; ++seed) {
    found += arm.run(command, strategy, static_cast<std::uint64_t>(seed)).status == status ? 1 : 0;
  }
  return found;
}

/// The first run of an arm that does not end well.
ControlledResult first_failure(ControlledArm& arm, const std::vector<std::string>& command,
                               const std::string& strategy) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    ControlledResult result = arm.run(command, strategy, seed);
    if (result.status != kRight) return result;
  }
  ADD_FAILURE() << "no failure in 200 seeds of " << strategy;
  return {};
}

class CorrectPrograms : public testing::TestWithParam<const char*> {};

TEST_P(CorrectPrograms, EndWellUnderEveryStrategyInEveryBuild) {
  for (const char* build : kBuilds) {
    for (const char* strategy : kStrategies) {
      ControlledArm arm;
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const ControlledResult result = arm.run(program(build, GetParam()), strategy, seed);
        ASSERT_EQ(result.status, kRight) << build << " " << strategy << " seed " << seed << "\n"
                                         << result.output;
        ASSERT_EQ(result.trace.end, RunEnd::exited) << build << " " << strategy << " seed " << seed;
        ASSERT_GT(result.trace.steps, 0U) << "the program was not controlled";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, CorrectPrograms, testing::ValuesIn(kCorrect),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(ControlledScheduler, FindsALostUpdateThatPlainRunsDoNotShow) {
  if (!kHasMemoryPoints) GTEST_SKIP() << "without memory points an update is atomic";
  for (const char* build : {"plain", "address"}) {
    for (const char* strategy : {"random", "pos", "surw"}) {
      ControlledArm arm;
      EXPECT_GE(count_status(arm, program(build, "lost_update"), strategy, 60, kWrong), 6)
          << build << " " << strategy;
    }
  }
}

TEST(ControlledScheduler, FindsAnUpdateInTwoLockedSections) {
  for (const char* strategy : kStrategies) {
    ControlledArm arm;
    EXPECT_GE(count_status(arm, program("plain", "two_sections"), strategy, 60, kWrong), 3) << strategy;
  }
}

TEST(ControlledScheduler, ProvesADeadlockWithItsWaitForGraph) {
  for (const char* build : kBuilds) {
    ControlledArm arm;
    ControlledResult result;
    for (std::uint64_t seed = 1; seed <= 100 && result.trace.end != RunEnd::deadlock; ++seed) {
      result = arm.run(program(build, "lock_order"), "random", seed);
    }
    ASSERT_EQ(result.trace.end, RunEnd::deadlock) << build;
    EXPECT_EQ(result.status, kDeadlockExitStatus);
    EXPECT_THAT(result.output, HasSubstr("repro schedule: deadlock: no thread can run"));
    ASSERT_EQ(result.trace.waits.size(), 3U);  // main waits for the end of the first
    std::map<std::uint32_t, WaitEdge> edges;
    for (const WaitEdge& edge : result.trace.waits) edges[edge.thread] = edge;
    EXPECT_EQ(edges[0].operation, Operation::join);
    EXPECT_EQ(edges[0].holder, 1U);
    EXPECT_EQ(edges[1].object_kind, ObjectKind::mutex);
    EXPECT_EQ(edges[1].holder, 2U);
    EXPECT_EQ(edges[2].holder, 1U);
    EXPECT_NE(edges[1].object, edges[2].object);
    EXPECT_NE(edges[1].site.module, kNoModule);
    EXPECT_NE(edges[1].taken_at.module, kNoModule);
  }
}

TEST(ControlledScheduler, SeesThatOneThreadWaitsForItself) {
  ControlledArm arm;
  const ControlledResult result = arm.run(program("plain", "self_deadlock"), "random", 1);
  EXPECT_EQ(result.status, kDeadlockExitStatus);
  EXPECT_EQ(result.trace.threads, 1U) << "a process without a second thread has a trace too";
  ASSERT_EQ(result.trace.waits.size(), 1U);
  EXPECT_EQ(result.trace.waits[0].holder, 0U);
}

TEST(ControlledScheduler, FindsALostWakeup) {
  ControlledArm arm;
  EXPECT_GE(count_status(arm, program("plain", "lost_wakeup"), "random", 60, kDeadlockExitStatus), 3);
}

TEST(ControlledScheduler, LeavesTheReportOfAUseAfterFreeToAsan) {
  if (!kHasMemoryPoints) GTEST_SKIP() << "without memory points the window has no point";
  ControlledArm arm;
  EXPECT_GE(count_status(arm, program("address", "use_after_free"), "random", 100, kAddressReport), 10);
  const ControlledResult failure = first_failure(arm, program("address", "use_after_free"), "random");
  EXPECT_THAT(failure.output, HasSubstr("heap-use-after-free"));
  EXPECT_THAT(failure.output, HasSubstr("freed by thread T"));
}

TEST(ControlledScheduler, ShowsTsanARaceInHalfOfTheSeeds) {
  if (!kHasMemoryPoints) GTEST_SKIP() << "without memory points the order of the atomics stands";
  ControlledArm arm;
  EXPECT_GE(count_status(arm, program("thread", "rare_race"), "random", 60, kThreadReport), 30);
}

TEST(ControlledScheduler, MakesNoReportForACorrectProgram) {
  ControlledArm arm;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ControlledResult result = arm.run(program("thread", "correct_locks"), "pos", seed);
    ASSERT_THAT(result.output, Not(HasSubstr("WARNING: ThreadSanitizer"))) << "seed " << seed;
  }
}

TEST(ControlledScheduler, EndsALivelockAtTheStepLimit) {
  ControlledArm arm;
  const ControlledResult result =
      arm.run(program("plain", "livelock"), "random", 1, {std::string(kStepsVariable) + "=2000"});
  EXPECT_EQ(result.status, kStepLimitExitStatus);
  EXPECT_EQ(result.trace.end, RunEnd::step_limit);
  EXPECT_THAT(result.output, HasSubstr("step limit reached"));
}

TEST(ControlledScheduler, LetsSleepersAndTimeoutsWaitInVirtualTime) {
  ControlledArm arm;
  const ControlledResult result = arm.run(program("plain", "correct_waits"), "random", 1);
  EXPECT_EQ(result.status, kRight);
  EXPECT_GT(result.trace.virtual_time_ns, 10'000'000'000U);
  EXPECT_EQ(result.trace.outside_waits, 0U);
}

TEST(ControlledScheduler, KeepsAPipeBetweenTwoThreadsUnderControl) {
  ControlledArm arm;
  const ControlledResult result = arm.run(program("plain", "correct_pipe"), "random", 1);
  EXPECT_EQ(result.status, kRight);
  EXPECT_EQ(result.trace.outside_waits, 0U);
}

TEST(ControlledScheduler, MakesTheSameInterleavingOfTheSameSeed) {
  for (const char* build : kBuilds) {
    for (const char* strategy : {"random", "pct:3", "pos"}) {
      std::set<std::uint64_t> all;
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        std::set<std::uint64_t> hashes;
        for (int repeat = 0; repeat < 4; ++repeat) {
          ControlledArm arm;  // without knowledge from earlier runs
          hashes.insert(arm.run(program(build, "correct_locks"), strategy, seed).trace.hash);
        }
        EXPECT_EQ(hashes.size(), 1U) << build << " " << strategy << " seed " << seed;
        all.insert(hashes.begin(), hashes.end());
      }
      EXPECT_GE(all.size(), 3U) << "seeds must differ: " << build << " " << strategy;
    }
  }
}

TEST(ControlledScheduler, ReplaysAFailureFromItsDeviations) {
  for (const char* strategy : {"random", "pos", "surw", "pct:3"}) {
    for (const char* name : {"lock_order", "two_sections"}) {
      ControlledArm arm;
      const ControlledResult failure = first_failure(arm, program("plain", name), strategy);
      for (int repeat = 0; repeat < 10; ++repeat) {
        const ControlledResult again = arm.replay(program("plain", name), failure.trace.deviations);
        EXPECT_EQ(again.status, failure.status) << name << " " << strategy;
        EXPECT_EQ(again.trace.hash, failure.trace.hash) << name << " " << strategy;
        EXPECT_EQ(again.trace.ignored_plan_entries, 0U);
      }
    }
  }
}

TEST(ControlledScheduler, ReplaysAReportOfASanitizer) {
  if (!kHasMemoryPoints) GTEST_SKIP();
  ControlledArm arm;
  const ControlledResult failure = first_failure(arm, program("address", "use_after_free"), "pos");
  for (int repeat = 0; repeat < 10; ++repeat) {
    EXPECT_EQ(arm.replay(program("address", "use_after_free"), failure.trace.deviations).status,
              failure.status);
  }
}

TEST(ControlledScheduler, KeepsRunningTheSameThreadWithoutDeviations) {
  ControlledArm arm;
  const ControlledResult result = arm.replay(program("plain", "lock_order"), {});
  EXPECT_EQ(result.status, kRight);
  EXPECT_TRUE(result.trace.deviations.empty());
}

TEST(ControlledScheduler, IgnoresADeviationWhoseTargetCannotRun) {
  Deviation impossible;
  impossible.thread = 0;
  impossible.event = 1;
  impossible.next_thread = 9;
  ControlledArm arm;
  const ControlledResult result = arm.replay(program("plain", "lock_order"), {impossible});
  EXPECT_EQ(result.status, kRight);
  EXPECT_EQ(result.trace.ignored_plan_entries, 1U);
}

TEST(ControlledScheduler, DoesNothingWithoutItsVariables) {
  ControlledArm arm;
  const ControlledResult result = arm.run(program("plain", "correct_locks"), "", 1);
  EXPECT_EQ(result.status, kRight);
  EXPECT_EQ(result.trace.end, RunEnd::not_started);
}

TEST(ControlledScheduler, RefusesWhatItDoesNotUnderstand) {
  ControlledArm arm;
  const ControlledResult strategy = arm.run(program("plain", "correct_locks"), "best", 1);
  EXPECT_EQ(strategy.status, kUnusableExitStatus);
  EXPECT_THAT(strategy.output, HasSubstr("REPRO_SCHEDULE: choose random, pct[:DEPTH], pos, surw"));
  const ControlledResult depth = arm.run(program("plain", "correct_locks"), "pct:0", 1);
  EXPECT_EQ(depth.status, kUnusableExitStatus);
  const ControlledResult steps =
      arm.run(program("plain", "correct_locks"), "random", 1, {std::string(kStepsVariable) + "=many"});
  EXPECT_EQ(steps.status, kUnusableExitStatus);
  EXPECT_THAT(steps.output, HasSubstr("REPRO_SCHEDULE_STEPS: is not a decimal number"));
}

TEST(ControlledScheduler, GivesTheTraceToTheProcessWithThreads) {
  ControlledArm arm;
  const std::vector<std::string> inner = program("plain", "correct_locks");
  const ControlledResult result =
      arm.run({"/bin/sh", "-c", "/bin/true; " + inner[0] + " " + inner[1] + "; exit $?"}, "random", 1);
  EXPECT_EQ(result.status, kRight);
  EXPECT_EQ(result.trace.end, RunEnd::exited);
  EXPECT_EQ(result.trace.threads, 4U);
  ASSERT_FALSE(result.trace.modules.empty());
  EXPECT_THAT(result.trace.modules[0], HasSubstr("schedule_programs.plain"));
}

}  // namespace
}  // namespace repro::schedule
