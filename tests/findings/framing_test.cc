// Where reports stand in logs that several writers share, and what belongs to one crash.

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/line_prefix.h"
#include "harness/findings/report_parser.h"

namespace repro::findings {
namespace {

using testing::SizeIs;

constexpr std::string_view kAsanOne =
    "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2 bp 0x3 sp 0x4\n"
    "READ of size 4 at 0x1 thread T0\n"
    "    #0 0x1 in first /src/a.cc:1:2\n"
    "\n"
    "SUMMARY: AddressSanitizer: heap-use-after-free /src/a.cc:1:2 in first\n"
    "==1==ABORTING\n";
constexpr std::string_view kGo =
    "panic: queue is closed\n"
    "\n"
    "goroutine 7 [running]:\n"
    "main.push(0x1)\n"
    "\t/src/a.go:12 +0x1d\n"
    "exit status 2\n";

std::vector<std::string_view> lines_of_text(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// The lines of both in turn, each behind its own prefix.
std::string mixed(std::string_view one, std::string_view one_prefix, std::string_view other,
                  std::string_view other_prefix) {
  const auto first = lines_of_text(one);
  const auto second = lines_of_text(other);
  std::string log;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) log += std::string(one_prefix) + std::string(first[i]) + "\n";
    if (i < second.size()) log += std::string(other_prefix) + std::string(second[i]) + "\n";
  }
  return log;
}

TEST(Framing, TellsMixedJobsApartByTheirPrefixes) {
  struct Row {
    std::string_view one;
    std::string_view other;
  };
  for (const Row& row : {Row{"web-1  | ", "web-2  | "}, Row{"12: ", "13: "}, Row{"api | ", "worker | "},
                         Row{"Jan  2 12:00:00 host pool[17]: ", "Jan  2 12:00:01 host pool[18]: "},
                         Row{"2024-01-01T00:00:00.0000001Z [1] ", "2024-01-01T00:00:00.0000002Z [2] "}}) {
    SCOPED_TRACE(row.one);
    const auto findings = parse_reports(mixed(kAsanOne, row.one, kGo, row.other));
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[0].kind, "heap-use-after-free");
    EXPECT_FALSE(findings[0].is_truncated);
    EXPECT_THAT(findings[0].stacks, SizeIs(1));
    EXPECT_EQ(findings[1].source, FindingSource::go);
    ASSERT_THAT(findings[1].stacks, SizeIs(1));
    EXPECT_EQ(findings[1].stacks[0].frames.at(0).function, "main.push");
    EXPECT_EQ(findings[1].stacks[0].frames.at(0).line, 12);
  }
}

TEST(Framing, TellsProcessesUnderValgrindApart) {
  constexpr std::string_view kOne =
      "==7== Invalid read of size 4\n==7==    at 0x10: first (a.c:1)\n==7==    by 0x11: main (a.c:9)\n"
      "==7==  Address 0x5 is not stack'd, malloc'd or (recently) free'd\n==7== \n";
  constexpr std::string_view kOther =
      "==8== Invalid write of size 8\n==8==    at 0x20: second (b.c:2)\n==8==    by 0x21: main (b.c:9)\n"
      "output of the program\n==8== \n";
  const auto findings = parse_reports(mixed(kOne, "", kOther, ""));
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].pid, 7);
  EXPECT_THAT(findings[0].stacks.at(0).frames, SizeIs(2));
  EXPECT_EQ(findings[1].pid, 8);
  EXPECT_EQ(findings[1].stacks.at(0).frames.at(0).function, "second");
}

TEST(Framing, ReadsThroughPrefixesOfAllKinds) {
  for (const std::string_view prefix :
       {"2024-01-01T00:00:00.1234567Z ", "[2024-01-01T00:00:00.123Z] ", "(12:00:00) ", "12: ", "[pool-test] ",
        "svc_1  | ", "01-02 12:00:00.123  1234  1235 F DEBUG   : ", "Jan 12 12:00:00 host pool[77]: ",
        "\x1b_bk;t=1700000000123\x07", "\x1b[31m", "2024-01-01T00:00:00.123456Z 00O "}) {
    SCOPED_TRACE(prefix);
    const auto findings = parse_reports(mixed(kGo, prefix, "", ""));
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].message, "queue is closed");
    EXPECT_EQ(findings[0].stacks.at(0).frames.at(0).line, 12);
  }
}

