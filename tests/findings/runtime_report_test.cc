// Reports of runtimes, handlers and tools that cannot be captured on the machine that the corpus was made on.
// Written from the grammars of their printers.

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/report_parser.h"
#include "harness/findings/signature.h"

namespace repro::findings {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Finding only(std::string_view text) {
  std::vector<Finding> findings = parse_reports(text);
  EXPECT_THAT(findings, SizeIs(1)) << text;
  return findings.empty() ? Finding() : findings.front();
}

std::string top(const Finding& finding) {
  return finding.stacks.empty() || finding.stacks[0].frames.empty() ? ""
                                                                    : finding.stacks[0].frames[0].function;
}

TEST(HwaddressReport, HasTheStacksOfUseAndFreeAndTheCause) {
  const Finding finding = only(
      "==2==ERROR: HWAddressSanitizer: tag-mismatch on address 0xefdeffff0050 at pc 0xaaaac3d93304\n"
      "READ of size 1 at 0xefdeffff0050 tags: 48/6b (ptr/mem) in thread T1\n"
      "    #0 0xaaaac3d93300 in lookup /src/a.cc:9:10\n    #1 0xaaaac3d93400 in main /src/a.cc:20:3\n\n"
      "[0xefdeffff0040,0xefdeffff0080) is a small allocated heap chunk; size: 64 offset: 16\n\n"
      "Cause: use-after-free\n"
      "0xefdeffff0050 is located 0 bytes inside a 10-byte region [0xefdeffff0050,0xefdeffff005a)\n"
      "freed by thread T0 here:\n    #0 0xaaaac3d60000 in free /build/hwasan_interceptors.cpp:1\n"
      "    #1 0xaaaac3d93310 in release /src/a.cc:5:3\n\n"
      "previously allocated by thread T0 here:\n    #0 0xaaaac3d60100 in malloc "
      "/build/hwasan_interceptors.cpp:2\n"
      "    #1 0xaaaac3d93320 in make /src/a.cc:3:3\n\n"
      "Memory tags around the buggy address (one tag corresponds to 16 bytes):\n"
      "  0xefdeffff0000: 08  00  08\n=>0xefdeffff0050: 00  08  [6b]\n"
      "Tags for short granules around the buggy address (one tag corresponds to 16 bytes):\n"
      "  0xefdeffff0000: ..  05  ..\n"
      "Registers where the failure occurred (pc 0xaaaac3d93300):\n    x0  0000efdeffff0050  x1  "
      "0000000000000000\n"
      "SUMMARY: HWAddressSanitizer: tag-mismatch /src/a.cc:9:10 in lookup\n");
  EXPECT_EQ(finding.source, FindingSource::hwaddress_sanitizer);
  EXPECT_EQ(finding.kind, "tag-mismatch");
  EXPECT_EQ(finding.message, "tag-mismatch: use-after-free");
  EXPECT_EQ(top(finding), "lookup");
  EXPECT_FALSE(finding.is_truncated);
  ASSERT_THAT(finding.stacks, testing::Contains(testing::Field(&Stack::role, StackRole::freed)));
  EXPECT_THAT(finding.stacks, testing::Contains(testing::Field(&Stack::role, StackRole::allocated)));
}

TEST(GwpAsanReport, HasThreeStacks) {
  const Finding finding = only(
      "*** GWP-ASan detected a memory error ***\n"
      "Use After Free at 0x7feccab26000 (0 bytes into a 41-byte allocation at 0x7feccab26000) by thread "
      "31027 here:\n"
      "  #0 ./pool(lookup+0x13) [0x55585c0afa55]\n  #1 ./pool(main+0xf7) [0x55585c0af7c7]\n\n"
      "0x7feccab26000 was deallocated by thread 31027 here:\n  #0 ./pool(release+0x3) [0x55585c0afa11]\n\n"
      "0x7feccab26000 was allocated by thread 31027 here:\n  #0 ./pool(make+0x3) [0x55585c0afa31]\n\n"
      "*** End GWP-ASan report ***\n");
  EXPECT_EQ(finding.source, FindingSource::gwp_asan);
  EXPECT_EQ(finding.kind, "use-after-free");
  EXPECT_EQ(top(finding), "lookup");
  ASSERT_THAT(finding.stacks, SizeIs(3));
  EXPECT_EQ(finding.stacks[1].role, StackRole::freed);
  EXPECT_EQ(finding.stacks[2].role, StackRole::allocated);
}

TEST(ValgrindReport, IsReadWithoutIndentationToo) {
  const Finding finding = only(
      "> ==7== Invalid read of size 1\n> ==7== at 0x484ED16: strlen (in "
      "/usr/libexec/vgpreload_memcheck-amd64-linux.so)\n"
      "> ==7== by 0x10ECB7: release (main.c:1728)\n> ==7== Address 0x4b9bfc0 is 0 bytes inside a block of "
      "size 3 free'd\n"
      "> ==7== at 0x484B27F: free (in /usr/libexec/vgpreload_memcheck-amd64-linux.so)\n> ==7== by 0x10EC06: "
      "drop (main.c:1697)\n");
  ASSERT_THAT(finding.stacks, SizeIs(2));
  EXPECT_EQ(finding.stacks[1].role, StackRole::freed);
  EXPECT_EQ(finding.stacks[0].frames.at(1).function, "release");
}

TEST(GoReport, IsNoneWithoutGoroutines) {
  EXPECT_THAT(parse_reports("panic: something\nand more\n"), IsEmpty());
  EXPECT_THAT(parse_reports("a.go:3:1: fatal error: x.h: No such file\ngoroutine 1 [running]:\n"), IsEmpty());
}

TEST(GoReport, NamesAPanicWithoutText) {
  EXPECT_EQ(only("panic: \n\ngoroutine 1 [running]:\nmain.main()\n\t/src/a.go:3 +0x1d\n").kind, "panic");
}

TEST(GoReport, ReadsWhatWasCopiedFromATerminal) {
  const Finding finding = only(
      "fatal error: concurrent map iteration and map write       \n                    \n"
      "goroutine 1315999 [running]:                       \nruntime.throw({0x289eb5b?, 0xc000100000?})    \n"
      "        /usr/lib/go-1.18/src/runtime/panic.go:992 +0x71 fp=0xc069112500 sp=0xc0691124d0 pc=0xe1c611   "
      "\n"
      "pool.removeFrom[...](0xc000114910, 0xc000604f00)\n        C:/src/pool/pool.go:336 +0x87\n");
  EXPECT_EQ(finding.kind, "concurrent-map-iteration-and-map-write");
  EXPECT_EQ(top(finding), "pool.removeFrom[...]");
}

TEST(GoReport, TellsASignalInForeignCode) {
  const Finding finding = only(
      "fatal error: unexpected signal during runtime execution\n"
      "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x7f]\n\nruntime stack:\n"
      "runtime.throw({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:992 +0x71\n\n"
      "goroutine 1 gp=0xc000 m=0 mp=0x1 [syscall]:\nruntime.cgocall(0x401, 0xc0)\n"
      "\t/usr/local/go/src/runtime/cgocall.go:157 +0x5c fp=0xc0 sp=0xc1 pc=0x40\n"
      "main._Cfunc_crash()\n\t_cgo_gotypes.go:39 +0x45\nmain.main()\n\t/src/a.go:12 +0x1d\n");
  EXPECT_EQ(finding.kind, "SIGSEGV");
  EXPECT_EQ(finding.source, FindingSource::go);
  EXPECT_EQ(finding.implies, Outcome::crash);
}

TEST(RustReport, ReadsTheOldForm) {
  const Finding finding = only(
      "thread 'main' panicked at 'it's not there', src/pool.rs:12:9\n"
      "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n");
  EXPECT_EQ(finding.kind, "panic");
  EXPECT_EQ(finding.message, "it's not there");
  EXPECT_EQ(finding.location, "src/pool.rs:12");
  EXPECT_EQ(finding.implies, Outcome::crash);
}

TEST(RustReport, KeepsTwoThreadsApart) {
  const auto findings = parse_reports(
      "thread 'a' panicked at src/a.rs:1:1:\nfirst\nthread 'b' panicked at src/b.rs:2:2:\nsecond\n");
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].message, "first");
  EXPECT_EQ(findings[1].message, "second");
}

