#include "harness/model/process_result.h"

#include <gtest/gtest.h>

namespace repro {
namespace {

TEST(CapturedStream, SaysHowMuchWasDropped) {
  CapturedStream stream{"head", "tail\n", 1000};
  EXPECT_EQ(stream.dropped_bytes(), 991U);
  EXPECT_EQ(stream.text(), "head\n[repro: 991 bytes dropped here]\ntail\n");
}

TEST(CapturedStream, IsUnchangedWhenNothingWasDropped) {
  CapturedStream stream{"one\n", "two\n", 8};
  EXPECT_EQ(stream.text(), "one\ntwo\n");
}

TEST(StopReason, ReadsBackEachOfItsNames) {
  for (const StopReason reason : kStopReasons) EXPECT_EQ(parse_stop_reason(to_string(reason)), reason);
  for (const StopStep step : kStopSteps) EXPECT_EQ(parse_stop_step(to_string(step)), step);
  EXPECT_EQ(parse_stop_reason("bored"), std::nullopt);
}

}  // namespace
}  // namespace repro
