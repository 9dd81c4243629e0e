#include "harness/campaign/stop_rule.h"

#include <gtest/gtest.h>

namespace repro::campaign {
namespace {

using namespace std::chrono_literals;

TEST(StopRule, GoesOnWhileNothingWasAskedAndRunsCount) {
  Progression progression;
  progression.counts.add(Outcome::crash, 1000);
  EXPECT_FALSE(decide_stop({}, progression));
}

TEST(StopRule, StopsAfterTheNthFailureAndSaysSo) {
  Request request;
  request.stop_after_failures = 3;
  Progression progression;
  progression.counts.add(Outcome::crash, 1);
  progression.counts.add(Outcome::hang, 1);
  progression.counts.add(Outcome::infra, 5);
  EXPECT_FALSE(decide_stop(request, progression)) << "infra is no failure";
  progression.counts.add(Outcome::fail);
  const auto decision = decide_stop(request, progression);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, StopKind::failures_seen);
  EXPECT_EQ(decision->note, "3 failures seen (--stop-after=3)");
}

TEST(StopRule, StopsWhenTimeIsUp) {
  Request request;
  request.duration = 10s;
  EXPECT_FALSE(decide_stop(request, {{}, 9999ms}));
  const auto decision = decide_stop(request, {{}, 10s});
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, StopKind::time_is_up);
}

TEST(StopRule, GivesUpOnAMachineOnWhichNoRunCounts) {
  Progression progression;
  progression.counts.add(Outcome::infra, 20);
  const auto decision = decide_stop({}, progression);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, StopKind::machine_unfit);
  progression.counts.add(Outcome::ok);
  EXPECT_FALSE(decide_stop({}, progression)) << "one counted run shows that the machine can";
}

}  // namespace
}  // namespace repro::campaign