TEST(JvmReport, NamesAnInternalError) {
  const Finding finding = only(
      "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n"
      "#  Internal Error (g1Collector.cpp:123), pid=77, tid=78\n#  guarantee(is_in(p)) failed: not in "
      "heap\n#\n"
      "# Problematic frame:\n# V  [libjvm.so+0x7b0f12]  G1::mark(oop)+0x12\n#\n");
  EXPECT_EQ(finding.kind, "internal-error");
  EXPECT_THAT(finding.message, HasSubstr("guarantee(is_in(p)) failed"));
  EXPECT_EQ(finding.pid, 77);
  EXPECT_EQ(top(finding), "G1::mark(oop)");
}

TEST(JvmReport, IsInfraWhereTheMachineHadNoMemory) {
  EXPECT_EQ(only("# There is insufficient memory for the Java Runtime Environment to continue.\n"
                 "# Native memory allocation (mmap) failed to map 16384 bytes\n")
                .implies,
            Outcome::infra);
}

TEST(JavascriptReport, ReadsV8sChecksAndWebKitsAssertions) {
  const Finding check = only(
      "#\n# Fatal error in ../../src/heap/heap.cc, line 42\n# Debug check failed: 0 <= size (-1 vs. "
      "0).\n#\n#\n"
      "==== C stack trace ===============================\n\n    "
      "./d8(v8::base::debug::StackTrace::StackTrace()+0x13) "
      "[0x5575]\n    ./d8(V8_Fatal(char const*, ...)+0x1f6) [0x5576]\n    ./d8(Heap::grow()+0x5) [0x5577]\n");
  EXPECT_EQ(check.source, FindingSource::javascript);
  EXPECT_THAT(check.message, HasSubstr("Debug check failed"));
  EXPECT_EQ(top(check), "Heap::grow()");
  const Finding assertion = only(
      "ASSERTION FAILED: m_count > 0\n/src/wtf/RefCounted.h(71) : void WTF::RefCountedBase::deref()\n"
      "1   0x7f1 WTFCrash\n2   0x7f2 JSC::Heap::collect(int)\n3   0x7f3 main\n");
  EXPECT_EQ(assertion.kind, "assertion-failed");
  EXPECT_EQ(assertion.message, "m_count > 0");
  EXPECT_EQ(top(assertion), "JSC::Heap::collect(int)");
}

