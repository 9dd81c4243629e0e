// The campaign loop against a scripted world of processes and a real campaign file.

#include "harness/campaign/campaign.h"

#include <atomic>
#include <cerrno>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/text.h"
#include "harness/campaign/summarise.h"
#include "tests/support/tool.h"

namespace repro::campaign {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::uint64_t index_of(const process::RunSpec& spec) {
  constexpr std::string_view kName = "REPRO_RUN_INDEX=";
  for (const std::string& entry : spec.environment) {
    if (entry.starts_with(kName)) return *parse_unsigned(std::string_view(entry).substr(kName.size()));
  }
  ADD_FAILURE() << "a run without its index";
  return 0;
}

ProcessResult exited(int code) {
  ProcessResult result;
  result.termination = Exited{code};
  result.wall = std::chrono::milliseconds(1);
  return result;
}

/// What the world answers to the run of an index.
using Script = std::function<Result<ProcessResult>(std::uint64_t index)>;

class ScriptedRunner final : public process::ProcessRunner {
 public:
  explicit ScriptedRunner(Script script) : script_(std::move(script)) {}
  Result<ProcessResult> run(const process::RunSpec& spec) override { return script_(index_of(spec)); }

 private:
  Script script_;
};

/// Keeps the notes; calls `after_run` where a person would see a run finish.
class WatchingProgress final : public Progress {
 public:
  void run_finished(const RunRecord& /*run*/, const ProgressState& state) override {
    last = state;
    if (after_run) after_run(state);
  }
  void tick(const ProgressState& /*state*/) override {}
  void note(std::string_view text) override { notes.emplace_back(text); }
  void finish() override { is_finished = true; }

  std::function<void(const ProgressState&)> after_run;
  std::vector<std::string> notes;
  ProgressState last;
  bool is_finished = false;
};

class CampaignTest : public ::testing::Test {
 protected:
  CampaignTest() {
    Result<std::unique_ptr<process::StopRequest>> stop = process::StopRequest::create();
    EXPECT_TRUE(stop);
    stop_ = *std::move(stop);
    request_.seed = 1;
    request_.runs_per_arm = 10;
    request_.timeout = std::chrono::seconds(10);
    add_arm("only");
  }

  void add_arm(const std::string& variant) {
    Arm arm;
    arm.id = static_cast<std::uint32_t>(request_.arms.size());
    arm.key.variant = variant;
    arm.command.argv = {"/subject"};
    request_.arms.push_back(std::move(arm));
  }

  [[nodiscard]] std::string file() const { return folder_.file("c.repro"); }
  [[nodiscard]] store::Store create() const {
    Result<store::Store> store = store::Store::create(file(), request_, {}, nanoseconds(0));
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  [[nodiscard]] store::Store reopen() const {
    Result<store::Store> store = store::Store::open_for_append(file());
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }

  /// Carries the campaign out in the world of `script`, which counts what it is asked.
  Result<void> carry_out(store::Store& store, const Script& script) {
    Result<findings::Oracle> oracle = findings::Oracle::create({});
    EXPECT_TRUE(oracle);
    ExecutionPlan plan;
    plan.request = &request_;
    plan.oracle = &*oracle;
    plan.temporary_base = folder_.path();
    for (const Arm& arm : request_.arms) plan.environments.emplace_back(arm, Environment(), "");
    World world;
    world.make_runner = [&]() -> Result<std::unique_ptr<process::ProcessRunner>> {
      ++runners_;
      return std::unique_ptr<process::ProcessRunner>(
          std::make_unique<ScriptedRunner>([&](std::uint64_t index) {
            {
              const std::lock_guard lock(mutex_);
              ++executed_[index];
            }
            return script(index);
          }));
    };
    world.stop = stop_.get();
    world.progress = &progress_;
    world.clock = &system_clock();
    return run_campaign(plan, store, world);
  }

  [[nodiscard]] static std::vector<std::uint64_t> indexes(const store::Store& store) {
    const Result<std::vector<std::uint64_t>> stored = store.stored_indexes();
    EXPECT_TRUE(stored);
    return stored ? *stored : std::vector<std::uint64_t>();
  }
  [[nodiscard]] static CampaignSummary summary(const store::Store& store) {
    Result<CampaignSummary> summary = summarise(store);
    EXPECT_TRUE(summary) << summary.error().message;
    return summary ? *std::move(summary) : CampaignSummary();
  }
  [[nodiscard]] static std::vector<std::uint64_t> first_numbers(std::uint64_t count) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 0; number < count; ++number) numbers.push_back(number);
    return numbers;
  }

  using Environment = std::map<std::string, std::string>;

