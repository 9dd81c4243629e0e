#include "harness/report/junit.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/report_fixture.h"

namespace repro::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string as_junit(const CampaignSummary& summary) {
  std::ostringstream out;
  write_junit(out, summary, {example_finding(), example_finding()});
  return out.str();
}

TEST(JunitReport, HasOneTestCasePerArm) { expect_golden("report.xml", as_junit(example_summary())); }

TEST(JunitReport, CallsAnArmThatFailedOnceAFailure) {
  CampaignSummary summary = example_summary();
  summary.arms.resize(1);
  summary.arms[0].counts = {0, 1, 0, 199, 0};
  summary.arms[0].rate = RateEstimate{0.005, 0.0001, 0.0275};
  const std::string xml = as_junit(summary);
  EXPECT_THAT(xml, HasSubstr("tests=\"1\" failures=\"1\" errors=\"0\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"1/200 runs not ok (0.50%"));
  EXPECT_THAT(xml, Not(HasSubstr("flakyFailure"))) << "readers would count it as passed";
}

TEST(JunitReport, HasNoFailureWhenEveryRunWasOk) {
  CampaignSummary summary = example_summary();
  summary.arms.erase(summary.arms.begin(), summary.arms.begin() + 2);
  summary.arms.resize(1);
  EXPECT_THAT(as_junit(summary), HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\""));
}

TEST(JunitReport, CallsAnArmWithoutACountedRunAnError) {
  CampaignSummary summary = example_summary();
  summary.arms.erase(summary.arms.begin(), summary.arms.begin() + 3);
  EXPECT_THAT(as_junit(summary), HasSubstr("<error message=\"no run could be counted (25 infra)\""));
}

TEST(JunitReport, KeepsWhatXmlCannotHoldOut) {
  const std::string xml = as_junit(example_summary());
  EXPECT_THAT(xml, Not(HasSubstr("\x1b")));
  EXPECT_THAT(xml, Not(HasSubstr("<script>")));
  EXPECT_THAT(xml, HasSubstr("6.1.0 &lt;b&gt;"));
}

}  // namespace
}  // namespace repro::report
