// The driver of a bisection against a scripted subject.

#include "harness/campaign/bisect.h"

#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/files.h"
#include "harness/base/seed.h"
#include "tests/support/tool.h"

namespace repro::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ScriptedSubject final : public RevisionSubject {
 public:
  Result<std::optional<RevisionBuild>> build(std::size_t revision) override {
    ++builds;
    RevisionBuild build;
    build.is_built = revision != broken;
    return std::optional(build);
  }
  Result<std::optional<RevisionRunResult>> run(std::size_t revision, std::uint64_t index) override {
    if (++runs > most_runs) return std::optional<RevisionRunResult>();
    return std::optional(script(revision, index));
  }

  std::function<RevisionRunResult(std::size_t revision, std::uint64_t index)> script;
  std::size_t broken = 1'000'000;
  int builds = 0;
  int runs = 0;
  int most_runs = 1'000'000;
};

RevisionRunResult failed_with(const std::string& signature) {
  return {RevisionRun::failed, {signature}, "", {}};
}

class BisectTest : public ::testing::Test {
 protected:
  BisectTest() {
    for (int i = 0; i < 40; ++i) request_.revisions.push_back("r" + std::to_string(i));
    request_.command = {"./test"};
    subject_.script = [](std::size_t revision, std::uint64_t index) {
      // From 23 on two of three runs fail; a third bug is everywhere.
      if (index % 7 == 3) return failed_with("s1-other");
      const bool fails = revision >= 23 && index % 3 != 0;
      return fails ? failed_with("s1-wanted") : RevisionRunResult();
    };
  }
  Result<BisectResult> run(BisectLogMode mode = BisectLogMode::create) {
    return bisect(request_, subject_, folder_.file("b.log"), mode, [](std::string_view) {});
  }

  test::TemporaryFolder folder_;
  BisectRequest request_;
  ScriptedSubject subject_;
};

TEST_F(BisectTest, FindsTheRevisionOfTheBadEndsFailureAndLeavesOtherBugsOut) {
  const Result<BisectResult> result = run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->state, BisectionState::found);
  EXPECT_THAT(result->credible_set, ElementsAre(23U));
  EXPECT_THAT(result->signatures, ElementsAre("s1-wanted"));
  EXPECT_GT(result->other_failures, 0U);
}

TEST_F(BisectTest, LeavesOutWhatCannotBeBuiltOrTested) {
  subject_.broken = 20;
  const auto script = subject_.script;
  subject_.script = [script](std::size_t revision, std::uint64_t index) {
    return revision == 19 ? RevisionRunResult{RevisionRun::untestable, {}, "", {}} : script(revision, index);
  };
  const Result<BisectResult> result = run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->state, BisectionState::found);
  EXPECT_EQ(result->credible_set.front(), 23U);
}

TEST_F(BisectTest, GoesOnFromItsLogWithoutRepeatingARun) {
  subject_.most_runs = 12;
  const Result<BisectResult> first = run();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->is_interrupted);
  std::ofstream(folder_.file("b.log"), std::ios::app) << "{\"revision\":3,\"ru";  // killed while it wrote
  subject_.most_runs = 1'000'000;
  subject_.runs = 0;
  const Result<BisectResult> second = run(BisectLogMode::resume);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->state, BisectionState::found);
  EXPECT_THAT(second->credible_set, ElementsAre(23U));
  EXPECT_EQ(second->total_runs + second->other_failures, 12U + static_cast<std::uint64_t>(subject_.runs));
}

TEST_F(BisectTest, RefusesALogThatExistsOrIsOfAnotherBisection) {
  ASSERT_TRUE(run());
  const Result<BisectResult> again = run();
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("--resume"));
  request_.command = {"./other"};
  const Result<BisectResult> other = run(BisectLogMode::resume);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("another bisection"));
}

TEST_F(BisectTest, TakesAnyFailureWhenToldSo) {
  request_.takes_any_failure = true;
  subject_.script = [](std::size_t revision, std::uint64_t index) {
    return revision >= 9 ? failed_with("s1-" + std::to_string(index)) : RevisionRunResult();
  };
  const Result<BisectResult> result = run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->credible_set, ElementsAre(9U));
}

}  // namespace
}  // namespace repro::campaign
