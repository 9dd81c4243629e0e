// What each canary makes each build say, as the tool chain of this tree's compilers says it. `repro doctor`
// asks the same of a user's machine; here a detector that is blind is a failure.

#include <algorithm>
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/subject_run.h"

namespace repro::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string program(const std::string& build) {
  return REPRO_TEST_BUILD_DIR "/lib/repro/canaries/canary." + build;
}

struct Sight {
  const char* canary;
  const char* build;
  const char* report;  ///< in standard error; "" when this build cannot see the fault
};

void PrintTo(const Sight& sight, std::ostream* out) { *out << sight.canary << " under " << sight.build; }

class Canary : public ::testing::TestWithParam<Sight> {};

TEST_P(Canary, IsSeenByTheBuildsThatCanSeeIt) {
  const SubjectRun run = run_subject({program(GetParam().build), GetParam().canary});
  EXPECT_FALSE(run.was_still_running);
  if (std::string(GetParam().report).empty()) {
    EXPECT_THAT(run.standard_error, IsEmpty());
    EXPECT_EQ(run.exit_code, 0);
  } else {
    EXPECT_THAT(run.standard_error, HasSubstr(GetParam().report));
  }
}

constexpr Sight kSights[] = {
    {"use-after-free", "plain", ""},
    {"use-after-free", "address", "ERROR: AddressSanitizer: heap-use-after-free"},
    {"use-after-free", "thread", "WARNING: ThreadSanitizer: heap-use-after-free"},
    {"use-after-free", "undefined", ""},
    {"leak", "plain", ""},
    {"leak", "address", "ERROR: LeakSanitizer: detected memory leaks"},
    {"leak", "thread", ""},
    {"leak", "undefined", ""},
    {"segfault", "address", "ERROR: AddressSanitizer: SEGV on unknown address"},
    {"segfault", "thread", "ERROR: ThreadSanitizer: SEGV on unknown address"},
    {"undefined", "plain", ""},
    {"undefined", "address", ""},
    {"undefined", "thread", ""},
    {"undefined", "undefined", "runtime error: signed integer overflow"},
    {"uninitialised", "plain", ""},
    {"race", "plain", ""},
    {"race", "address", ""},
    {"race", "thread", "WARNING: ThreadSanitizer: data race"},
    {"race", "undefined", ""},
    {"deadlock", "plain", ""},
    {"deadlock", "address", ""},
    {"deadlock", "thread", "WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock)"},
    {"clean", "plain", ""},
    {"clean", "address", ""},
    {"clean", "thread", ""},
    {"clean", "undefined", ""},
#ifdef REPRO_TEST_HAS_MEMORY_BUILD
    {"segfault", "memory", "ERROR: MemorySanitizer: SEGV on unknown address"},
    {"uninitialised", "memory", "WARNING: MemorySanitizer: use-of-uninitialized-value"},
    {"leak", "memory", ""},
    {"undefined", "memory", ""},
    {"race", "memory", ""},
    {"deadlock", "memory", ""},
    {"clean", "memory", ""},
#endif
};

INSTANTIATE_TEST_SUITE_P(EachBuild, Canary, ::testing::ValuesIn(kSights), [](const auto& instance) {
  std::string name = std::string(instance.param.canary) + "_" + instance.param.build;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(CanaryOfASegfault, DiesByItsSignalWhereNobodyHandlesIt) {
  EXPECT_EQ(run_subject({program("plain"), "segfault"}).signal, SIGSEGV);
}

TEST(CanaryOfAHang, NeverEndsInAnyBuild) {
  for (const char* build : {"plain", "address", "thread", "undefined"}) {
    // A deadlock cannot be proved by waiting; a run of `clean` ends within a tenth of this.
    SubjectBounds bounds;
    bounds.whole = std::chrono::milliseconds(500);
    EXPECT_TRUE(run_subject({program(build), "hang"}, bounds).was_still_running) << build;
  }
}

TEST(CanaryWithoutAName, EndsWithTwoAndTheNames) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{}, {"dog"}, {"race", "leak"}}) {
    std::vector<std::string> argv{program("plain")};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const SubjectRun run = run_subject(argv);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.standard_error, HasSubstr("use-after-free"));
  }
}

}  // namespace
}  // namespace repro::test