TEST(BacktraceReport, ReadsTheHandlersOfLibraries) {
  struct Row {
    std::string_view text;
    std::string_view kind;
    std::string_view top;
  };
  for (const Row& row : {
           Row{"*** Aborted at 1600000000 (unix time) try \"date -d @1600000000\" if you are using GNU date "
               "***\n"
               "PC: @     0x55aa83 pool::run()\n"
               "*** SIGSEGV (@0x0) received by PID 7 (TID 0x7f) from PID 0; stack trace: ***\n"
               "    @     0x7f0001 (unknown)\n    @     0x55aa83 pool::run()\n    @     0x55aa99 main\n",
               "SIGSEGV", "pool::run()"},
           Row{"*** SIGSEGV received at time=1600000000 on cpu 3 ***\n"
               "PC: @     0x55aa83  (unknown)  pool::run()\n    @     0x7f0001       1234  (unknown)\n"
               "    @     0x55aa83         32  pool::run()\n",
               "SIGSEGV", "pool::run()"},
           Row{"*** Signal 11 (SIGSEGV) (0x0) received by PID 7 (pthread TID 0x7f) (code: address not "
               "mapped), stack "
               "trace: ***\n    @ 000000000055aa83 pool::run()\n                       /src/pool.cc:12\n",
               "SIGSEGV", "pool::run()"},
           Row{"Received signal 11 SEGV_MAPERR 000000000000\n#0 0x55d1 base::debug::CollectStackTrace()\n"
               "#1 0x55d2 pool::run() [../../pool/pool.cc:12:3]\n  r8: 0000000000000000  r9: "
               "0000000000000001\n"
               "[end of stack trace]\n",
               "SIGSEGV", "pool::run()"},
           Row{"Crash reason:  SIGSEGV / SEGV_MAPERR\nCrash address: 0x0\nProcess uptime: 3 seconds\n\n"
               "Thread 0 (crashed)\n 0  libpool.so!pool::run(int) [pool.cpp:abc123 : 12 + 0x5]\n"
               "    rip = 0x00007f00   rsp = 0x00007f01\n    Found by: given as instruction pointer in "
               "context\n"
               " 1  libpool.so!main [pool.cpp:abc123 : 20 + 0x5]\n",
               "SIGSEGV", "pool::run(int)"},
           Row{"signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0\n    x0  "
               "0000000000000000\nbacktrace:\n"
               "      #00 pc 0000000000012345  /system/lib64/libpool.so (pool::run(int)+12)\n",
               "SIGSEGV", "pool::run(int)"},
           Row{"PLEASE submit a bug report to https://bugs.example.org/ and include the crash backtrace.\n"
               "Stack dump:\n0.\tProgram arguments: opt -O2\n"
               " #0 0x000055f llvm::sys::PrintStackTrace(llvm::raw_ostream&, int) /src/Signals.inc:565:0\n"
               " #1 0x0000560 SignalHandler(int) /src/Signals.inc:407:0\n"
               " #2 0x0000561 pool::run() /src/pool.cc:12:3\n",
               "crash", "pool::run()"},
           Row{"Process 77 (pool) of user 1000 dumped core.\n\nStack trace of thread 77:\n"
               "#0  0x00007f81 pool::run (pool + 0x3dce5)\n#1  0x00007f82 main (pool + 0x3dce6)\n",
               "crash", "pool::run"},
           Row{"* thread #1, name = 'pool', stop reason = signal SIGSEGV: invalid address (fault address: "
               "0x0)\n"
               "  * frame #0: 0x0000555 pool`pool::run(t=0x0) at pool.cc:12:5\n"
               "    frame #1: 0x0000556 pool`main at pool.cc:20:3\n",
               "SIGSEGV", "pool::run(t=0x0)"},
           Row{"signal (11): Segmentation fault\nin expression starting at /src/a.jl:3\nrun at "
               "/src/pool.c:12\n"
               "unknown function (ip: 0x7f)\nAllocations: 2650 (Pool: 2641; Big: 9); GC: 0\n",
               "SIGSEGV", "run"},
           Row{"Stack trace (most recent call last):\n#1    Object \"./pool\", at 0x55aa99, in main\n"
               "#0    Source \"/src/pool.cc\", line 12, in run\nSegmentation fault (Signal sent by the "
               "kernel [(nil)])\n",
               "SIGSEGV", "run"},
       }) {
    SCOPED_TRACE(row.text);
    const auto findings = parse_reports(row.text);
    ASSERT_THAT(findings, testing::Not(IsEmpty()));
    EXPECT_EQ(findings[0].source, FindingSource::signal);
    EXPECT_EQ(findings[0].kind, row.kind);
    EXPECT_EQ(top(findings[0]), row.top);
    EXPECT_EQ(findings[0].implies, Outcome::crash);
  }
}

