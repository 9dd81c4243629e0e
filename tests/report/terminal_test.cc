#include "harness/report/terminal.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/text.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"
#include "tests/report/report_fixture.h"

namespace repro::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string shown(const CampaignSummary& summary, const TerminalStyle& style = {}) {
  std::ostringstream out;
  write_terminal(out, summary, style);
  return out.str();
}

TEST(TerminalReport, ShowsTheWholeCampaign) { expect_golden("terminal.txt", shown(example_summary())); }

TEST(TerminalReport, ColoursOnlyWhenAsked) {
  EXPECT_THAT(shown(example_summary()), Not(HasSubstr("\x1b")));
  expect_golden("terminal-color.txt", shown(example_summary(), {Color::yes, 0}));
}

TEST(TerminalReport, DoesNotLetTheSubjectDriveTheTerminal) {
  const std::string colored = shown(example_summary(), {Color::yes, 0});
  EXPECT_THAT(colored, Not(HasSubstr("\x1b[2J")));
  EXPECT_THAT(colored, Not(HasSubstr("\x07")));
  EXPECT_THAT(colored, HasSubstr("\\x1b[2J"));
}

TEST(TerminalReport, FitsTheWidthByCuttingTextsAndNeverNumbers) {
  CampaignSummary summary = example_summary();
  summary.arms[0].key.variant = std::string(200, 'v');
  summary.infra.push_back({std::string(300, 'r'), 1, 2});
  summary.warnings.clear();  // warnings are never cut
  const std::string narrow = shown(summary, {Color::no, 80});
  for (const std::string_view line : split(narrow, '\n')) EXPECT_LE(display_width(line), 80U) << line;
  EXPECT_THAT(narrow, HasSubstr("25/25  100% [86%, 100%]"));
  EXPECT_THAT(narrow, HasSubstr("…"));
}

TEST(TerminalReport, ShowsADashAndNotZeroWithoutData) {
  CampaignSummary summary;
  summary.arms = {arm_with(0, {"none", Sanitizer::plain, "os"}, {}, {})};
  EXPECT_THAT(shown(summary), HasSubstr("none | plain |     0 |    0 |    0 |  0 | -\n"));
}

TEST(TerminalReport, HasAnInfraColumnOnlyWhereThereIsInfra) {
  CampaignSummary summary = example_summary();
  EXPECT_THAT(shown(summary), HasSubstr("| infra |"));
  for (ArmSummary& arm : summary.arms) arm.counts.infra = 0;
  EXPECT_THAT(shown(summary), Not(HasSubstr("| infra |")));
}

TEST(TerminalReport, HasAScheduleColumnOnlyWhereSchedulesDiffer) {
  CampaignSummary summary = example_summary();
  EXPECT_THAT(shown(summary), Not(HasSubstr("schedule")));
  summary.arms[1].key.schedule = "pct:3";
  EXPECT_THAT(shown(summary), HasSubstr("| schedule |"));
  EXPECT_THAT(shown(summary), HasSubstr("pre-fix plain os 1, pre-fix address pct:3 22"));
}

TEST(TerminalReport, ShowsNoIntervalOfARateThatDrifts) {
  CampaignSummary summary = example_summary();
  EXPECT_THAT(shown(summary), HasSubstr("92% [74%, 99%]"));
  summary.arms[1].drift = RateDrift();
  EXPECT_THAT(shown(summary), HasSubstr("92% [74%, 99%]"));
  summary.arms[1].drift->is_detected = true;
  EXPECT_THAT(shown(summary), HasSubstr("92% (drifts)"));
  EXPECT_THAT(shown(summary), Not(HasSubstr("[74%, 99%]")));
}

TEST(TerminalReport, StaysReadableWithoutArms) {
  EXPECT_THAT(shown(CampaignSummary()), HasSubstr("code | build | crash | hang | fail | ok | rate"));
}

TEST(RunView, ShowsFactsFindingsAndLogs) {
  std::ostringstream out;
  write_run_terminal(out, example_summary(), example_run(), {});
  expect_golden("terminal-run.txt", out.str());
}

TEST(RunView, SaysWhenTheOutputWasNotKept) {
  RunDetails run = example_run();
  run.logs.reset();
  std::ostringstream out;
  write_run_terminal(out, example_summary(), run, {});
  EXPECT_THAT(out.str(), HasSubstr("not kept (--keep-logs)"));
}

TEST(SignatureView, ShowsFramesCountsAndOneReport) {
  const CampaignSummary summary = example_summary();
  std::ostringstream out;
  write_signature_terminal(out, summary, summary.signatures[0], example_finding(), {});
  expect_golden("terminal-signature.txt", out.str());
}

TEST(Percent, NeverRoundsToAllOrNothing) {
  EXPECT_EQ(percent(0), "0%");
  EXPECT_EQ(percent(1), "100%");
  EXPECT_EQ(percent(1e-7), "0.000010%");
  EXPECT_EQ(percent(0.000031), "0.0031%");
  EXPECT_EQ(percent(0.0423), "4.2%");
  EXPECT_EQ(percent(0.0996), "10%");
  EXPECT_EQ(percent(0.74), "74%");
  EXPECT_EQ(percent(0.9902), "99%");
  EXPECT_EQ(percent(0.9962), "99.6%");
  EXPECT_EQ(percent(0.9997), "99.97%");
  EXPECT_EQ(percent(0.999999), "99.9999%");
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("gr\xc3\xbc\xc3\x9f"), 4U);
  EXPECT_EQ(display_width("\xe6\xbc\xa2\xe5\xad\x97"), 4U);  // two Han characters
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);                 // e and a combining accent
  EXPECT_EQ(cut_to_width("\xe6\xbc\xa2\xe5\xad\x97", 3), "\xe6\xbc\xa2\xe2\x80\xa6");
  EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_width("abcdef", 5), "abcd\xe2\x80\xa6");
}

}  // namespace
}  // namespace repro::report
