// The counts that ractor-pool-uaf promises. The defective variants are natively scheduled, so their bounds
// are far below what was measured (reports/ractor-pool-uaf); the repairs have none.

#include <string>

#include <gtest/gtest.h>

#include "tests/scenarios/isolates/programs.h"

namespace repro::scenarios {
namespace {

constexpr const char* kSafepoint = "--pool=isolates --runtime=safepoint";
constexpr const char* kFork = "--pool=fork";

bool is_sequential_result(const Ended& ended) {
  return ended.status == 1 && ended.output == sequential_output() && ended.errors.empty();
}

int not_ok(const std::string& build, const std::string& pool, int runs) {
  int count = 0;
  for (int i = 0; i < runs; ++i) {
    if (!is_sequential_result(check(build, pool))) ++count;
  }
  return count;
}

TEST(RactorPoolUafCounts, TheDefectIsSeenInAtLeast20Of25PlainRuns) {
  EXPECT_GE(not_ok("plain", "--pool=isolates --runtime=pre-fix", 25), 20);
}

TEST(RactorPoolUafCounts, PrewarmingIsNoRepair) {
  EXPECT_GE(not_ok("plain", "--pool=isolates --runtime=prewarm", 25), 1);
}

TEST(RactorPoolUafCounts, TheRepairsAreOkIn500PlainRuns) {
  EXPECT_EQ(not_ok("plain", kSafepoint, 500), 0);
  EXPECT_EQ(not_ok("plain", kFork, 500), 0);
}

TEST(RactorPoolUafCounts, TheRepairsAreOkIn100RunsUnderEachSanitizer) {
  for (const char* build : {"address", "thread"}) {
    EXPECT_EQ(not_ok(build, kSafepoint, 100), 0) << build;
    EXPECT_EQ(not_ok(build, kFork, 100), 0) << build;
  }
}

TEST(SyntheticSuperCounts, StaysCleanIn30RunsOfEveryBuild) {
  for (const char* build : {"plain", "address", "thread"}) {
    for (const char* sites : {"shared", "isolate"}) {
      const std::string command =
          kScenarios + "/synthetic-super/synthetic-super." + build + " --sites=" + sites;
      for (int i = 0; i < 30; ++i) ASSERT_EQ(run(command).status, 0) << build << ' ' << sites;
    }
  }
}

}  // namespace
}  // namespace repro::scenarios
