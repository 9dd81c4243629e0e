// The scenarios of the isolates pool do what their pages say.

#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/scenarios/isolates/programs.h"
#include "tests/support/tool.h"

namespace repro::scenarios {
namespace {

TEST(RactorPoolUaf, TheReferenceHasSomethingToSay) {
  EXPECT_NE(sequential_output().find("[call.undefined-method]"), std::string::npos);
  EXPECT_EQ(sequential_output().find("[internal-error]"), std::string::npos);
}

TEST(RactorPoolUaf, AddressSanitizerNamesTheUseTheSweepAndTheLocationWithin25Runs) {
  for (int i = 0; i < 25; ++i) {
    const std::string report = check("address", "--pool=isolates --runtime=pre-fix").errors;
    const std::size_t use = report.find("heap-use-after-free");
    const std::size_t freed = report.find("freed by thread");
    const std::size_t allocated = report.find("previously allocated by thread");
    if (use == std::string::npos || freed == std::string::npos || allocated == std::string::npos) continue;
    const std::string use_stack = report.substr(use, freed - use);
    const std::string free_stack = report.substr(freed, allocated - freed);
    const std::string allocation_stack = report.substr(allocated);
    if (use_stack.find("call_super") == std::string::npos) continue;
    if (allocation_stack.find("SignatureLoader::location") == std::string::npos) continue;
    EXPECT_NE(use_stack.find("READ of size"), std::string::npos);
    EXPECT_NE(use_stack.find("CallInfoTable::find"), std::string::npos);
    EXPECT_NE(free_stack.find("Heap::sweep_page"), std::string::npos);
    return;
  }
  FAIL() << "no report with the three stacks in 25 runs";
}

TEST(RactorPoolUaf, PreFixAndPrewarmAreNotOkInTenPlainRuns) {
  for (const char* runtime : {"pre-fix", "prewarm"}) {
    int ok = 0;
    for (int i = 0; i < 10; ++i) {
      if (check("plain", std::string("--pool=isolates --runtime=") + runtime).output == sequential_output())
        ++ok;
    }
    EXPECT_LT(ok, 10) << runtime;
  }
}

TEST(RactorPoolUaf, TheRepairsGiveTheSequentialResultInEveryBuild) {
  for (const char* build : {"plain", "address", "thread"}) {
    for (const char* pool : {"--pool=isolates --runtime=safepoint", "--pool=fork"}) {
      const Ended ended = check(build, pool);
      EXPECT_EQ(ended.status, 1) << build << ' ' << pool;
      EXPECT_EQ(ended.output, sequential_output()) << build << ' ' << pool;
      EXPECT_EQ(ended.errors, "") << build << ' ' << pool;
    }
  }
}

TEST(RactorPoolUaf, IsWhatRunsWhenNothingIsNamed) {
  const test::TemporaryFolder folder;
  const test::ToolResult result =
      test::run_tool({"run", "--variant=safepoint", "--sanitizer=plain,address", "--runs=1", "--out=x.repro"},
                     folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("running scenario ractor-pool-uaf"), std::string::npos) << result.err;
  EXPECT_NE(result.out.find("safepoint | address |     0 |    0 |    0 |  1 |"), std::string::npos)
      << result.out;
}

TEST(IsolationError, EveryDiagnosticIsAnInternalErrorAndTheExitLooksOrderly) {
  const Ended ended = check("plain", "--pool=isolates --runtime=unshared-constants");
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.errors, "");
  std::istringstream lines(ended.output);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_NE(line.find("IsolationError"), std::string::npos) << line;
    EXPECT_TRUE(line.ends_with("[internal-error]")) << line;
  }
  EXPECT_EQ(count, 27) << "one for each file";
}

TEST(SyntheticSuper, StaysCleanBecauseNothingIsCollected) {
  for (const char* build : {"plain", "thread"}) {
    for (const char* sites : {"shared", "isolate"}) {
      const Ended ended = run(kScenarios + "/synthetic-super/synthetic-super." + build + " --sites=" + sites);
      EXPECT_EQ(ended.status, 0) << build << ' ' << sites << '\n' << ended.errors;
      EXPECT_NE(ended.output.find(" 0 wrong, 0 collections"), std::string::npos) << ended.output;
    }
  }
}

TEST(Scenarios, RefuseWrongOptions) {
  EXPECT_EQ(run(kScenarios + "/synthetic-super/synthetic-super.plain --sites=other").status, 2);
  EXPECT_EQ(check("plain", "--pool=isolates --runtime=other").status, 2);
}

#ifdef REPRO_HAVE_MN_SCHEDULER
Ended fibres(const std::string& build, const std::string& options) {
  return run(kScenarios + "/mn-scheduler/mn-scheduler." + build + " " + options);
}

TEST(MnScheduler, ThreadSanitizerIsBlindOnOneKernelThreadUntilItIsToldExactly) {
  EXPECT_EQ(fibres("thread", "--work=canary --workers=1 --annotation=none").status, 0);
  EXPECT_EQ(fibres("thread", "--work=canary --workers=1 --annotation=announced").status, 0);
  const Ended told = fibres("thread", "--work=canary --workers=1 --annotation=exact");
  EXPECT_EQ(told.status, 66);
  EXPECT_NE(told.errors.find("WARNING: ThreadSanitizer: data race"), std::string::npos);
}

TEST(MnScheduler, CorrectWorkIsCleanWhenTheSanitizersAreTold) {
  for (const char* build : {"plain", "address", "thread"}) {
    for (const char* work : {"locked", "exceptions", "isolates"}) {
      const Ended ended = fibres(build, std::string("--workers=2 --annotation=exact --work=") + work);
      EXPECT_EQ(ended.status, 0) << build << ' ' << work << '\n' << ended.errors;
      EXPECT_EQ(ended.errors, "") << build << ' ' << work;
    }
  }
}

TEST(MnScheduler, AddressSanitizerComplainsOfTheStackUnlessItIsTold) {
  const Ended untold = fibres("address", "--work=exceptions --workers=2 --annotation=none");
  EXPECT_NE(untold.errors.find("is ignoring requested __asan_handle_no_return"), std::string::npos);
}
#endif

}  // namespace
}  // namespace repro::scenarios
