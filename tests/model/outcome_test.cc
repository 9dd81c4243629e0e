#include "harness/model/outcome.h"

#include <gtest/gtest.h>

#include "harness/model/finding.h"
#include "harness/model/sanitizer.h"

namespace repro {
namespace {

TEST(OutcomeCounts, LeavesInfraOutOfTheDenominator) {
  OutcomeCounts counts;
  counts.add(Outcome::crash, 18);
  counts.add(Outcome::hang, 2);
  counts.add(Outcome::fail, 5);
  counts.add(Outcome::infra, 7);
  EXPECT_EQ(counts.counted(), 25U);
  EXPECT_EQ(counts.bad(), 25U);
  EXPECT_EQ(counts.all(), 32U);
  EXPECT_EQ(counts.of(Outcome::infra), 7U);
  EXPECT_EQ(counts.of(Outcome::ok), 0U);
}

TEST(Names, ReadBackToTheSameValue) {
  for (const Outcome outcome : kOutcomes) EXPECT_EQ(parse_outcome(to_string(outcome)), outcome);
  for (const Sanitizer sanitizer : kSanitizers) EXPECT_EQ(parse_sanitizer(to_string(sanitizer)), sanitizer);
  for (const FindingSource source : kFindingSources)
    EXPECT_EQ(parse_finding_source(to_string(source)), source);
  EXPECT_FALSE(parse_outcome("Crash"));
  EXPECT_FALSE(parse_sanitizer("asan"));
}

}  // namespace
}  // namespace repro