  test::TemporaryFolder folder_;
  Request request_;
  WatchingProgress progress_;
  std::unique_ptr<process::StopRequest> stop_;
  std::mutex mutex_;
  std::map<std::uint64_t, int> executed_;  ///< how often each index was run, in all sessions
  int runners_ = 0;
};

TEST_F(CampaignTest, StoresEachPlannedRunExactlyOnceWithFourWorkers) {
  add_arm("other");
  request_.runs_per_arm = 50;
  request_.jobs = 4;
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t index) { return exited(index % 5 == 0 ? 1 : 0); }));
  EXPECT_EQ(runners_, 4);
  EXPECT_EQ(indexes(store), first_numbers(100));
  EXPECT_THAT(executed_, SizeIs(100));
  for (const auto& [index, times] : executed_) EXPECT_EQ(times, 1) << index;
  const CampaignSummary seen = summary(store);
  EXPECT_EQ(seen.state, CampaignState::complete);
  EXPECT_EQ(seen.totals().ok, 80U);
  EXPECT_EQ(seen.totals().fail, 20U);
  EXPECT_EQ(seen.arms[0].counts.counted(), 50U);
  EXPECT_EQ(seen.arms[1].counts.counted(), 50U);
  EXPECT_EQ(progress_.last.finished, 100U);
  EXPECT_TRUE(progress_.is_finished);
}

TEST_F(CampaignTest, RemovesTheFolderOfEveryRun) {
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t index) { return exited(index % 2 == 0 ? 1 : 0); }));
  for (const std::string& name : folder_.names()) EXPECT_THAT(name, ::testing::StartsWith("c.repro"));
}

TEST_F(CampaignTest, MakesNoMoreRunnersThanRuns) {
  request_.runs_per_arm = 2;
  request_.jobs = 8;
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(0); }));
  EXPECT_EQ(runners_, 2);
}

TEST_F(CampaignTest, StartsNoRunAfterTheWantedNumberOfFailures) {
  request_.runs_per_arm = 1000;
  request_.stop_after_failures = 3;
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(1); }));
  EXPECT_EQ(indexes(store), first_numbers(3));
  const CampaignSummary seen = summary(store);
  EXPECT_EQ(seen.state, CampaignState::stopped_early);
  EXPECT_THAT(seen.state_note, HasSubstr("3 failures seen"));
}

TEST_F(CampaignTest, CountsTheRunsInFlightWhenTheStopRuleFires) {
  request_.runs_per_arm = 1000;
  request_.stop_after_failures = 1;
  request_.jobs = 4;
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(1); }));
  const std::size_t runs = indexes(store).size();
  EXPECT_GE(runs, 1U);
  EXPECT_LE(runs, 4U) << "at most what was in flight";
  EXPECT_EQ(executed_.size(), runs) << "what was executed is stored";
}

TEST_F(CampaignTest, StopsWhenItsTimeIsUp) {
  request_.runs_per_arm.reset();
  request_.duration = std::chrono::milliseconds(20);
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(0); }));
  EXPECT_FALSE(indexes(store).empty());
  EXPECT_EQ(summary(store).state, CampaignState::complete) << "time was all that it was asked";
}

TEST_F(CampaignTest, DropsTheRunsInFlightWhenInterrupted) {
  request_.runs_per_arm = 1000;
  request_.jobs = 2;
  store::Store store = create();
  // Each worker ends some runs, then one of them interrupts and both see their run ended by it.
  ASSERT_TRUE(carry_out(store, [&](std::uint64_t index) -> Result<ProcessResult> {
    if (index == 10) stop_->request();
    if (stop_->level() == 0) return exited(0);
    if (index % 2 == 0) return fail(ErrorKind::internal, "stopped before the start", ECANCELED);
    ProcessResult ended = exited(0);
    ended.stop_reason = StopReason::interrupted;
    return ended;
  }));
  const CampaignSummary seen = summary(store);
  EXPECT_EQ(seen.state, CampaignState::interrupted);
  const std::vector<std::uint64_t> stored = indexes(store);
  EXPECT_EQ(stored.size(), seen.totals().ok);
  EXPECT_GE(stored.size(), 9U) << "all before run 10 but the one beside it";
  EXPECT_THAT(stored, ::testing::Not(::testing::Contains(10U)));
  EXPECT_LT(stored.size(), executed_.size());
  EXPECT_THAT(progress_.notes, ::testing::Contains(HasSubstr("interrupted")));
}

