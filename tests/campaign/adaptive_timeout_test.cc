#include "harness/campaign/adaptive_timeout.h"

#include <gtest/gtest.h>

namespace repro::campaign {
namespace {

using namespace std::chrono_literals;

TEST(AdaptiveTimeout, IsAMinuteBeforeAnythingIsKnown) {
  AdaptiveTimeout timeout;
  EXPECT_EQ(timeout.timeout(Sanitizer::plain), 60s);
  timeout.add_ok_run(Sanitizer::plain, 5ms);
  timeout.add_ok_run(Sanitizer::plain, 5ms);
  EXPECT_EQ(timeout.timeout(Sanitizer::plain), 60s) << "two runs are not enough";
}

TEST(AdaptiveTimeout, IsAtLeastTenSecondsForShortRuns) {
  AdaptiveTimeout timeout;
  for (int i = 0; i < 3; ++i) timeout.add_ok_run(Sanitizer::plain, 5ms);
  EXPECT_EQ(timeout.timeout(Sanitizer::plain), 10s);
}

TEST(AdaptiveTimeout, FollowsTheMedianAndTheMaximum) {
  AdaptiveTimeout timeout;
  for (const auto wall : {2s, 2s, 3s}) timeout.add_ok_run(Sanitizer::plain, wall);
  EXPECT_EQ(timeout.timeout(Sanitizer::plain), 20s);
  timeout.add_ok_run(Sanitizer::plain, 100s);
  EXPECT_EQ(timeout.timeout(Sanitizer::plain), 300s);
}

TEST(AdaptiveTimeout, IsLearnedPerBuild) {
  AdaptiveTimeout timeout;
  for (int i = 0; i < 3; ++i) timeout.add_ok_run(Sanitizer::plain, 30s);
  EXPECT_EQ(timeout.timeout(Sanitizer::plain), 300s);
  EXPECT_EQ(timeout.timeout(Sanitizer::thread), 90s)
      << "the longest run of another build bounds it from below";
}

}  // namespace
}  // namespace repro::campaign
