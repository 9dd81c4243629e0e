// The subject by itself, without the harness: does each variant do what its scenario file says, in each
// build?

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>

#include "scenarios/shm-spinlock/document.h"
#include "scenarios/shm-spinlock/owner_probe.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/campaign/scenario.h"
#include "tests/scenarios/subject_run.h"

namespace repro::test {
namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// A hang cannot be proved by waiting. The repaired variants end within a tenth of a second; whoever is still
/// running after this bound counts as hanging, and on a slower machine the tests err towards passing.
constexpr std::chrono::milliseconds kHangBound{1500};

campaign::Scenario scenario() {
  const Result<campaign::Scenario> loaded =
      campaign::load_scenario(REPRO_TEST_BUILD_DIR "/lib/repro/scenarios/shm-spinlock/scenario.json");
  EXPECT_TRUE(loaded) << loaded.error().message;
  return *loaded;
}

SubjectRun run_program(std::vector<std::string> arguments, const SubjectBounds& bounds = {}) {
  arguments.insert(arguments.begin(), campaign::program_path(scenario(), Sanitizer::plain));
  return run_subject(arguments, bounds);
}

using Cell = std::tuple<const char*, Sanitizer>;

class ShmSpinlock : public ::testing::TestWithParam<Cell> {};

TEST_P(ShmSpinlock, DoesWhatItsScenarioFileSays) {
  const auto [name, build] = GetParam();
  const campaign::Scenario spinlock = scenario();
  const Result<campaign::ScenarioVariant> variant = campaign::find_variant(spinlock, name);
  ASSERT_TRUE(variant) << variant.error().message;
  const auto& expect = variant->expect;
  ASSERT_FALSE(expect.empty());
  SubjectBounds bounds;
  if (std::find(expect.begin(), expect.end(), Outcome::hang) != expect.end()) bounds.whole = kHangBound;
  const SubjectRun run = run_subject(campaign::scenario_command(spinlock, *variant, build).argv, bounds);
  SCOPED_TRACE(run.standard_output);
  EXPECT_EQ(run.standard_error, "") << "no detector says anything";
  EXPECT_FALSE(run.signal.has_value());
  const int code = run.exit_code.value_or(-1);
  ASSERT_TRUE(run.was_still_running || code == 0 || code == 1) << code;
  const Outcome outcome = run.was_still_running ? Outcome::hang : code == 0 ? Outcome::ok : Outcome::fail;
  EXPECT_THAT(expect, Contains(outcome));
}

INSTANTIATE_TEST_SUITE_P(
    EachVariantAndBuild, ShmSpinlock,
    ::testing::Combine(
        ::testing::Values("bare", "sentinel", "owner-pid", "owner-pid-scrub", "panic-bare", "panic-guard",
                          "torn-entry", "parity-blind", "owner-pid-even", "readers-ask", "writers-ask",
                          "owner-pid-readers", "reader-repairs", "writer-repairs", "reader-dies"),
        ::testing::Values(Sanitizer::plain, Sanitizer::address, Sanitizer::thread, Sanitizer::undefined)),
    [](const auto& instance) {
      std::string name = std::get<0>(instance.param);
      std::replace(name.begin(), name.end(), '-', '_');
      return name + "_" + std::string(to_string(std::get<1>(instance.param)));
    });

TEST(ShmSpinlockScenarioFile, NamesEveryVariantOfTheProgram) {
  const SubjectRun run = run_program({"--help"});
  for (const campaign::ScenarioVariant& variant : scenario().variants) {
    EXPECT_THAT(run.standard_output, HasSubstr(variant.name));
    EXPECT_THAT(variant.arguments, ElementsAre("--variant=" + variant.name));
  }
}

TEST(ShmSpinlockBare, SaysWhoDiedHoldingTheLockBeforeItHangs) {
  const SubjectRun run =
      run_program({"--variant=bare"}, {.text = "inside its critical section", .after_text = kHangBound});
  EXPECT_TRUE(run.was_still_running);
  EXPECT_THAT(run.standard_output, StartsWith("worker 0 (pid "));
  EXPECT_THAT(run.standard_output, HasSubstr("died inside its critical section"));
  EXPECT_THAT(run.standard_output, HasSubstr(": lock word 1, sequence "));
  EXPECT_THAT(run.standard_output, HasSubstr("(odd)"));
}

TEST(ShmSpinlockSentinel, StaysAtItsTerminalMark) {
  const SubjectRun run =
      run_program({"--variant=sentinel"}, {.text = "in the middle of the repair", .after_text = kHangBound});
  EXPECT_TRUE(run.was_still_running);
  EXPECT_THAT(run.standard_output,
              ContainsRegex("died in the middle of the repair by its (reader|writer) \\(kill 1\\): "
                            "lock word 4294967295,"));
}

TEST(ShmSpinlockOwnerPid, RecoversFromEachOfItsTwoDeaths) {
  const SubjectRun run = run_program({"--variant=owner-pid"});
  EXPECT_THAT(run.standard_output, HasSubstr("worker 0 (pid "));
  EXPECT_THAT(run.standard_output, HasSubstr("worker 1 (pid "));
  EXPECT_THAT(run.standard_output, HasSubstr("ok: 1 of 3 workers survived"));
}

TEST(ShmSpinlockOwnerPid, RecoversFromADeathThatLeftTheSequenceEven) {
  const SubjectRun run = run_program({"--variant=owner-pid-even"});
  EXPECT_THAT(run.standard_output, ContainsRegex("lock word [1-9][0-9]*, sequence [0-9]+ \\(even\\)"));
  EXPECT_THAT(run.standard_output, HasSubstr("ok: 2 of 3 workers survived"));
}

TEST(ShmSpinlockOwnerPid, RecoversByWhicheverSideIsAllowedToAsk) {
  for (const std::string side : {"reader", "writer"}) {
    const SubjectRun run = run_program({"--variant=" + side + "-repairs"});
    EXPECT_THAT(run.standard_output, HasSubstr("in the middle of the repair by its " + side));
    EXPECT_THAT(run.standard_output, HasSubstr("ok: 1 of 3 workers survived"));
  }
}

TEST(ShmSpinlockOwnerPid, IsReleasedByAReaderWhenNobodyElseIsLeft) {
  const SubjectRun run = run_program({"--variant=owner-pid-readers"});
  EXPECT_THAT(run.standard_output, HasSubstr("lock recovered 1 times"));
}

TEST(ShmSpinlockParityBlind, NeverPassesForRight) {
  for (int i = 0; i < 10; ++i) {
    const SubjectRun run = run_program({"--variant=parity-blind"}, {.whole = kHangBound});
    EXPECT_NE(run.exit_code, 0) << run.standard_output;
    EXPECT_THAT(run.standard_output, HasSubstr("(even)"));
  }
}

TEST(ShmSpinlockBare, ShrugsAtTheDeathOfAReader) {
  const SubjectRun run = run_program({"--variant=reader-dies"});
  EXPECT_THAT(run.standard_output, HasSubstr("died in the middle of a read"));
  EXPECT_THAT(run.standard_output, HasSubstr("ok: 2 of 3 workers survived"));
  EXPECT_THAT(run.standard_output, HasSubstr("lock recovered 0 times"));
}

TEST(ShmSpinlockSeqlock, NeverShowsAReaderAnEntryThatIsBeingWritten) {
  // Nobody dies here, and the program fails when a checksum is wrong in an entry that no exception cut off.
  // So many rounds, because a seqlock that excludes nobody is caught by chance: in 10 of 10 runs of 400
  // rounds without the lock, in 7 of 10 without the reader's second look.
  const SubjectRun run = run_program({"--variant=panic-guard", "--rounds=2000"});
  EXPECT_EQ(run.exit_code, 0) << run.standard_output;
}

TEST(ShmSpinlockTornEntry, ShowsTheHalfWrittenEntryThatTheRepairLeaves) {
  const SubjectRun run = run_program({"--variant=torn-entry"});
  EXPECT_THAT(run.standard_output, HasSubstr("half written\n"));
  EXPECT_THAT(run.standard_output, HasSubstr("fail: "));
  EXPECT_THAT(run.standard_output, HasSubstr("an entry whose beginning and end are of different documents"));
}

TEST(ShmSpinlockOptions, ThatAreWrongEndWithTwoAndOneLine) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {},
           {"--variant=nobody"},
           {"--variant=bare", "--workers=zero"},
           {"--variant=bare", "--workers=17"},
           {"--variant=bare", "--rounds=-1"},
           {"--variant=bare", "--readers"},
           {"--variant=owner-pid", "--workers=2"},
           {"--variant=bare", "--speed=9"},
           {"--variant=bare", "stray"},
       }) {
    const SubjectRun run = run_program(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.standard_error;
    EXPECT_EQ(run.standard_output, "");
    EXPECT_THAT(run.standard_error, MatchesRegex("shm-spinlock: [^\n]+\n"));
  }
}

