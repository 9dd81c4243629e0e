#include "harness/findings/judge.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/sanitizer_options.h"
#include "tests/findings/corpus.h"
#include "tests/findings/test_runs.h"

namespace repro::findings {
namespace {

using testing::HasSubstr;

Oracle oracle_for(OracleSpec spec = {}, OracleTexts texts = {}) {
  return Oracle::create(std::move(spec), std::move(texts)).value();
}

Judgement judged(const ProcessResult& run, Sanitizer sanitizer = Sanitizer::plain, OracleSpec spec = {},
                 const ProcessResult* check = nullptr) {
  const Oracle oracle = oracle_for(std::move(spec));
  auto judgement = judge({.run = run, .oracle = oracle, .sanitizer = sanitizer, .check = check});
  EXPECT_TRUE(judgement.has_value());
  return *std::move(judgement);
}

std::string captured_log(std::string_view path) {
  for (const CorpusLog& log : corpus()) {
    if (log.path == path) return log.text;
  }
  ADD_FAILURE() << path;
  return {};
}

constexpr std::string_view kUseAfterFree = "asan/clang-14/heap-use-after-free.txt";
constexpr std::string_view kRace = "tsan/clang-14/data-race.txt";

TEST(Judge, CallsARunThatEndedWellOk) {
  const Judgement judgement = judged(exited(0, "done\n"));
  EXPECT_EQ(judgement.outcome, Outcome::ok);
  EXPECT_TRUE(judgement.findings.empty());
}

Judgement judged_without(const ProcessResult& run, Sanitizer sanitizer, const std::string& kind, int& asked) {
  const Oracle oracle = oracle_for();
  auto judgement = judge({.run = run,
                          .oracle = oracle,
                          .sanitizer = sanitizer,
                          .is_suppressed = [&](const Finding& finding, const Signature&) {
                            ++asked;
                            return finding.kind == kind;
                          }});
  EXPECT_TRUE(judgement.has_value());
  return *std::move(judgement);
}

TEST(Judge, JudgesARunWithoutWhatIsSuppressed) {
  const ProcessResult racy =
      exited(sanitizer_exit_code(Sanitizer::thread), "", captured_log(kRace) + captured_log(kRace));
  int asked = 0;
  const Judgement suppressed = judged_without(racy, Sanitizer::thread, "data-race", asked);
  EXPECT_EQ(suppressed.outcome, Outcome::ok) << suppressed.reason;
  EXPECT_TRUE(suppressed.findings.empty());
  EXPECT_TRUE(suppressed.signatures.empty());
  EXPECT_EQ(asked, 1) << "once for each signature";
  EXPECT_THAT(suppressed.reason, HasSubstr("nothing but what is suppressed: data-race"));
  EXPECT_EQ(judged_without(racy, Sanitizer::thread, "thread-leak", asked).outcome, Outcome::fail);
}

TEST(Judge, JudgesWhatIsNotSuppressedBesideWhatIs) {
  int asked = 0;
  const ProcessResult run = exited(1, "", captured_log(kRace) + captured_log(kUseAfterFree));
  const Judgement judgement = judged_without(run, Sanitizer::address, "heap-use-after-free", asked);
  EXPECT_EQ(judgement.outcome, Outcome::fail);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(judgement.findings[0].kind, "data-race");
}

TEST(Judge, CallsAWrongExitCodeAFail) {
  const Judgement judgement = judged(exited(3));
  EXPECT_EQ(judgement.outcome, Outcome::fail);
  EXPECT_EQ(judgement.reason, "exit code 3");
  ASSERT_EQ(judgement.signatures.size(), 1U);
  EXPECT_EQ(judgement.findings[0].signature, judgement.signatures[0].id);
}

TEST(Judge, CallsFatalReportsOfRuntimesCrashesWhateverTheExitCode) {
  for (const std::string_view path :
       {"go/go-1.19/index.txt", "go/go-1.19/map.txt", "rust/rustc-1.95/unwrap.txt",
        "rust/rustc-1.95/nounwind.txt", "jvm/openjdk-17/segv.txt", "python/cpython-3.11/segv.txt",
        "javascript/node-20/heap-limit.txt", "memcheck/valgrind-3.19/invalid-read.txt",
        "libfuzzer/clang-19/deadly-signal.txt"}) {
    EXPECT_EQ(judged(exited(0, "", captured_log(path))).outcome, Outcome::crash) << path;
    EXPECT_EQ(judged(exited(2, "", captured_log(path))).outcome, Outcome::crash) << path;
    EXPECT_EQ(judged(stopped_at_deadline(captured_log(path))).outcome, Outcome::crash) << path;
  }
}

TEST(Judge, CallsADeadlockThatARuntimeProvedAHang) {
  EXPECT_EQ(judged(exited(2, "", captured_log("go/go-1.19/deadlock.txt"))).outcome, Outcome::hang);
  EXPECT_EQ(judged(stopped_at_deadline(captured_log("jvm/openjdk-17/deadlock.txt"))).outcome, Outcome::hang);
}

TEST(Judge, CallsRacesAndUncaughtExceptionsOfRuntimesFails) {
  for (const std::string_view path :
       {"go/go-1.19/race.txt", "helgrind/valgrind-3.19/race.txt", "jvm/openjdk-17/thread-exception.txt"}) {
    EXPECT_EQ(judged(exited(0, "", captured_log(path))).outcome, Outcome::fail) << path;
  }
}

TEST(Judge, KeepsATracebackOnlyOfARunThatFailed) {
  const std::string log = captured_log("python/cpython-3.11/chained.txt");
  EXPECT_EQ(judged(exited(0, "", log)).outcome, Outcome::ok);
  EXPECT_TRUE(judged(exited(0, "", log)).findings.empty());
  const Judgement failed = judged(exited(1, "", log));
  EXPECT_EQ(failed.outcome, Outcome::fail);
  EXPECT_EQ(failed.findings.size(), 2U);
}

TEST(Judge, PrefersWhatTheSupervisorSawToTheShellsWords) {
  ProcessResult run = killed_by(SIGSEGV, "Segmentation fault (core dumped)\n");
  CrashEvidence evidence;
  evidence.signal = SIGSEGV;
  evidence.summary = "SIGSEGV at 0x0";
  evidence.stacks.push_back(Stack{});
  run.crashes.push_back(evidence);
  const Judgement judgement = judged(run);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(judgement.findings[0].message, "killed by SIGSEGV at 0x0");
}

TEST(Judge, CallsTheDeathOfAChildThatOnlyTheShellSawACrash) {
  EXPECT_EQ(judged(exited(0, "", "./run.sh: line 3: 77 Segmentation fault      ./pool\n")).outcome,
            Outcome::crash);
}

TEST(Judge, KeepsExitCode139ApartFromDeathBySegv) {
  EXPECT_EQ(judged(exited(139)).outcome, Outcome::fail);
  EXPECT_THAT(judged(exited(139)).reason, HasSubstr("signal 11"));
  EXPECT_EQ(judged(killed_by(SIGSEGV)).outcome, Outcome::crash);
}

TEST(Judge, CallsARunWhoseKeeperWasKilledInfraWhateverItsEndWas) {
  for (ProcessResult run : {exited(0), exited(3), killed_by(SIGKILL)}) {
    run.stop_reason = StopReason::lost;
    EXPECT_EQ(judged(run).outcome, Outcome::infra);
  }
}

TEST(Judge, NamesTheDeadlineOfAHangAndNotTheTimeThatStoppingTook) {
  const ProcessResult run = stopped_at_deadline();
  const Oracle oracle = oracle_for();
  const auto judgement = judge({.run = run, .oracle = oracle, .timeout = std::chrono::milliseconds(300)});
  ASSERT_TRUE(judgement.has_value());
  EXPECT_EQ(judgement->reason, "did not end within 300ms");
}

TEST(Judge, AsksNoOracleOfARunThatTheHarnessEnded) {
  OracleSpec spec;
  spec.match = {"done"};
  const Judgement judgement = judged(stopped_at_deadline(), Sanitizer::plain, spec);
  EXPECT_EQ(judgement.outcome, Outcome::hang);
  EXPECT_EQ(judgement.findings.size(), 1U);
}

TEST(Judge, CallsDeathByASignalACrash) {
  const Judgement judgement = judged(killed_by(SIGSEGV));
  EXPECT_EQ(judgement.outcome, Outcome::crash);
  EXPECT_EQ(judgement.reason, "killed by SIGSEGV");
  EXPECT_EQ(judgement.findings[0].source, FindingSource::signal);
}

TEST(Judge, CallsAMemoryErrorACrashWhateverTheExitCode) {
  ProcessResult run = exited(0, "done\n");
  run.report_files.push_back({"asan.7", 7, captured_log("asan/clang-14/leak-after-error.txt"), 0});
  const Judgement judgement = judged(run, Sanitizer::address);
  EXPECT_EQ(judgement.outcome, Outcome::crash);
  EXPECT_THAT(judgement.reason, HasSubstr("heap-use-after-free in read_node (address.cc)"));
  EXPECT_EQ(judgement.findings.size(), 2U);
}

TEST(Judge, CallsAnInterpreterThatHangsInItsOwnCrashReportACrash) {
  const Judgement judgement =
      judged(stopped_at_deadline(captured_log("ruby/debian-3.1/bind-call-handler.txt")));
  EXPECT_EQ(judgement.outcome, Outcome::crash);
  EXPECT_EQ(judgement.findings.front().source, FindingSource::ruby);
  EXPECT_THAT(judgement.reason, HasSubstr("then it did not end"));
}

TEST(Judge, CallsAFatalReportFollowedByADeadlockACrash) {
  const Judgement judgement = judged(stopped_at_deadline(captured_log(kUseAfterFree)), Sanitizer::address);
  EXPECT_EQ(judgement.outcome, Outcome::crash);
  EXPECT_THAT(judgement.reason, HasSubstr("then it did not end"));
  EXPECT_EQ(judgement.findings.back().kind, "deadline");
}

TEST(Judge, CallsARaceAFailAndNotItsExitCode) {
  const ProcessResult run = exited(sanitizer_exit_code(Sanitizer::thread), "", captured_log(kRace));
  const Judgement judgement = judged(run, Sanitizer::thread);
  EXPECT_EQ(judgement.outcome, Outcome::fail);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(judgement.findings[0].kind, "data-race");
}

TEST(Judge, AsksTheOraclesOfARunWithARaceToo) {
  OracleSpec spec;
  spec.match = {"finished twice"};
  const ProcessResult run = exited(sanitizer_exit_code(Sanitizer::thread), "", captured_log(kRace));
  const Judgement judgement = judged(run, Sanitizer::thread, spec);
  EXPECT_EQ(judgement.outcome, Outcome::fail);
  EXPECT_EQ(judgement.findings.size(), 2U);
}

TEST(Judge, CountsAReportInAFileAndOnStandardErrorOnce) {
  ProcessResult run = exited(sanitizer_exit_code(Sanitizer::address), "", captured_log(kUseAfterFree));
  run.report_files.push_back({"asan.7", 7, captured_log(kUseAfterFree), 0});
  EXPECT_EQ(judged(run, Sanitizer::address).findings.size(), 1U);
}

TEST(Judge, CallsTheDeadlineAHangAndKeepsItsEvidence) {
  ProcessResult run = stopped_at_deadline();
  run.hang = {"deadlock", "deadlock (proved)", {}, "thread 1: futex wait"};
  const Judgement judgement = judged(run);
  EXPECT_EQ(judgement.outcome, Outcome::hang);
  EXPECT_EQ(judgement.findings[0].raw, "thread 1: futex wait");
  EXPECT_EQ(judgement.findings[0].kind, "deadlock");
  EXPECT_THAT(judgement.reason, HasSubstr("deadlock (proved)"));
  EXPECT_EQ(judgement.findings.size(), 1U);  // the SIGTERM was ours
}

TEST(Judge, LetsARaceStandBesideAHang) {
  const Judgement judgement = judged(stopped_at_deadline(captured_log(kRace)), Sanitizer::thread);
  EXPECT_EQ(judgement.outcome, Outcome::hang);
  EXPECT_EQ(judgement.findings.size(), 2U);
}

TEST(Judge, GivesNoResultForAnInterruptedRun) {
  ProcessResult run = killed_by(SIGTERM);
  run.stop_reason = StopReason::interrupted;
  const Oracle oracle = oracle_for();
  EXPECT_FALSE(judge({.run = run, .oracle = oracle}).has_value());
}

TEST(Judge, CallsWantOfMemoryInfra) {
  ProcessResult limited = killed_by(SIGKILL);
  limited.stop_reason = StopReason::memory_limit;
  EXPECT_EQ(judged(limited).outcome, Outcome::infra);
  ProcessResult killed = killed_by(SIGKILL);
  killed.out_of_memory = true;
  EXPECT_EQ(judged(killed).outcome, Outcome::infra);
  EXPECT_EQ(judged(killed_by(SIGKILL)).outcome, Outcome::crash);  // a subject may kill itself
}

TEST(Judge, CallsASanitizerThatCannotStartInfraAndSaysWhatToDo) {
  struct Case {
    std::string text;
    std::string advice;
  };
  for (const Case& one :
       {Case{"FATAL: ThreadSanitizer: unexpected memory mapping 0x1-0x2\n", "setarch -R"},
        Case{"==9==ERROR: AddressSanitizer failed to allocate 0x2000 (8192) bytes of Foo (error code: 12)\n",
             "memory"},
        Case{"==9==ReserveShadowMemoryRange failed while trying to map 0xdfff0001000 bytes. Perhaps you're "
             "using ulimit -v\n",
             "--memory-limit"},
        Case{"==9==ASan runtime does not come first in initial library list; you should either link runtime "
             "to "
             "your application or manually preload it with LD_PRELOAD.\n",
             "verify_asan_link_order"},
        Case{
            "==9==LeakSanitizer has encountered a fatal error.\n==9==HINT: LeakSanitizer does not work under "
            "ptrace (strace, gdb, etc)\n",
            "ptrace"},
        Case{"ThreadSanitizer: CHECK failed: tsan_rtl.cpp:12 \"((0)) != (0)\" (0x0, 0x0) (tid=3)\n",
             "state that it does not expect"}}) {
    const Judgement judgement = judged(exited(1, "", one.text), Sanitizer::address);
    EXPECT_EQ(judgement.outcome, Outcome::infra) << one.text;
    EXPECT_THAT(judgement.reason, HasSubstr(one.advice));
  }
}

TEST(Judge, CallsACrashInsideTheRuntimeInfraUnlessTheSubjectCalledItWrongly) {
  const auto report = [](const std::string& frames) {
    return "ThreadSanitizer:DEADLYSIGNAL\n==9==ERROR: ThreadSanitizer: SEGV on unknown address 0x10 (pc 0x1 "
           "bp 0x2 "
           "sp 0x3 T9)\n" +
           frames + "\nSUMMARY: ThreadSanitizer: SEGV a.cc:1 in f\n==9==ABORTING\n";
  };
  const std::string tool = "    #0 __tsan_func_entry <null> (p+0x1)\n    #1 worker() /src/a.cc:5:1 (p+0x2)\n";
  EXPECT_EQ(judged(exited(66, "", report(tool)), Sanitizer::thread).outcome, Outcome::infra);
  const std::string subject =
      "    #0 __tsan::MemoryAccess(__tsan::ThreadState*) <null> (p+0x1)\n    #1 __tsan_read4 <null> (p+0x2)\n"
      "    #2 worker() /src/a.cc:5:1 (p+0x3)\n";
  EXPECT_EQ(judged(exited(66, "", report(subject)), Sanitizer::thread).outcome, Outcome::crash);
}

TEST(Judge, LetsACompleteMemoryErrorStandAboveALaterToolFailure) {
  ProcessResult run =
      exited(1, "", captured_log(kUseAfterFree) + "AddressSanitizer: CHECK failed: a.cpp:3 \"x\"\n");
  EXPECT_EQ(judged(run, Sanitizer::address).outcome, Outcome::crash);
}

TEST(Judge, JoinsTheStackOfAnAbortToItsReason) {
  ProcessResult run = exited(86, "", "prog: a.cc:12: void f(int): Assertion `n == 3' failed.\n");
  run.report_files.push_back({"asan.7", 7, captured_log("asan/clang-14/call-abort.txt"), 0});
  const Judgement judgement = judged(run, Sanitizer::address);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(judgement.findings[0].source, FindingSource::assertion);
  EXPECT_EQ(judgement.findings[0].stacks.size(), 2U);
  // The plain build of the same program has no such stack, and the same name.
  const Judgement plain =
      judged(killed_by(SIGABRT, "prog: a.cc:12: void f(int): Assertion `n == 3' failed.\n"));
  EXPECT_EQ(plain.outcome, Outcome::crash);
  ASSERT_EQ(plain.findings.size(), 1U);
  EXPECT_EQ(plain.signatures[0].id, judgement.signatures[0].id);
}

TEST(Judge, TakesAnAnnouncedDeadlySignalForPartOfTheReportInTheLogFile) {
  ProcessResult run = exited(86, "", "AddressSanitizer:DEADLYSIGNAL\n");
  EXPECT_EQ(judged(run, Sanitizer::address).findings.front().kind, "deadly-signal")
      << "with nothing else it stays";
  run.report_files.push_back({"asan.7", 7, captured_log(kUseAfterFree), 0});
  const Judgement judgement = judged(run, Sanitizer::address);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(judgement.findings[0].kind, "heap-use-after-free");
}

TEST(Judge, SaysWhenASanitizersExitCodeHasNoReport) {
  const Judgement judgement = judged(exited(sanitizer_exit_code(Sanitizer::address)), Sanitizer::address);
  EXPECT_EQ(judgement.outcome, Outcome::fail);
  EXPECT_THAT(judgement.findings[0].message, HasSubstr("no report was found"));
}

TEST(Judge, NeverJoinsReportsAcrossDroppedOutput) {
  const std::string text = captured_log(kUseAfterFree);
  ProcessResult run = exited(86);
  run.standard_error.head = text.substr(0, text.find("READ of size"));
  run.standard_error.tail = captured_log(kRace).substr(200);
  run.standard_error.total_bytes = 1U << 30U;
  const Judgement judgement = judged(run, Sanitizer::address);
  EXPECT_EQ(judgement.outcome, Outcome::crash);
  for (const Finding& finding : judgement.findings) {
    if (finding.kind == "heap-use-after-free") {
      EXPECT_TRUE(finding.stacks.empty());
    }
  }
}

TEST(Judge, TakesACheckThatCannotTellForInfra) {
  const ProcessResult check = exited(125, "no baseline\n");
  const Judgement judgement = judged(exited(0), Sanitizer::plain, {}, &check);
  EXPECT_EQ(judgement.outcome, Outcome::infra);
  EXPECT_THAT(judgement.reason, HasSubstr("no baseline"));
}

TEST(Judge, ShowsControlCharactersOfTheSubjectHarmlessly) {
  const Judgement judgement =
      judged(killed_by(SIGABRT, "terminate called after throwing an instance of 'X'\n  what():  \x01\x02\n"));
  EXPECT_EQ(judgement.reason.find('\x01'), std::string::npos);
}

/// What the handler of fatal signals saw of one process.
CrashEvidence crash_in(const std::string& function, int signal) {
  CrashEvidence evidence;
  evidence.pid = 77;
  evidence.signal = signal;
  evidence.summary = "SIGSEGV at address 0x10";
  Stack& stack = evidence.stacks.emplace_back();
  stack.role = StackRole::access;
  stack.frames.emplace_back().function = function;
  return evidence;
}

TEST(Judge, SignsADeathBySignalByItsStack) {
  ProcessResult run;
  run.termination = Signaled{SIGSEGV};
  run.crashes = {crash_in("walk", SIGSEGV)};
  const Judgement first = judged(run);
  EXPECT_EQ(first.outcome, Outcome::crash);
  EXPECT_EQ(first.signatures.at(0).title, "SIGSEGV in walk");
  EXPECT_THAT(first.reason, HasSubstr("at address 0x10"));
  run.crashes = {crash_in("other", SIGSEGV)};
  EXPECT_NE(judged(run).signatures.at(0).id, first.signatures.at(0).id);
}

TEST(Judge, BelievesAShellsExitCodeWhereADeathWasSeen) {
  ProcessResult run;
  run.termination = Exited{128 + SIGSEGV};
  EXPECT_EQ(judged(run).outcome, Outcome::fail) << "the number alone proves nothing";
  run.crashes = {crash_in("walk", SIGABRT)};
  EXPECT_EQ(judged(run).outcome, Outcome::fail) << "another signal";
  run.crashes = {crash_in("walk", SIGSEGV)};
  EXPECT_EQ(judged(run).outcome, Outcome::crash);
}

TEST(Judge, LeavesACrashThatTheSubjectExpectedOutOfTheOutcome) {
  ProcessResult run;
  run.termination = Exited{0};
  run.crashes = {crash_in("walk", SIGSEGV)};
  EXPECT_EQ(judged(run).outcome, Outcome::ok) << "a death test's child";
}

TEST(Judge, GivesAnAbortTheStackThatWasSeen) {
  ProcessResult run;
  run.termination = Signaled{SIGABRT};
  run.standard_error.head = "double free or corruption (fasttop)\n";
  run.standard_error.total_bytes = run.standard_error.head.size();
  run.crashes = {crash_in("release_twice", SIGABRT)};
  const Judgement judgement = judged(run);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_EQ(judgement.findings[0].source, FindingSource::glibc);
  EXPECT_THAT(judgement.signatures.at(0).title, HasSubstr("in release_twice"));
}

}  // namespace
}  // namespace repro::findings
