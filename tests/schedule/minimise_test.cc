#include "harness/schedule/minimise.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace repro::schedule {
namespace {

using Events = std::set<std::uint64_t>;

/// `count` preemptive deviations of thread 1, at its events 10, 20, 30, ...
std::vector<ScheduleSwitch> switches(std::uint64_t count) {
  std::vector<ScheduleSwitch> all;
  for (std::uint64_t i = 1; i <= count; ++i) {
    ScheduleSwitch change;
    change.thread = 1;
    change.event = 10 * i;
    change.next_thread = 2;
    change.is_preemptive = true;
    all.push_back(change);
  }
  return all;
}

Events events_of(std::span<const ScheduleSwitch> some) {
  Events events;
  for (const ScheduleSwitch& change : some) events.insert(change.event);
  return events;
}

/// A program that fails when `fails` says so of the events that were deviated at.
template <class Fails>
ReplayOnce program(Fails fails) {
  return [fails](std::span<const ScheduleSwitch> some) -> Result<Replay> {
    Replay replay;
    replay.is_alike = fails(events_of(some));
    replay.followed.assign(some.begin(), some.end());
    return replay;
  };
}

bool has_all(const Events& events, const Events& needed) {
  return std::includes(events.begin(), events.end(), needed.begin(), needed.end());
}

TEST(Minimise, FindsTheOneSwitchThatMatters) {
  const auto result =
      minimise(switches(64), program([](const Events& events) { return has_all(events, {370}); }), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(events_of(result->switches), Events{370});
  EXPECT_TRUE(result->is_reproduced);
  EXPECT_TRUE(result->is_minimal);
  EXPECT_LT(result->replays, 60U);
}

TEST(Minimise, KeepsSwitchesThatOnlyMatterTogether) {
  const auto result = minimise(switches(40), program([](const Events& events) {
                                 return has_all(events, {20, 210, 400});
                               }),
                               {});
  ASSERT_TRUE(result);
  EXPECT_EQ(events_of(result->switches), (Events{20, 210, 400}));
  EXPECT_TRUE(result->is_minimal);
}

TEST(Minimise, NeedsNoSwitchWhereTheProgramFailsAnyway) {
  const auto result = minimise(switches(8), program([](const Events&) { return true; }), {});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->switches.empty());
  EXPECT_TRUE(result->is_minimal);
}

// 20 alone hides the failure that 10 brings; 30 brings it back. So every list with 20 needs 30 as well, and a
// search that believed in monotony would end with {10, 20, 30}.
TEST(Minimise, LeavesALocalMinimumWhereTheFailureIsNotMonotone) {
  const auto fails = [](const Events& events) {
    return has_all(events, {10}) && (!events.contains(20) || events.contains(30));
  };
  const auto result = minimise(switches(3), program(fails), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(events_of(result->switches), Events{10});
  EXPECT_TRUE(result->is_minimal);
}

TEST(Minimise, NeverReturnsAListThatDidNotFailAlikeTwice) {
  // Every second replay fails to fail: no shorter list is ever confirmed.
  std::uint64_t asked = 0;
  const ReplayOnce flaky = [&](std::span<const ScheduleSwitch> some) -> Result<Replay> {
    Replay replay;
    replay.is_alike = some.size() == 6 || ++asked % 2 == 1;
    replay.followed.assign(some.begin(), some.end());
    return replay;
  };
  const auto result = minimise(switches(6), flaky, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->switches.size(), 6U);
}

TEST(Minimise, SaysWhenTheWholeListDoesNotFail) {
  const auto result = minimise(switches(5), program([](const Events&) { return false; }), {});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->is_reproduced);
  EXPECT_FALSE(result->is_minimal);
  EXPECT_EQ(result->switches, switches(5));
  EXPECT_EQ(result->replays, 1U);
}

TEST(Minimise, StopsAtItsBudgetAndSaysSo) {
  MinimiseOptions options;
  options.most_replays = 9;
  const auto fails = [](const Events& events) { return events.size() >= 30; };
  const auto result = minimise(switches(64), program(fails), options);
  ASSERT_TRUE(result);
  EXPECT_LE(result->replays, 9U);
  EXPECT_FALSE(result->is_minimal);
  EXPECT_GE(result->switches.size(), 30U);
}

TEST(Minimise, GoesOnWithWhatTheReplayReallyFollowed) {
  // The scheduler ignores all but the first five entries, whatever it is given.
  const ReplayOnce ignoring = [](std::span<const ScheduleSwitch> some) -> Result<Replay> {
    Replay replay;
    replay.is_alike = events_of(some).contains(10);
    replay.followed.assign(some.begin(),
                           some.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(some.size(), 5)));
    return replay;
  };
  MinimiseOptions options;
  options.most_replays = 2;
  const auto result = minimise(switches(50), ignoring, options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->switches.size(), 5U);
}

TEST(Minimise, PostponesAPreemptionToTheEndOfTheThread) {
  // It fails whenever thread 2 runs after event 10 of thread 1, also after its last one, 100.
  const ReplayOnce replay_once = [](std::span<const ScheduleSwitch> some) -> Result<Replay> {
    Replay replay;
    replay.is_alike = std::any_of(some.begin(), some.end(),
                                  [](const ScheduleSwitch& change) { return change.event >= 10; });
    replay.followed.assign(some.begin(), some.end());
    for (ScheduleSwitch& change : replay.followed) change.is_preemptive = change.event < 100;
    replay.thread_events = {5, 100, 50};
    return replay;
  };
  const auto result = minimise(switches(3), replay_once, {});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->switches.size(), 1U);
  EXPECT_EQ(result->switches.front().event, 100U);
  EXPECT_FALSE(result->switches.front().is_preemptive);
}

TEST(Minimise, PassesOnTheErrorOfAReplay) {
  const ReplayOnce broken = [](std::span<const ScheduleSwitch>) -> Result<Replay> {
    return fail(ErrorKind::environment, "no process left");
  };
  EXPECT_FALSE(minimise(switches(3), broken, {}));
}

}  // namespace
}  // namespace repro::schedule