TEST(LinePrefix, TellsTimesFromJobNumbers) {
  const LinePrefix job("[12:00:01.500] job 7: ");
  EXPECT_EQ(job.strip("[12:00:59.999] job 7: text").match, LinePrefix::Match::same);
  EXPECT_EQ(job.strip("[12:00:59.999] job 7: text").rest, "text");
  EXPECT_EQ(job.strip("[12:00:59.999] job 8: text").match, LinePrefix::Match::other);
  EXPECT_EQ(job.strip("text").match, LinePrefix::Match::none);
  EXPECT_EQ(job.strip("[12:00:59.999] job 7:").match, LinePrefix::Match::same);
}

TEST(CrashEvents, JoinTheStackOfAnAbortToItsReason) {
  const auto findings = parse_reports(
      "pool: a.cc:7: void run(): Assertion `size > 0' failed.\n"
      "*** SIGABRT received at time=1600000000 on cpu 3 ***\nPC: @     0x55aa83  (unknown)  raise\n"
      "    @     0x55aa83         32  run()\nAborted (core dumped)\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].source, FindingSource::assertion);
  EXPECT_GT(findings[0].stacks.size(), 1U);
}

TEST(CrashEvents, DropTheShellsWordsBehindAReport) {
  EXPECT_THAT(
      parse_reports(std::string(kAsanOne) + "Aborted (core dumped)\nmake: *** [Makefile:3: test] Aborted\n"),
      SizeIs(1));
  EXPECT_THAT(parse_reports("free(): invalid pointer\n./run.sh: line 3: 77 Aborted                 ./pool\n"),
              SizeIs(1));
}

TEST(CrashEvents, TakeTheSignalOfAFailedCheckForItsEnd) {
  EXPECT_THAT(
      parse_reports(
          "#\n# Fatal error in , line 0\n# Check failed: result.second.\n#\n 1: 0x56290a45b105  [./node]\n"
          " 2: 0x56290b305b77 V8_Fatal(char const*, ...) [./node]\n 3: 0x56 pool::run() [./node]\n"
          "Illegal instruction (core dumped)\n"),
      SizeIs(1));
}

TEST(CrashEvents, KeepADeathThatTheReportDoesNotExplain) {
  EXPECT_THAT(parse_reports(std::string(kAsanOne) + "Segmentation fault (core dumped)\n"), SizeIs(2));
  std::string far = std::string(kAsanOne);
  for (int line = 0; line < 1000; ++line) far += "passed\n";
  EXPECT_THAT(parse_reports(far + "Aborted (core dumped)\n"), SizeIs(2));
}

TEST(CrashEvents, TakeCtestsStatusLineForTheOutputBelowIt) {
  const auto findings = parse_reports(
      "2/4 Test #2: pool ..........Subprocess aborted***Exception:   0.00 sec\n"
      "pool: a.cc:7: void run(): Assertion `size > 0' failed.\n\n    Start 3: ok\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].source, FindingSource::assertion);
  EXPECT_THAT(parse_reports("1/4 Test #1: pool ......***Exception: SegFault  0.00 sec\n\n    Start 2: ok\n"),
              SizeIs(1));
}

TEST(CrashEvents, TakeValgrindsLastSignalForTheErrorInFrontOfIt) {
  const auto findings = parse_reports(
      "==7== Invalid read of size 4\n==7==    at 0x10: run (a.c:1)\n==7==  Address 0x0 is not stack'd\n==7== "
      "\n==7== \n"
      "==7== Process terminating with default action of signal 11 (SIGSEGV)\n==7==  Access not within mapped "
      "region\n"
      "==7==    at 0x10: run (a.c:1)\n==7== \n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].kind, "InvalidRead");
}

}  // namespace
}  // namespace repro::findings