TEST(BacktraceReport, ReadsFailedChecks) {
  const Finding glog = only(
      "F0101 12:00:00.123456 77 pool.cc:12] Check failed: size > 0 (0 vs. 0)\n"
      "*** Check failure stack trace: ***\n    @     0x7f01  google::LogMessage::Fail()\n    @     0x55aa83  "
      "pool::run()\n");
  EXPECT_EQ(glog.source, FindingSource::assertion);
  EXPECT_THAT(glog.message, HasSubstr("Check failed: size > 0"));
  EXPECT_EQ(glog.location, "pool.cc:12");
  EXPECT_EQ(top(glog), "pool::run()");
  const Finding chromium = only("[77:77:0101/120000.123:FATAL:pool.cc(12)] Check failed: size > 0. \n");
  EXPECT_EQ(chromium.location, "pool.cc:12");
  const Finding mozilla = only(
      "Assertion failure: mCount > 0 (no count), at /src/Pool.cpp:12\n#01: pool::run() [/src/Pool.cpp:12]\n");
  EXPECT_EQ(mozilla.location, "/src/Pool.cpp:12");
  EXPECT_THAT(parse_reports("Check failed: the formatter found differences\n"), IsEmpty());
}

TEST(PythonReport, BeginsBehindWhatPytestPrinted) {
  const Finding finding = only(
      "tests/test_pool.py ..FFatal Python error: Segmentation fault\n\nThread 0x00007fd8 (most recent call "
      "first):\n"
      "<no Python frame>\n\nCurrent thread 0x00007fd9 (most recent call first):\n"
      "  File \"/src/pool.py\", line 12 in run\n\nExtension modules: numpy.core (total: 1)\n");
  EXPECT_EQ(finding.kind, "segmentation-fault");
  EXPECT_EQ(top(finding), "run");
}

