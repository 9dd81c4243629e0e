// Runs that end by themselves, and commands that cannot be run at all.

#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/process/process_tree.h"
#include "tests/process/marked_processes.h"

#if defined(__has_feature)
#define REPRO_HAS_ASAN __has_feature(address_sanitizer)
#else
#define REPRO_HAS_ASAN 0
#endif

namespace repro::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class SupervisorEndTest : public SupervisorTest {};

TEST_F(SupervisorEndTest, ReportsEachExitCode) {
  for (const int code : {0, 1, 2, 66, 77, 125, 126, 127, 128, 139, 255}) {
    const ProcessResult result = run(shell("exit " + std::to_string(code)));
    EXPECT_EQ(result.termination, Termination(Exited{code}));
    EXPECT_EQ(result.stop_reason, StopReason::none);
    EXPECT_EQ(result.stop_step, StopStep::none);
  }
}

TEST_F(SupervisorEndTest, ReportsDeathByEachSignal) {
  for (int number = 1; number <= SIGRTMAX; ++number) {
    const bool is_survived = number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
    const bool is_stop = number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
    const bool is_reserved = number >= 32 && number < SIGRTMIN;  // used by the C library itself
    if (is_survived || is_stop || is_reserved) continue;
    const ProcessResult result = run(spec("die_by_signal", {std::to_string(number)}));
    EXPECT_EQ(result.termination, Termination(Signaled{number, false})) << number;
    EXPECT_EQ(result.stop_reason, StopReason::none) << number;
  }
}

TEST_F(SupervisorEndTest, SaysWhetherACoreWasDumped) {
  std::ifstream pattern_file("/proc/sys/kernel/core_pattern");
  std::string pattern;
  std::getline(pattern_file, pattern);
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  if (limit.rlim_max == 0 || pattern.starts_with("|")) GTEST_SKIP() << "no core files on this machine";
#if defined(__SANITIZE_ADDRESS__) || REPRO_HAS_ASAN
  GTEST_SKIP() << "AddressSanitizer forbids core dumps to the keeper and so to its children";
#endif
  char folder[] = "/tmp/repro_core_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  rlimit all = limit;
  all.rlim_cur = all.rlim_max;
  setrlimit(RLIMIT_CORE, &all);
  restart({});
  RunSpec crash = spec("die_by_signal", {std::to_string(SIGSEGV)});
  crash.working_directory = folder;
  EXPECT_EQ(run(crash).termination, Termination(Signaled{SIGSEGV, false}));
  crash.allow_core_dumps = true;
  EXPECT_EQ(run(crash).termination, Termination(Signaled{SIGSEGV, true}));
  setrlimit(RLIMIT_CORE, &limit);
  ASSERT_EQ(system(("rm -rf " + std::string(folder)).c_str()), 0);
}

TEST_F(SupervisorEndTest, CapturesBothStreamsApart) {
  const ProcessResult result = run(shell("echo out; echo err >&2; echo more"));
  EXPECT_EQ(result.standard_output.text(), "out\nmore\n");
  EXPECT_EQ(result.standard_error.text(), "err\n");
}

TEST_F(SupervisorEndTest, KeepsReadingOneStreamWhenTheOtherIsClosed) {
  const ProcessResult result = run(spec("stderr_after_stdout"));
  EXPECT_EQ(result.termination, Termination(Exited{3}));
  EXPECT_EQ(result.standard_output.text(), "first\n");
  EXPECT_EQ(result.standard_error.text(), "second\n");
}

TEST_F(SupervisorEndTest, WaitsForASubjectThatClosedEverything) {
  const ProcessResult result = run(spec("close_everything"));
  EXPECT_EQ(result.termination, Termination(Exited{7}));
  EXPECT_FALSE(result.pipes_held_open);
}

TEST_F(SupervisorEndTest, SurvivesASubjectThatKillsItsGroup) {
  const ProcessResult result = run(spec("kill_group"));
  EXPECT_EQ(result.termination, Termination(Signaled{SIGKILL}));
  EXPECT_EQ(result.stop_reason, StopReason::none);
}

TEST_F(SupervisorEndTest, GivesTheSubjectACleanWorld) {
  // The harness's own world is not clean.
  std::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const int leaked = open("/dev/null", O_RDONLY);  // NOLINT(*-cloexec): that is the point
  restart({});
  const ProcessResult result = run(spec("print_world"));
  close(leaked);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  std::signal(SIGUSR1, SIG_DFL);
  EXPECT_EQ(result.standard_output.text(),
            "session_leader=1\nsignals_blocked=0\nsignals_ignored=0\ndescriptors=3\noutput_nonblocking=0\n"
            "core_limit_small=1\n");
}

