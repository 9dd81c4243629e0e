// What the captured reports of CRuby do not show: the forms of an interpreter with debug information, reports
// that are cut off, mixed with others, or none.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/report_parser.h"
#include "harness/findings/signature.h"

namespace repro::findings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kVersion = "ruby 3.3.8 (2025-04-09 revision b200bad6cd) [x86_64-linux-gnu]\n";

/// A whole report with these C frames, one a line.
std::string report(
    std::string_view bug, std::string_view c_frames,
    std::string_view map = "7f0000001000-7f0000009000 r-xp 00001000 fe:00 7   /lib/libruby.so.3.3.8\n") {
  std::string text(bug);
  text += "\n";
  text += kVersion;
  text += "\n-- Control frame information -----\nc:0001 p:0000 s:0003 E:000b20 DUMMY  [FINISH]\n";
  text += "\n-- Ruby level backtrace information -----\na.rb:9:in `<main>'\na.rb:4:in `work'\n";
  text += "\n-- C level backtrace information -----\n";
  text += c_frames;
  text +=
      "\n-- Other runtime information -----\n\n* Loaded script: a.rb\n\n* Loaded features:\n\n    0 "
      "thread.rb\n";
  text += "\n* Process memory map:\n\n";
  text += map;
  text += "\n\n";
  return text;
}

std::vector<std::string> functions(const Stack& stack) {
  std::vector<std::string> names;
  for (const Frame& frame : stack.frames) names.push_back(frame.function);
  return names;
}

constexpr std::string_view kWithNames =
    "/usr/bin/ruby(rb_vm_bugreport+0x8d4) [0x55e0c7b2f2d4] /src/vm_dump.c:1140\n"
    "/usr/bin/ruby(rb_bug_for_fatal_signal+0xec) [0x55e0c7929cdc] /src/error.c:1065\n"
    "/usr/bin/ruby(sigsegv+0x4a) [0x55e0c7a7e2ba] /src/signal.c:926\n"
    "/lib/x86_64-linux-gnu/libc.so.6(__restore_rt+0x0) [0x7f1c6ee42520]\n"
    "/usr/bin/ruby(vm_ccs_p) /src/vm_callinfo.h:522\n"
    "/usr/bin/ruby(cached_callable_method_entry+0x2d) [0x55e0c7b0a3cd] /src/vm_method.c:1432\n"
    "/usr/bin/ruby(rb_vm_exec+0x1a3) [0x55e0c7b1d4a3] /src/vm.c:2486\n"
    "/lib/x86_64-linux-gnu/libc.so.6(start_thread+0x305) [0x7f1c6ee8f1f5]\n"
    "/usr/bin/ruby(of_another_thread+0x5) [0x55e0c7b1d4b3] /src/vm.c:1\n";

TEST(RubyReport, BeginsItsStackBelowTheFramesThatReport) {
  const auto findings =
      parse_reports(report("a.rb:4: [BUG] Segmentation fault at 0x0000000000000018", kWithNames));
  ASSERT_THAT(findings, SizeIs(1));
  const Finding& finding = findings[0];
  EXPECT_EQ(finding.source, FindingSource::ruby);
  EXPECT_EQ(finding.implies, Outcome::crash);
  EXPECT_EQ(finding.message, "Segmentation fault at 0x0000000000000018");
  EXPECT_EQ(finding.location, "a.rb:4: in 'work'");
  EXPECT_FALSE(finding.is_truncated);
  ASSERT_THAT(finding.stacks, SizeIs(2));
  EXPECT_THAT(functions(finding.stacks[0]),
              ElementsAre("vm_ccs_p", "cached_callable_method_entry", "rb_vm_exec", "start_thread"));
  EXPECT_EQ(finding.stacks[0].frames[0].file, "/src/vm_callinfo.h") << "inlined, so without an address";
  EXPECT_EQ(finding.stacks[0].frames[1].line, 1432);
  EXPECT_THAT(functions(finding.stacks[1]), ElementsAre("work", "<main>")) << "innermost first";
}

TEST(RubyReport, IsSignedByTheFramesAboveTheInterpretersLoop) {
  const auto findings = parse_reports(report("[BUG] Segmentation fault at 0x18", kWithNames));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(sign(findings[0]).frames,
              ElementsAre("vm_ccs_p vm_callinfo.h", "cached_callable_method_entry vm_method.c"));
}

TEST(RubyReport, HasOneNameWhateverItsTextSays) {
  const auto id_of = [](std::string_view bug) {
    const auto findings = parse_reports(report(bug, kWithNames));
    return findings.size() == 1 ? sign(findings[0]).id : "not one";
  };
  const std::string id = id_of("[BUG] Segmentation fault at 0x0000000000000018");
  EXPECT_EQ(id, id_of("a.rb:4: [BUG] Segmentation fault at 0x00007f5500001018"));
  EXPECT_EQ(id, id_of("a.rb:77: [BUG] vm_call0: unsupported method type (13)"));
}

