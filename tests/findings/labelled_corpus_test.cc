// The figures of reports/signatures do not get worse unseen.

#include "tests/findings/labelled_corpus.h"

#include <set>

#include <gtest/gtest.h>

namespace repro::findings {
namespace {

TEST(LabelledCorpus, HasEnoughReportsOfEnoughFaults) {
  const std::vector<LabelledReport> reports = labelled_reports();
  std::set<std::string> labels;
  for (const LabelledReport& report : reports) labels.insert(report.label);
  EXPECT_GE(reports.size(), 400U);
  EXPECT_GE(labels.size(), 60U);
}

TEST(LabelledCorpus, TellsFaultsApartAsWellAsPublished) {
  const PairCounts counts =
      count_pairs(labelled_reports(), [](const LabelledReport& one) { return one.signature.id; });
  EXPECT_GE(counts.precision(), kPublishedPrecision);
  EXPECT_GE(counts.recall(), kPublishedRecall);
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