TEST_F(SupervisorEndTest, FixesAddressesAndProcessorsOnlyWhereAsked) {
  const auto world = [&](const RunSpec& wanted) { return run(wanted).standard_output.text(); };
  RunSpec wanted = shell("cat /proc/self/personality; nproc");
  const std::string usual = world(wanted);
  wanted.fixed_addresses = true;
  wanted.processors = 1;
  EXPECT_EQ(world(wanted), "00040000\n1\n") << "ADDR_NO_RANDOMIZE of personality(2)";
  wanted.fixed_addresses = false;
  wanted.processors = 4096;
  EXPECT_EQ(world(wanted), usual)
      << "more processors than there are is all of them, and nothing stays behind";
}

TEST_F(SupervisorEndTest, GivesTheSubjectItsEnvironmentFolderAndInput) {
  char input[] = "/tmp/repro_input_XXXXXX";
  const int fd = mkstemp(input);
  ASSERT_EQ(write(fd, "from the file", 13), 13);
  close(fd);
  RunSpec asked = shell("pwd; env | grep ^GIVEN; cat");
  asked.environment.emplace_back("GIVEN=a value");
  asked.working_directory = "/usr";
  asked.stdin_file = input;
  EXPECT_EQ(run(asked).standard_output.text(), "/usr\nGIVEN=a value\nfrom the file");
  asked.stdin_file.clear();
  EXPECT_EQ(run(asked).standard_output.text(), "/usr\nGIVEN=a value\n");
  unlink(input);
}

TEST_F(SupervisorEndTest, LooksTheCommandUpInTheSubjectsPath) {
  EXPECT_EQ(run([&] {
              RunSpec asked = shell("");
              asked.argv = {"echo", "found"};
              asked.environment = {"PATH=/nowhere:/etc/passwd:/bin"};
              return asked;
            }())
                .standard_output.text(),
            "found\n");
}