TEST(RubyReport, PlacesFramesWithoutNamesByTheMemoryMap) {
  const auto findings = parse_reports(report("[BUG] try to mark T_NONE object",
                                             "/lib/libruby.so.3.3(rb_bug+0x99) [0x7f0000001f00]\n"
                                             "/lib/libruby.so.3.3(0x7f0000002abc) [0x7f0000002abc]\n"
                                             "[0x7effff000010]\n"
                                             "/lib/libc.so.6(0x1098ec) [0x7f1c6ef278ec]\n"));
  ASSERT_THAT(findings, SizeIs(1));
  ASSERT_THAT(findings[0].stacks.at(0).frames, SizeIs(2)) << "an address in no module says nothing";
  EXPECT_EQ(findings[0].stacks[0].frames[0].module, "/lib/libruby.so.3.3.8");
  EXPECT_EQ(findings[0].stacks[0].frames[0].module_offset, 0x2abcU);
  EXPECT_EQ(findings[0].stacks[0].frames[1].module_offset, 0x1098ecU) << "as printed";
  EXPECT_TRUE(sign(findings[0]).is_unsymbolized);
}

TEST(RubyReport, IsNotSignedByAddressesThatNoMapPlaces) {
  const auto id_of = [](std::string_view address) {
    const std::string frame =
        "/lib/libruby.so.3.3(" + std::string(address) + ") [" + std::string(address) + "]\n";
    return sign(parse_reports(report("[BUG] object allocation during garbage collection phase", frame, ""))
                    .at(0))
        .id;
  };
  EXPECT_EQ(id_of("0x7f0000002abc"), id_of("0x7f7770002abc"));
}

TEST(RubyReport, CutAnywhereBehindItsFirstLineIsACrash) {
  const std::string whole = report("a.rb:4: [BUG] Segmentation fault at 0x0000000000000018", kWithNames);
  for (std::size_t end = whole.find('\n'); end + 2 < whole.size(); end = whole.find('\n', end + 1)) {
    const auto findings = parse_reports(std::string_view(whole).substr(0, end));
    ASSERT_THAT(findings, SizeIs(1)) << end;
    EXPECT_EQ(findings[0].implies, Outcome::crash);
  }
  EXPECT_TRUE(parse_reports(whole.substr(0, 200)).at(0).is_truncated);
}

TEST(RubyReport, IsNoneWhereOnlyTheMarkIsThere) {
  EXPECT_THAT(parse_reports("tickets: [BUG] 17, [TASK] 4\n"), IsEmpty());
  EXPECT_THAT(parse_reports("[BUG] the button is blue\n[BUG] the page is empty\n"), IsEmpty());
  EXPECT_THAT(parse_reports("expected \"[BUG] Segmentation fault at\"\n"), IsEmpty());
  EXPECT_THAT(parse_reports("tracker.rb:12: [BUG] the page is empty\nnext line\n"), IsEmpty());
}

TEST(RubyReport, HidesNothingBehindAMarkThatIsNone) {
  const auto findings = parse_reports("[BUG] the page is empty\ndouble free or corruption (out)\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].source, FindingSource::glibc);
}

TEST(RubyReport, TakesInWhatTheSameCrashPrintsMeanwhile) {
  std::string mixed = report("a.rb:4: [BUG] vm_call0: unsupported method type (13)", kWithNames);
  mixed.insert(mixed.find("-- Ruby level"),
               "a.rb:4: [BUG] vm_call0: unsupported method type (13)\ndouble free or corruption (fasttop)\n");
  mixed.insert(mixed.find("/usr/bin/ruby(vm_ccs_p)"), "6/4l-ilbi/nxu8x6-_gn6u4/-llibi\nprogress: 3 of 9\n");
  const auto findings = parse_reports(mixed);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(sign(findings[0]).id, sign(parse_reports(report("[BUG] x", kWithNames)).at(0)).id);
}

TEST(RubyReport, OfTwoProcessesAreTwo) {
  const auto findings = parse_reports(report("[BUG] Segmentation fault at 0x1", kWithNames) +
                                      report("[BUG] Bus Error at 0x2", kWithNames));
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[1].message, "Bus Error at 0x2");
}

TEST(RubyReport, GivesWayToASanitizersReport) {
  const auto findings = parse_reports(
      "[BUG] Segmentation fault at 0x1\n" + std::string(kVersion) +
      "==9==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2 bp 0x3 sp 0x4\n"
      "READ of size 4 at 0x1 thread T0\n    #0 0x1 in f /src/a.c:1:2\n");
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[1].kind, "heap-use-after-free");
}

TEST(RubyReport, KeepsOnlyTheBeginningOfItsLists) {
  std::string text = report("[BUG] Segmentation fault at 0x1", kWithNames);
  std::string features;
  for (int i = 1; i < 3000; ++i) features += "  " + std::to_string(i) + " /usr/lib/ruby/gems/feature.rb\n";
  text.insert(text.find("\n* Process memory map"), features);
  const auto findings = parse_reports(text);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].raw, HasSubstr("  9 /usr/lib/ruby/gems/feature.rb"));
  EXPECT_THAT(findings[0].raw, Not(HasSubstr("  99 /usr/lib/ruby/gems/feature.rb")));
  EXPECT_THAT(findings[0].raw, HasSubstr(" more)\n"));
  EXPECT_LT(findings[0].raw.size(), 8000U);
}

}  // namespace
}  // namespace repro::findings