TEST(OwnerProbe, TellsTheLivingFromTheDead) {
  EXPECT_EQ(shm_spinlock::probe_owner(::getpid()), shm_spinlock::OwnerState::alive);
  EXPECT_EQ(shm_spinlock::probe_owner(1), shm_spinlock::OwnerState::alive) << "even if we may not signal it";

  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(shm_spinlock::probe_owner(child), shm_spinlock::OwnerState::alive) << "a zombie still answers";
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(shm_spinlock::probe_owner(child), shm_spinlock::OwnerState::dead);
}

TEST(OwnerProbe, RefusesWhatKillWouldTakeForAGroup) {
  constexpr std::int64_t kLargestPid = std::numeric_limits<std::int32_t>::max();
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-::getpgrp()}, kLargestPid + 1,
        std::int64_t{0xffffffff}, std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(shm_spinlock::probe_owner(value), shm_spinlock::OwnerState::not_a_pid) << value;
  }
  EXPECT_EQ(shm_spinlock::probe_owner(kLargestPid), shm_spinlock::OwnerState::dead);
}

class CacheEntry : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(cache_, nullptr); }
  shm_spinlock::EntryCopy copy_of(std::uint32_t index) const {
    shm_spinlock::EntryCopy copy;
    shm_spinlock::copy_entry(cache_->entries.at(index), copy);
    return copy;
  }
  shm_spinlock::Cache* cache_ = shm_spinlock::map_shared_cache();
};

TEST_F(CacheEntry, IsEmptyThenWhole) {
  EXPECT_TRUE(copy_of(3).is_empty());
  shm_spinlock::Document document(3, 1, 100);
  shm_spinlock::render_into(cache_->entries[3], document);
  EXPECT_FALSE(copy_of(3).is_empty());
  EXPECT_TRUE(copy_of(3).has_right_checksum());
  EXPECT_FALSE(copy_of(3).is_torn());
}

TEST_F(CacheEntry, IsTornAndRefusedAndEvictedAfterADocumentThatDoesNotFit) {
  cache_->entries_in_use.store(4);
  shm_spinlock::Document whole(3, 1, 100);
  shm_spinlock::render_into(cache_->entries[3], whole);
  shm_spinlock::Document too_long(3, 2, shm_spinlock::kTooLong);
  EXPECT_THROW(shm_spinlock::render_into(cache_->entries[3], too_long), std::length_error);
  EXPECT_TRUE(copy_of(3).is_torn());
  EXPECT_FALSE(copy_of(3).has_right_checksum());
  shm_spinlock::evict_torn_entries(*cache_);
  EXPECT_TRUE(copy_of(3).is_empty());
}

}  // namespace
}  // namespace repro::test
