// Logs that no compiler produced in this form: interleaved, cut off, mentioned and not meant.

#include "harness/findings/report_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/report_anchors.h"

namespace repro::findings {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(ReportParser, TakesNoMentionForAReport) {
  for (const std::string_view text : {
           "built with AddressSanitizer",
           "AddressSanitizer: enabled",
           "see ERROR handling in ThreadSanitizer docs",
           "==12==WARNING: ThreadSanitizer: memory layout is incompatible, re-execing with fixed layout",
           "==12==WARNING: AddressSanitizer failed to allocate 0xfffff bytes",
           "panic: runtime error: index out of range [5] with length 3",
           "FAILED: expected \"double free or corruption (out)\"",
           "the malloc() manual",
           "Assertion counts: 12 passed, 0 failed.",
           "we terminate called services",
           "ThreadSanitizer: reported 1 warnings",
       }) {
    EXPECT_THAT(parse_reports(text), IsEmpty()) << text;
  }
}

TEST(ReportParser, KeepsTwoReportsOfTwoProcessesApart) {
  const auto findings = parse_reports(
      "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2 bp 0x3 sp 0x4\n"
      "READ of size 4 at 0x1 thread T0\n    #0 0x1 in first /src/a.cc:1:2\n"
      "==2==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x2 bp 0x3 sp 0x4\n"
      "WRITE of size 1 at 0x1 thread T0\n    #0 0x1 in second /src/a.cc:9:2\n\n"
      "SUMMARY: AddressSanitizer: heap-buffer-overflow /src/a.cc:9:2 in second\n==2==ABORTING\n");
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].pid, 1);
  EXPECT_TRUE(findings[0].is_truncated);
  EXPECT_EQ(findings[1].kind, "heap-buffer-overflow");
  EXPECT_FALSE(findings[1].is_truncated);
}

TEST(ReportParser, ReadsPastOutputOfTheSubjectInsideAReport) {
  const auto findings = parse_reports(
      "WARNING: ThreadSanitizer: data race (pid=5)\n  Write of size 4 at 0x5 by thread T2:\n"
      "    #0 writer() /src/a.cc:1:2 (p+0x1)\nprogress: 50%\n"
      "\n  Previous read of size 4 at 0x5 by main thread:\n    #0 reader() /src/a.cc:3:2 (p+0x2)\n"
      "\nSUMMARY: ThreadSanitizer: data race /src/a.cc:1:2 in writer()\n==================\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].stacks, SizeIs(2));
  EXPECT_EQ(findings[0].stacks[1].thread, "main thread");
}

TEST(ReportParser, MakesUseOfASummaryWhoseReportWasLost) {
  const auto findings = parse_reports(
      "...\nSUMMARY: AddressSanitizer: heap-use-after-free /src/a.cc:4:2 in lookup(int)\n==7==ABORTING\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].kind, "heap-use-after-free");
  EXPECT_TRUE(findings[0].is_truncated);
  EXPECT_EQ(findings[0].stacks.at(0).frames.at(0).function, "lookup(int)");
}

TEST(ReportParser, KeepsWhatItDoesNotKnow) {
  const auto findings = parse_reports(
      "==7==ERROR: QuantumSanitizer: entangled-pointer on address 0x1\n    #0 0x1 in f a.cc:1\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].source, FindingSource::unrecognised);
  EXPECT_THAT(findings[0].raw, testing::HasSubstr("entangled-pointer"));
}

TEST(ReportParser, NamesAnUnknownKindOfAKnownSanitizer) {
  const auto findings = parse_reports("==7==ERROR: AddressSanitizer: some new kind of error\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].source, FindingSource::address_sanitizer);
  EXPECT_EQ(findings[0].kind, "some-new-kind-of-error");
}

TEST(ReportParser, ReadsLibcxxAndMuslDialects) {
  const auto findings = parse_reports(
      "libc++abi: terminating due to uncaught exception of type std::runtime_error: no slot 3\n"
      "Assertion failed: depth == 3 (a.c: check: 12)\n"
      "/usr/include/c++/12/bits/stl_vector.h:1123: std::vector<int>::operator[](size_type): Assertion '__n < "
      "this->size()' failed.\n"
      "Fatal glibc error: malloc.c:2599 (sysmalloc): assertion failed: (old_top == initial_top (av))\n");
  ASSERT_THAT(findings, SizeIs(4));
  EXPECT_EQ(findings[0].message, "std::runtime_error: no slot 3");
  EXPECT_EQ(findings[1].stacks.at(0).frames.at(0).function, "check");
  EXPECT_EQ(findings[2].source, FindingSource::assertion);
  EXPECT_EQ(findings[3].source, FindingSource::glibc);
}

TEST(ReportScanner, UsesBoundedMemoryAndTimeOnOneEndlessLine) {
  std::size_t findings = 0;
  ReportScanner scanner([&](const Finding&) { ++findings; });
  std::string piece;
  while (piece.size() < 65536) piece += "SanitizerSanitizer: ";
  for (int i = 0; i < 200; ++i) scanner.feed(piece);
  scanner.feed("\nfree(): invalid pointer\n");
  scanner.finish();
  EXPECT_EQ(findings, 1U);
}

TEST(ReportScanner, TellsTheLineOfAReportHoweverTheTextIsCut) {
  const std::string text = "quiet\n\n" + std::string(70'000, 'x') + "\nfree(): invalid pointer\n" +
                           "a.c:3: check: Assertion `depth == 3' failed.\nquiet\nfree(): invalid size";
  for (const std::size_t size : {1UL, 7UL, 100UL, 69'000UL, 200'000UL}) {
    std::vector<std::uint64_t> lines;
    ReportScanner scanner([&](const Finding& finding) { lines.push_back(finding.log_line); });
    for (std::size_t at = 0; at < text.size(); at += size)
      scanner.feed(std::string_view(text).substr(at, size));
    scanner.finish();
    EXPECT_EQ(lines, (std::vector<std::uint64_t>{4, 5, 7})) << "in pieces of " << size;
  }
}

TEST(ReportAnchors, AreFoundAtEveryPosition) {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string text = std::string(before, 'x') + "free(): invalid size";
    EXPECT_EQ(find_anchor(text, 0), before);
    EXPECT_EQ(find_anchor(text, before + 1), std::string_view::npos);
  }
  EXPECT_EQ(find_anchor("free():", 0), std::string_view::npos);
}

}  // namespace
}  // namespace repro::findings
