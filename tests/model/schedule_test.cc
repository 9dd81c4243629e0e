#include "harness/model/schedule.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace repro {
namespace {

using ::testing::HasSubstr;

TEST(ScheduleSpec, ReadsBackWhatItWrites) {
  for (const char* text :
       {"os", "os+load:4", "os+affinity:1", "noise", "noise:50", "random", "pct", "pct:10", "pos", "surw"}) {
    const Result<ScheduleSpec> spec = parse_schedule(text);
    ASSERT_TRUE(spec) << text;
    EXPECT_EQ(to_string(*spec), text);
  }
}

TEST(ScheduleSpec, GivesOneNameToADefaultThatIsWrittenOut) {
  EXPECT_EQ(to_string(*parse_schedule("pct:3")), "pct");
  EXPECT_EQ(to_string(*parse_schedule("noise:25")), "noise");
}

TEST(ScheduleSpec, NamesTheChoicesAndTheNearestOne) {
  const Result<ScheduleSpec> spec = parse_schedule("randon");
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().kind, ErrorKind::usage);
  EXPECT_THAT(spec.error().message, HasSubstr("did you mean 'random'?"));
  EXPECT_THAT(spec.error().message, HasSubstr("pct[:DEPTH]"));
}

TEST(ScheduleSpec, RefusesNumbersOutOfRange) {
  for (const char* text : {"pct:0", "pct:65", "pct:", "pct:x", "noise:91", "os+load:", "os+affinity:0"}) {
    EXPECT_FALSE(parse_schedule(text)) << text;
  }
  EXPECT_FALSE(parse_schedule("pos:3")) << "takes no number";
  EXPECT_FALSE(parse_schedule("os+hogs:3"));
  EXPECT_FALSE(parse_schedule(""));
}

TEST(ScheduleSpec, SendsReplayToItsVerb) {
  EXPECT_THAT(parse_schedule("replay").error().message, HasSubstr("repro replay"));
}

TEST(ScheduleSpec, TellsWhatIsControlledAndWhatIsPreloaded) {
  EXPECT_FALSE(parse_schedule("os+load:2")->needs_preload());
  EXPECT_TRUE(parse_schedule("noise")->needs_preload());
  EXPECT_FALSE(parse_schedule("noise")->is_controlled());
  EXPECT_TRUE(parse_schedule("surw")->is_controlled());
}

}  // namespace
}  // namespace repro