TEST(AddressReport, ReadsThePidOfTheFirstRuntimes) {
  EXPECT_EQ(only("==24137== ERROR: AddressSanitizer: heap-use-after-free on address 0x6\nREAD of size 8 at "
                 "0x6 thread T2\n"
                 "    #0 0x4f07b4 in lookup /src/a.cc:56\n")
                .pid,
            24137);
}

TEST(GlibcReport, ReadsTheStackOfOlderVersions) {
  const Finding finding = only(
      "*** Error in `./pool': double free or corruption (out): 0x00000000013b2010 ***\n======= Backtrace: "
      "=========\n"
      "/lib/x86_64-linux-gnu/libc.so.6(+0x777e5)[0x7f6d]\n./pool(release+0x26)[0x4005a7]\n./"
      "pool(main+0x2d)[0x4005c0]\n"
      "======= Memory map: ========\n00400000-00401000 r-xp 00000000 08:01 1 /src/pool\n");
  EXPECT_EQ(finding.kind, "double-free");
  EXPECT_EQ(finding.message, "double free or corruption (out)");
  ASSERT_THAT(finding.stacks, SizeIs(1));
  EXPECT_EQ(finding.stacks[0].frames.at(1).function, "release");
}

TEST(UndefinedReport, ReadsTheMinimalRuntime) {
  const Finding finding = only("ubsan: add-overflow by 0x000055d1\n");
  EXPECT_EQ(finding.source, FindingSource::undefined_sanitizer);
  EXPECT_EQ(finding.kind, "add-overflow");
}

TEST(UnknownReport, KeepsFatalWordsOfAllocators) {
  const Finding finding = only("Scudo ERROR: corrupted chunk header at address 0x7f01\n");
  EXPECT_EQ(finding.source, FindingSource::unrecognised);
  EXPECT_EQ(finding.implies, Outcome::crash);
}

TEST(DeathReport, IsReadFromShellsRunnersAndTheKernel) {
  for (const std::string_view line : {
           "Segmentation fault (core dumped)",
           "./run.sh: line 3: 12345 Segmentation fault      ./pool 7",
           "make: *** [Makefile:3: test] Segmentation fault (core dumped)",
           "3/9 Test #3: pool .....................***Exception: SegFault  0.12 sec",
           "  process didn't exit successfully: `pool` (signal: 11, SIGSEGV: invalid memory reference)",
           "signal: segmentation fault (core dumped)",
           "pool[77]: segfault at 0 ip 000055d1 sp 00007ffc error 4 in pool[55d0+1000]",
           "unit.service: Main process exited, code=dumped, status=11/SEGV",
           "subprocess.CalledProcessError: Command 'pool' died with <Signals.SIGSEGV: 11>.",
           "1/2 pool  FAIL  0.1s  killed by signal 11 SIGSEGV",
           "[1]    33171 segmentation fault (core dumped)",
           "[1]  + 33171 segmentation fault  ./pool",
           "zsh: segmentation fault  ./pool run",
       }) {
    const auto findings = parse_reports(line);
    ASSERT_THAT(findings, SizeIs(1)) << line;
    EXPECT_EQ(findings[0].source, FindingSource::signal) << line;
    EXPECT_EQ(findings[0].kind, "SIGSEGV") << line;
  }
}

TEST(DeathReport, IsNotReadFromRunningText) {
  for (const std::string_view line : {
           "Aborted 3 jobs",
           "Segmentation faults are counted here",
           "transaction Aborted",
           "Aborted by the user",
           "checks for Segmentation fault in the log",
           "3/9 Test #3: pool ......***Timeout  10.0 sec",
           "error: Illegal instruction set 'avx9'",
       }) {
    EXPECT_THAT(parse_reports(line), IsEmpty()) << line;
  }
}

}  // namespace
}  // namespace repro::findings
