// The seqlock without its fence: what the model proves, and that the programs on this machine do what the
// scenario file says.

#include "scenarios/seqlock-fence/model_programs.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/built_scenario.h"

namespace repro::test {
namespace {

using seqlock_fence::Action;
using seqlock_fence::Exploration;
using seqlock_fence::Location;
using seqlock_fence::Machine;
using seqlock_fence::Order;
using seqlock_fence::Ordering;
using seqlock_fence::Program;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

Exploration explore(Ordering ordering, Machine machine) {
  return seqlock_fence::explore(seqlock_fence::writer_program(ordering),
                                seqlock_fence::reader_program(ordering), machine,
                                seqlock_fence::is_torn_and_believed);
}

TEST(SeqlockModel, FindsTheTornReadWhereStoresMayPassEachOther) {
  const Exploration all = explore(Ordering::no_writer_fence, Machine::weak);
  EXPECT_GT(all.bad, 0U);
  EXPECT_LT(all.bad, all.executions);
  EXPECT_THAT(all.witness, Contains("reader reads sequence: 0"));
  EXPECT_GT(explore(Ordering::no_reader_fence, Machine::weak).bad, 0U);
}

TEST(SeqlockModel, ProvesBothRepairs) {
  for (const Ordering ordering : {Ordering::fences, Ordering::ordered_words}) {
    const Exploration all = explore(ordering, Machine::weak);
    EXPECT_GT(all.executions, 0U);
    EXPECT_EQ(all.bad, 0U);
    EXPECT_THAT(all.witness, IsEmpty());
  }
}

TEST(SeqlockModel, ShowsThatX86HidesEitherFence) {
  for (const Ordering ordering : {Ordering::no_writer_fence, Ordering::no_reader_fence}) {
    EXPECT_EQ(explore(ordering, Machine::x86).bad, 0U);
  }
}

TEST(SeqlockModel, OfX86LetsALoadPassAStoreAndNothingElse) {
  // Two threads that each store one location and load the other's: both may read 0 only there.
  const Program left{{Action::store, Order::relaxed, Location::first_word, 1},
                     {Action::load, Order::relaxed, Location::second_word, 0}};
  const Program right{{Action::store, Order::relaxed, Location::second_word, 1},
                      {Action::load, Order::relaxed, Location::first_word, 0}};
  const Exploration all = seqlock_fence::explore(left, right, Machine::x86, [](const auto&) { return true; });
  EXPECT_EQ(all.executions, 24U) << "4 operations in any order";
  const Program stores{{Action::store, Order::relaxed, Location::first_word, 1},
                       {Action::store, Order::relaxed, Location::second_word, 1}};
  const Program loads{{Action::load, Order::relaxed, Location::second_word, 0},
                      {Action::load, Order::relaxed, Location::first_word, 0}};
  const auto is_second_alone = [](const seqlock_fence::Observation& seen) { return seen[0] > seen[1]; };
  EXPECT_EQ(seqlock_fence::explore(stores, loads, Machine::x86, is_second_alone).bad, 0U);
  EXPECT_GT(seqlock_fence::explore(stores, loads, Machine::weak, is_second_alone).bad, 0U);
}

TEST(SeqlockModel, KeepsOneLocationInOrderOnAnyMachine) {
  const Program twice{{Action::store, Order::relaxed, Location::first_word, 1},
                      {Action::store, Order::relaxed, Location::first_word, 2}};
  EXPECT_TRUE(seqlock_fence::must_precede(twice, 0, 1, Machine::weak));
}

class SeqlockFence : public ::testing::TestWithParam<Sanitizer> {};

TEST_P(SeqlockFence, DoesWhatItsScenarioFileSays) {
  for (const campaign::ScenarioVariant& variant : built_scenario("seqlock-fence").variants) {
    const SubjectRun run = run_program("seqlock-fence", variant.arguments, GetParam());
    const bool is_race = variant.name == "plain-words" && GetParam() == Sanitizer::thread;
    if (!is_race) {
      EXPECT_EQ(run.standard_error, "") << variant.name;
    }
    if (variant.expect.size() > 1) continue;
    EXPECT_EQ(run.exit_code, variant.expect.at(0) == Outcome::ok ? 0 : 1) << variant.name;
  }
}

INSTANTIATE_TEST_SUITE_P(EachBuild, SeqlockFence,
                         ::testing::Values(Sanitizer::plain, Sanitizer::address, Sanitizer::thread),
                         [](const auto& instance) { return std::string(to_string(instance.param)); });

#if defined(__clang__)
TEST(SeqlockPlainWords, AreTornWhereTheCompilerRemovesTheOddNumber) {
  // A reader that shares its processor with the writer sees a torn entry only when the writer is set aside in
  // the middle of one, so on a machine with one processor this may take several runs.
  bool is_torn = false;
  for (int i = 0; i < 20 && !is_torn; ++i) {
    is_torn = run_program("seqlock-fence", {"--variant=plain-words"}).exit_code == 1;
  }
  EXPECT_TRUE(is_torn);
}
#endif

TEST(SeqlockFenceOptions, ThatAreWrongEndWithTwoAndOneLine) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{}, {"--variant=nobody"}, {"--variant=fence", "stray"}}) {
    const SubjectRun run = run_program("seqlock-fence", arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.standard_error, MatchesRegex("seqlock-fence: [^\n]+\n"));
  }
  EXPECT_THAT(run_program("seqlock-fence", {"--help"}).standard_output, HasSubstr("model-weak-no-fence"));
}

}  // namespace
}  // namespace repro::test
