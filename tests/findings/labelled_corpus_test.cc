// The figures of reports/signatures do not get worse unseen.

#include "tests/findings/labelled_corpus.h"

#include <set>

#include <gtest/gtest.h>

namespace repro::findings {
namespace {

const std::vector<LabelledReport>& corpus() {
  static const std::vector<LabelledReport> reports = labelled_reports();
  return reports;
}

TEST(LabelledCorpus, HasEnoughReportsOfEnoughFaults) {
  const std::vector<LabelledReport>& reports = corpus();
  std::set<std::string> labels;
  for (const LabelledReport& report : reports) labels.insert(report.label);
  EXPECT_GE(reports.size(), 400U);
  EXPECT_GE(labels.size(), 60U);
}

TEST(LabelledCorpus, IsCountedBySignaturesAsWellAsPublished) {
  const PairCounts counts = count_pairs(corpus(), [](const LabelledReport& one) { return one.signature.id; });
  EXPECT_GE(counts.precision(), kPublishedSignaturePrecision);
  EXPECT_GE(counts.recall(), kPublishedSignatureRecall);
}

TEST(LabelledCorpus, IsSortedIntoBugsAsWellAsPublished) {
  const std::vector<std::size_t> rows = bug_rows(corpus());
  const RowCounts counts = count_rows(corpus(), rows);
  EXPECT_GE(counts.precision(), kPublishedRowPrecision);
  EXPECT_GE(counts.recall(), kPublishedRowRecall);
  EXPECT_GE(count_rows(by_variable(corpus()), rows).precision(), kPublishedRowPrecisionByVariable);
}

TEST(RowCounts, JudgeARowByTheFaultAndAMissByTheLabel) {
  std::vector<LabelledReport> reports(4);
  const auto set = [&](std::size_t at, const char* fault, const char* label) {
    reports[at].fault = fault;
    reports[at].label = label;
  };
  set(0, "one", "one asan");
  set(1, "one", "one asan");
  set(2, "one", "one tsan");
  set(3, "other", "other asan");
  const RowCounts counts = count_rows(reports, {0, 1, 0, 0});
  EXPECT_EQ(counts.in_one_row, 3U);
  EXPECT_EQ(counts.right, 1U);
  EXPECT_EQ(counts.same_label, 1U);
  EXPECT_EQ(counts.found, 0U);
  EXPECT_EQ(counts.same_fault, 3U);
}

TEST(PairCounts, CountEveryPairOnce) {
  std::vector<LabelledReport> reports(4);
  for (std::size_t at = 0; at < 4; ++at) reports[at].label = at < 3 ? "one" : "other";
  const PairCounts counts = count_pairs(
      reports, [&](const LabelledReport& one) { return std::string(&one < &reports[2] ? "a" : "b"); });
  EXPECT_EQ(counts.same_fault, 3U);
  EXPECT_EQ(counts.same_signature, 2U);
  EXPECT_EQ(counts.both, 1U);
  EXPECT_DOUBLE_EQ(counts.precision(), 0.5);
  EXPECT_DOUBLE_EQ(counts.recall(), 1.0 / 3);
}

}  // namespace
}  // namespace repro::findings
