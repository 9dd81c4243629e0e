#include "harness/hang/verdict.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace repro::hang {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ObservedThread sleeper(pid_t tid, WaitKind kind) {
  ObservedThread thread;
  thread.pid = 1;
  thread.tid = tid;
  thread.state = 'S';
  thread.wait.kind = kind;
  return thread;
}

ObservedThread waits_for(pid_t tid, pid_t owner, WaitKind kind = WaitKind::mutex) {
  ObservedThread thread = sleeper(tid, kind);
  thread.wait.owner = owner;
  return thread;
}

ObservedThread runner(pid_t tid, std::uint64_t cpu_ms) {
  ObservedThread thread = sleeper(tid, WaitKind::none);
  thread.state = 'R';
  thread.cpu_ms = cpu_ms;
  return thread;
}

/// `gone` are ids that no thread has any more.
Verdict verdict(std::vector<ObservedThread> threads, const std::set<pid_t>& gone = {}) {
  return decide(
      {std::move(threads), std::chrono::milliseconds(500), [&](pid_t tid) { return !gone.contains(tid); }});
}

TEST(Verdict, ProvesACycleAndLeavesOutThoseThatOnlyWaitForIt) {
  const Verdict found =
      verdict({waits_for(1, 3), waits_for(2, 3), waits_for(3, 4, WaitKind::join), waits_for(4, 2)});
  EXPECT_EQ(found.name, "deadlock");
  EXPECT_THAT(found.threads, ElementsAre(1, 2, 3));
  EXPECT_THAT(found.summary, HasSubstr("thread 3 waits for the end of thread 4"));
}

TEST(Verdict, ACycleIsProvedWhateverElseRuns) {
  EXPECT_EQ(verdict({runner(9, 500), waits_for(1, 2), waits_for(2, 1)}).name, "deadlock");
}

TEST(Verdict, AChainThatEndsSomewhereIsNoCycle) {
  EXPECT_EQ(verdict({waits_for(1, 2), sleeper(2, WaitKind::descriptor)}).name, "waits-outside");
  EXPECT_EQ(verdict({waits_for(1, 2), runner(2, 500)}).name, "spin");
}

TEST(Verdict, AWaitThatEndsByItselfProvesNoDeadlock) {
  ObservedThread timed = waits_for(2, 1);
  timed.wait.is_timed = true;
  EXPECT_EQ(verdict({waits_for(1, 2), timed}).name, "waits-outside");
}

TEST(Verdict, CallsALockOrphanedOnlyWhenItsOwnerIsNowhere) {
  EXPECT_EQ(verdict({waits_for(1, 7)}, {7}).name, "orphaned-lock");
  EXPECT_EQ(verdict({waits_for(1, 7)}).name, "no-waker") << "it lives, but in another tree";
}

TEST(Verdict, ManyThreadsThatShareTheProcessorsAreBusyTogether) {
  std::vector<ObservedThread> threads;
  for (pid_t tid = 1; tid <= 20; ++tid) threads.push_back(runner(tid, 40));
  EXPECT_EQ(verdict(std::move(threads)).name, "busy");
}

TEST(Verdict, BusyThreadsThatYieldAreALivelock) {
  ObservedThread yielding = runner(1, 250);
  yielding.is_yielding = true;
  EXPECT_EQ(verdict({yielding, runner(2, 250)}).name, "livelock");
  EXPECT_EQ(verdict({runner(1, 250), runner(2, 250)}).name, "busy");
  EXPECT_EQ(verdict({runner(1, 500), sleeper(2, WaitKind::futex)}).name, "spin");
}

TEST(Verdict, WakingUpWithoutUsingTimeIsPolling) {
  ObservedThread polling = sleeper(1, WaitKind::timer);
  polling.switches = 50;
  EXPECT_EQ(verdict({polling, sleeper(2, WaitKind::futex)}).name, "polling");
}

TEST(Verdict, NobodyIsLeftToWakeThem) {
  EXPECT_EQ(verdict({sleeper(1, WaitKind::futex), sleeper(2, WaitKind::child)}).name, "no-waker");
}

TEST(Verdict, OneStoppedThreadIsNoStoppedTree) {
  ObservedThread stopped = sleeper(1, WaitKind::none);
  stopped.state = 'T';
  EXPECT_EQ(verdict({stopped}).name, "stopped");
  EXPECT_EQ(verdict({stopped, sleeper(2, WaitKind::futex)}).name, "unknown");
}

TEST(Verdict, SaysThatItKnowsNothing) { EXPECT_EQ(verdict({}).name, "unknown"); }

}  // namespace
}  // namespace repro::hang
