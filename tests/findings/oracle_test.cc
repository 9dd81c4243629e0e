#include "harness/findings/oracle.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/findings/test_runs.h"

namespace repro::findings {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

OracleVerdict verdict(OracleSpec spec, const ProcessResult& run, OracleTexts texts = {},
                      const ProcessResult* check = nullptr) {
  Result<Oracle> oracle = Oracle::create(std::move(spec), std::move(texts));
  EXPECT_TRUE(oracle.has_value());
  return oracle->evaluate(run, check);
}

std::vector<std::string> kinds(const OracleVerdict& verdict) {
  std::vector<std::string> names;
  for (const Finding& finding : verdict.findings) names.push_back(finding.kind);
  return names;
}

OracleSpec expecting_file() {
  OracleSpec spec;
  spec.expect_file = "expected.txt";
  return spec;
}

TEST(Oracle, AcceptsEveryListedExitCode) {
  OracleSpec spec;
  spec.ok_exit_codes = {0, 3};
  EXPECT_THAT(kinds(verdict(spec, exited(3))), IsEmpty());
  EXPECT_THAT(kinds(verdict(spec, exited(4))), testing::ElementsAre("exit-code"));
}

TEST(Oracle, ShowsTheFirstLineThatDiffers) {
  const OracleVerdict found =
      verdict(expecting_file(), exited(0, "a\nb\nx\n"), {.expected = "a\nb\nc\n", .reference = {}});
  ASSERT_THAT(kinds(found), testing::ElementsAre("output-differs"));
  EXPECT_EQ(found.findings[0].message, "line 3 is 'x', expected 'c'");
}

TEST(Oracle, QuotesLongLinesFromWhereTheyDiffer) {
  const std::string path(200, 'p');
  const OracleVerdict found = verdict(expecting_file(), exited(0, path + "/a.rb: wrong\n"),
                                      {.expected = path + "/b.rb: right\n", .reference = {}});
  ASSERT_THAT(kinds(found), testing::ElementsAre("output-differs"));
  const std::string lead = "..." + std::string(19, 'p') + "/";
  EXPECT_EQ(found.findings[0].message,
            "line 1 is '" + lead + "a.rb: wrong', expected '" + lead + "b.rb: right'");
}

TEST(Oracle, TellsOutputThatEndsEarlyOrLate) {
  const OracleTexts texts{.expected = "a\nb\n", .reference = {}};
  EXPECT_THAT(verdict(expecting_file(), exited(0, "a\n"), texts).findings[0].message,
              HasSubstr("ends before line 2"));
  EXPECT_THAT(verdict(expecting_file(), exited(0, "a\nb\nc\n"), texts).findings[0].message,
              HasSubstr("line 3 is 'c', expected the end"));
  EXPECT_THAT(verdict(expecting_file(), exited(0, "a\nb"), texts).findings[0].message, HasSubstr("line end"));
}

TEST(Oracle, ComparesSortedLinesWhenOrderIsIgnored) {
  OracleSpec spec = expecting_file();
  spec.ignore_line_order = true;
  EXPECT_THAT(kinds(verdict(spec, exited(0, "b\na\n"), {.expected = "a\nb\n", .reference = {}})), IsEmpty());
  EXPECT_THAT(kinds(verdict(spec, exited(0, "b\nb\n"), {.expected = "a\nb\n", .reference = {}})),
              testing::ElementsAre("output-differs"));
}

ProcessResult truncated_run(std::string head, std::string tail, std::uint64_t total) {
  ProcessResult run = exited(0);
  run.standard_output = {std::move(head), std::move(tail), total};
  return run;
}

TEST(Oracle, NeverCallsTruncatedOutputEqual) {
  const std::string expected = "aaaa\nbbbb\ncccc\n";
  const OracleTexts texts{.expected = expected, .reference = {}};
  const OracleVerdict unknown =
      verdict(expecting_file(), truncated_run("aaaa\n", "cccc\n", expected.size()), texts);
  EXPECT_THAT(unknown.findings, IsEmpty());
  EXPECT_THAT(unknown.infra_reason, HasSubstr("5 bytes of it were not kept"));
  const OracleVerdict longer = verdict(expecting_file(), truncated_run("aaaa\n", "cccc\n", 100), texts);
  EXPECT_THAT(kinds(longer), testing::ElementsAre("output-differs"));
  const OracleVerdict other =
      verdict(expecting_file(), truncated_run("aaaX\n", "cccc\n", expected.size()), texts);
  EXPECT_THAT(kinds(other), testing::ElementsAre("output-differs"));
}

TEST(Oracle, SearchesBothStreamsForPatterns) {
  OracleSpec spec;
  spec.match = {"^done in \\d+ ms$"};
  spec.no_match = {"WARN(ING)?"};
  EXPECT_THAT(kinds(verdict(spec, exited(0, "x\ndone in 12 ms\n"))), IsEmpty());
  EXPECT_THAT(kinds(verdict(spec, exited(0, "", "done in 12 ms\n"))), IsEmpty());
  EXPECT_THAT(kinds(verdict(spec, exited(0, "done in 1 ms", "WARN\n"))),
              testing::ElementsAre("match-forbidden"));
  EXPECT_THAT(kinds(verdict(spec, exited(0, "nothing\n"))), testing::ElementsAre("match-missing"));
}

TEST(Oracle, CannotTellWhetherDroppedOutputMatches) {
  OracleSpec spec;
  spec.match = {"needle"};
  const OracleVerdict found = verdict(spec, truncated_run("a", "b", 1000));
  EXPECT_THAT(found.findings, IsEmpty());
  EXPECT_THAT(found.infra_reason, HasSubstr("capture limit"));
  EXPECT_THAT(verdict(spec, truncated_run("needle", "b", 1000)).infra_reason, IsEmpty());
}

TEST(Oracle, RefusesPatternsThatAreNoPatterns) {
  OracleSpec spec;
  spec.no_match = {"a(b"};
  const Result<Oracle> oracle = Oracle::create(spec);
  ASSERT_FALSE(oracle);
  EXPECT_EQ(oracle.error().kind, ErrorKind::usage);
  EXPECT_THAT(oracle.error().message, HasSubstr("--no-match"));
}

TEST(Oracle, ReadsTheAnswerOfTheCheckCommand) {
  const ProcessResult yes = exited(0);
  const ProcessResult no = exited(1, "row 7 is missing\nmore\n");
  const ProcessResult unsure = exited(125);
  const ProcessResult broken = exited(2);
  const ProcessResult died = killed_by(SIGSEGV);
  EXPECT_THAT(kinds(verdict({}, exited(0), {}, &yes)), IsEmpty());
  EXPECT_EQ(verdict({}, exited(0), {}, &no).findings.at(0).message, "row 7 is missing");
  EXPECT_THAT(verdict({}, exited(0), {}, &unsure).infra_reason, HasSubstr("cannot tell"));
  EXPECT_THAT(verdict({}, exited(0), {}, &broken).infra_reason, HasSubstr("exit code 2"));
  EXPECT_THAT(verdict({}, exited(0), {}, &died).infra_reason, HasSubstr("did not end by itself"));
}

TEST(Oracle, SaysNothingOfRunsThatDidNotEndByThemselves) {
  EXPECT_THAT(verdict(expecting_file(), killed_by(SIGSEGV), {.expected = "x", .reference = {}}).findings,
              IsEmpty());
  EXPECT_THAT(verdict(expecting_file(), stopped_at_deadline(), {.expected = "x", .reference = {}}).findings,
              IsEmpty());
}

}  // namespace
}  // namespace repro::findings
