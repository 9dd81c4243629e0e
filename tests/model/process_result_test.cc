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

}  // namespace
}  // namespace repro