TEST_F(SupervisorEndTest, PassesLongArgumentsAndEnvironments) {
  RunSpec asked = shell(R"(printf '%s' "$LONG" | wc -c; printf '%s' "$1" | wc -c)");
  asked.argv.insert(asked.argv.end(), {"sh", std::string(120'000, 'a')});
  asked.environment.push_back("LONG=" + std::string(100'000, 'b'));
  for (int i = 0; i < 8; ++i)
    asked.environment.push_back("X" + std::to_string(i) + "=" + std::string(100'000, 'c'));
  EXPECT_EQ(run(asked).standard_output.text(), "100000\n120000\n");
}

TEST_F(SupervisorEndTest, CountsTimeAndProcessorOfTheWholeTree) {
  const ProcessResult result = run(spec("leave_zombies", {"3"}));
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_EQ(result.leftover_processes, 0U);                                      // zombies are dead
  EXPECT_GE(result.usage.user_cpu + result.usage.system_cpu, milliseconds(95));  // of two orphans
  EXPECT_GE(result.wall, milliseconds(50));
  EXPECT_GT(result.pid, 0);
  const auto age = system_clock().unix_time() - result.started_at;
  EXPECT_GE(age, result.wall);
  EXPECT_LT(age, seconds(60));
}

TEST_F(SupervisorEndTest, KeepsTheHarnessesSizeOutOfTheSubjectsPeak) {
  constexpr std::size_t kLarge = 300U << 20U;
  std::vector<char> large(kLarge, 'x');
  restart({});
  const ProcessResult result = run(spec("/bin/true"));
  EXPECT_LT(result.usage.max_rss_bytes, 64U << 20U);
  EXPECT_GE(result.usage.max_rss_bytes, result.usage.max_rss_floor_bytes);
  EXPECT_GT(result.usage.max_rss_floor_bytes, 0U);
  EXPECT_EQ(large[kLarge / 2], 'x');
  const ProcessResult allocated = run(spec("allocate", {"100"}));
  EXPECT_GE(allocated.usage.max_rss_bytes, 100U << 20U);
  EXPECT_LT(allocated.usage.max_rss_bytes, 140U << 20U);
}

std::uint64_t own_peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  }
  return 0;
}

TEST_F(SupervisorEndTest, StaysSmallWhileTheSubjectFloods) {
  static_cast<void>(run(spec("flood", {"8"})));  // what the first run allocates once
  const std::uint64_t before = own_peak_kib();
  RunSpec asked = spec("flood", {"1024"});
  asked.head_limit_bytes = 1000;
  asked.tail_limit_bytes = 2000;
  const ProcessResult result = run(asked);
  EXPECT_EQ(result.termination, Termination(Exited{0}));
  EXPECT_EQ(result.standard_output.total_bytes, 1ULL << 30U);
  EXPECT_EQ(result.standard_output.head.size(), 1000U);
  EXPECT_EQ(result.standard_output.tail.size(), 2000U);
  EXPECT_THAT(result.standard_output.head, StartsWith("BEGIN"));
  EXPECT_TRUE(result.standard_output.tail.ends_with("END"));
  EXPECT_LT(own_peak_kib() - before, 8U << 10U);
}

TEST_F(SupervisorEndTest, LeavesNoDescriptorBehind) {
  const auto count = [] {
    int descriptors = 0;
    for (int fd = 0; fd < 1024; ++fd) descriptors += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return descriptors;
  };
  static_cast<void>(run(spec("/bin/true")));
  const int before = count();
  for (int i = 0; i < 20; ++i) static_cast<void>(run(spec("/bin/true")));
  EXPECT_FALSE(supervisor_->run(spec("/absent")));
  EXPECT_EQ(count(), before);
}

void expect_usage_error(Supervisor& supervisor, const RunSpec& spec, int os_errno, const std::string& text) {
  const auto result = supervisor.run(spec);
  ASSERT_FALSE(result) << text;
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
  EXPECT_EQ(result.error().os_errno, os_errno);
  EXPECT_THAT(result.error().message, HasSubstr(text));
}

TEST_F(SupervisorEndTest, RefusesCommandsThatCannotBeExecuted) {
  expect_usage_error(*supervisor_, spec("/absent/command"), ENOENT, "/absent/command");
  expect_usage_error(*supervisor_, spec("/etc/passwd"), EACCES, "/etc/passwd");
  expect_usage_error(*supervisor_, spec("/etc/"), EACCES, "/etc/");
  RunSpec by_name = shell("");
  by_name.argv = {"absent_command"};
  expect_usage_error(*supervisor_, by_name, ENOENT, "absent_command");
  by_name.argv = {"passwd"};
  by_name.environment = {"PATH=/nowhere:/etc"};
  expect_usage_error(*supervisor_, by_name, EACCES, "passwd");
  RunSpec empty;
  expect_usage_error(*supervisor_, empty, 0, "empty");
  expect_usage_error(*supervisor_, spec(std::string("/bin/tr\0ue", 10)), 0, "NUL");
  // The keeper is as good as before.
  EXPECT_EQ(run(spec("/bin/true")).termination, Termination(Exited{0}));
}

TEST_F(SupervisorEndTest, RefusesATextFileThatIsNoProgram) {
  char script[] = "/tmp/repro_script_XXXXXX";
  const int fd = mkstemp(script);
  ASSERT_EQ(write(fd, "echo hello\n", 11), 11);
  fchmod(fd, 0700);
  close(fd);
  expect_usage_error(*supervisor_, spec(script), ENOEXEC, "#!");
  unlink(script);
}

TEST_F(SupervisorEndTest, RefusesFoldersAndInputsThatCannotBeUsed) {
  RunSpec asked = spec("/bin/true");
  asked.working_directory = "/absent/folder";
  expect_usage_error(*supervisor_, asked, ENOENT, "/absent/folder");
  asked.working_directory.clear();
  asked.stdin_file = "/absent/input";
  expect_usage_error(*supervisor_, asked, ENOENT, "/absent/input");
}

TEST_F(SupervisorEndTest, SaysThatTheMachineIsOutOfDescriptors) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(next);
  rlimit tight = limit;
  tight.rlim_cur = static_cast<rlim_t>(next) + 3;  // one pipe and a half
  setrlimit(RLIMIT_NOFILE, &tight);
  const auto result = supervisor_->run(spec("/bin/true"));
  setrlimit(RLIMIT_NOFILE, &limit);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::environment);
  EXPECT_EQ(result.error().os_errno, EMFILE);
  EXPECT_EQ(run(spec("/bin/true")).termination, Termination(Exited{0}));
}

TEST_F(SupervisorEndTest, SaysThatTheKeeperIsMissing) {
  const auto made = Supervisor::create({.keeper_path = "/absent/keeper"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::environment);
  EXPECT_THAT(made.error().message, HasSubstr("/absent/keeper"));
}

TEST_F(SupervisorEndTest, RefusesAProgramThatIsNoKeeper) {
  const auto made = Supervisor::create({.keeper_path = "/bin/true"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::environment);
}

}  // namespace
}  // namespace repro::process