TEST_F(CampaignTest, EndsWithoutARunWhenTheCommandCannotBeExecuted) {
  request_.jobs = 4;
  store::Store store = create();
  const Result<void> ended = carry_out(store, [](std::uint64_t) -> Result<ProcessResult> {
    return fail(ErrorKind::usage, "'/subject' cannot be executed", ENOENT);
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::usage);
  EXPECT_THAT(ended.error().message, HasSubstr("/subject"));
  EXPECT_TRUE(indexes(store).empty());
  EXPECT_LE(executed_.size(), 4U) << "no worker tries twice";
}

TEST_F(CampaignTest, CountsAMachineThatIsOutOfProcessesAsInfra) {
  request_.runs_per_arm = 3;
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t index) -> Result<ProcessResult> {
    if (index == 1) return fail(ErrorKind::environment, "no process is left", EAGAIN);
    return exited(0);
  }));
  const CampaignSummary seen = summary(store);
  EXPECT_EQ(seen.totals().ok, 2U);
  EXPECT_EQ(seen.totals().infra, 1U);
  ASSERT_THAT(seen.infra, SizeIs(1));
  EXPECT_THAT(seen.infra[0].reason, HasSubstr("no process is left"));
  EXPECT_EQ(seen.state, CampaignState::complete);
}

TEST_F(CampaignTest, GivesUpOnAMachineThatCannotRunTheSubject) {
  request_.runs_per_arm = 1000;
  store::Store store = create();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) -> Result<ProcessResult> {
    return fail(ErrorKind::environment, "no process is left", EAGAIN);
  }));
  EXPECT_EQ(indexes(store), first_numbers(20));
  EXPECT_EQ(summary(store).state, CampaignState::stopped_early);
}

TEST_F(CampaignTest, ResumeDoesOnlyWhatIsMissing) {
  request_.runs_per_arm = 20;
  {
    store::Store store = create();
    // Every third run is lost with its session.
    ASSERT_TRUE(carry_out(store, [&](std::uint64_t index) -> Result<ProcessResult> {
      if (index == 7) {
        stop_->request();
        return fail(ErrorKind::internal, "stopped before the start", ECANCELED);
      }
      return exited(0);
    }));
    EXPECT_EQ(indexes(store), first_numbers(7));
  }
  stop_ = *process::StopRequest::create();
  store::Store store = reopen();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(0); }));
  EXPECT_EQ(indexes(store), first_numbers(20));
  EXPECT_EQ(executed_[0], 1);
  EXPECT_EQ(executed_[7], 2) << "the run that was dropped is done again";
  EXPECT_EQ(executed_[19], 1);
  EXPECT_EQ(summary(store).state, CampaignState::complete);
  EXPECT_EQ(progress_.last.finished, 13U) << "of this session";
  EXPECT_EQ(progress_.last.counts.ok, 20U) << "of the whole campaign";
}

TEST_F(CampaignTest, ResumeFillsTheGapsThatParallelRunsLeft) {
  request_.runs_per_arm = 30;
  request_.jobs = 3;
  {
    store::Store store = create();
    ASSERT_TRUE(carry_out(store, [&](std::uint64_t index) -> Result<ProcessResult> {
      if (index == 4) return fail(ErrorKind::internal, "stopped before the start", ECANCELED);
      if (index == 15) stop_->request();
      return exited(0);
    }));
    const std::vector<std::uint64_t> stored = indexes(store);
    EXPECT_THAT(stored, ::testing::Contains(15U));
    EXPECT_THAT(stored, ::testing::Not(::testing::Contains(4U)));
  }
  stop_ = *process::StopRequest::create();
  store::Store store = reopen();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(0); }));
  EXPECT_EQ(indexes(store), first_numbers(30));
  for (const auto& [index, times] : executed_) EXPECT_EQ(times, index == 4 ? 2 : 1) << index;
}

TEST_F(CampaignTest, ResumeAddsNothingAfterTheStopRuleHasFired) {
  request_.stop_after_failures = 2;
  {
    store::Store store = create();
    ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(1); }));
  }
  store::Store store = reopen();
  ASSERT_TRUE(carry_out(store, [](std::uint64_t) { return exited(1); }));
  EXPECT_EQ(indexes(store), first_numbers(2));
  EXPECT_EQ(executed_.size(), 2U);
}

TEST_F(CampaignTest, ReportsWhyNoRunnerCouldBeMade) {
  store::Store store = create();
  Result<findings::Oracle> oracle = findings::Oracle::create({});
  ASSERT_TRUE(oracle);
  ExecutionPlan plan;
  plan.request = &request_;
  plan.oracle = &*oracle;
  for (const Arm& arm : request_.arms) plan.environments.emplace_back(arm, Environment(), "");
  World world;
  world.make_runner = []() -> Result<std::unique_ptr<process::ProcessRunner>> {
    return fail(ErrorKind::environment, "no keeper");
  };
  world.stop = stop_.get();
  world.progress = &progress_;
  world.clock = &system_clock();
  const Result<void> ended = run_campaign(plan, store, world);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::environment);
  EXPECT_TRUE(indexes(store).empty());
}

}  // namespace
}  // namespace repro::campaign
