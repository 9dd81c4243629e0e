// Programs that hang in known ways, and what is said of them.

#include "harness/hang/diagnose.h"

#include <csignal>
#include <ostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/hang/thread_stacks.h"
#include "harness/process/process_tree.h"
#include "tests/support/tool.h"

namespace repro::hang {
namespace {

using ::testing::HasSubstr;

/// A child process that hangs in the way that `how` names, with all that it starts.
class HangingProgram {
 public:
  explicit HangingProgram(const std::string& how) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = REPRO_TEST_BUILD_DIR "/tests/helpers/hang";
    std::string argument = how;
    std::array<char*, 3> words{program.data(), argument.data(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, words.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::array<char, 6> said{};
    EXPECT_EQ(::read(ends[0], said.data(), said.size()), 6) << "the program ended before it was ready";
    ::close(ends[0]);
  }
  HangingProgram(const HangingProgram&) = delete;
  HangingProgram& operator=(const HangingProgram&) = delete;
  ~HangingProgram() {
    for (const pid_t pid : tree()) ::kill(pid, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] std::vector<pid_t> tree() const {
    std::vector<pid_t> pids{pid_};
    for (const process::ProcessStat& below : process::descendants_of(pid_, process::read_all_processes())) {
      pids.push_back(below.pid);
    }
    return pids;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

struct HangCase {
  std::string how;
  std::string verdict;
  std::string where;  ///< a function that must be in a stack which the verdict is about
};

void PrintTo(const HangCase& one, std::ostream* out) { *out << one.how; }

class HangVerdictTest : public ::testing::TestWithParam<HangCase> {};

bool has_function(const HangDiagnosis& diagnosis, const std::string& name) {
  for (const Stack& stack : diagnosis.stacks) {
    for (const Frame& frame : stack.frames) {
      if (frame.function.find(name) != std::string::npos) return true;
    }
  }
  return false;
}

TEST_P(HangVerdictTest, NamesTheHang) {
  const HangingProgram program(GetParam().how);
  HangDiagnosis diagnosis;
  // It says that it is ready a moment before it is stuck.
  const bool is_right = test::eventually([&] {
    diagnosis = diagnose(program.tree());
    return diagnosis.verdict == GetParam().verdict;
  });
  EXPECT_TRUE(is_right) << diagnosis.text;
  EXPECT_TRUE(has_function(diagnosis, GetParam().where)) << diagnosis.text;
  EXPECT_THAT(diagnosis.text, HasSubstr(diagnosis.summary));
}

INSTANTIATE_TEST_SUITE_P(
    All, HangVerdictTest,
    ::testing::Values(HangCase{"deadlock_of_two", "deadlock", "lock_two"},
                      HangCase{"deadlock_of_three", "deadlock", "lock_two"},
                      HangCase{"lock_again", "deadlock", "lock_again"},
                      HangCase{"join_under_lock", "deadlock", "join_under_lock"},
                      HangCase{"owner_gone", "orphaned-lock", "owner_gone"},
                      HangCase{"lost_wakeup", "no-waker", "lost_wakeup"},
                      HangCase{"idle_pool", "no-waker", "idle_pool"},
                      HangCase{"missed_semaphore", "no-waker", "missed_semaphore"},
                      HangCase{"upgrade_lock", "no-waker", "upgrade_lock"},
                      HangCase{"forgotten_promise", "no-waker", "forgotten_promise"},
                      HangCase{"forgotten_notify", "no-waker", "forgotten_notify"},
                      HangCase{"short_barrier", "no-waker", "short_barrier"},
                      HangCase{"short_latch", "no-waker", "short_latch"},
                      HangCase{"child_waits_for_lock", "orphaned-lock", "child_waits_for_lock"},
                      HangCase{"spin", "spin", "spin"}, HangCase{"spin_together", "busy", "spin_together"},
                      HangCase{"give_way", "livelock", "give_way"},
                      HangCase{"poll_flag", "polling", "poll_flag"},
                      HangCase{"poll_condition", "polling", "poll_condition"},
                      HangCase{"read_pipe", "waits-outside", "read_pipe"},
                      HangCase{"fill_pipe", "waits-outside", "fill_pipe"},
                      HangCase{"accept_nobody", "waits-outside", "accept_nobody"},
                      HangCase{"receive_nothing", "waits-outside", "receive_nothing"},
                      HangCase{"poll_nothing", "waits-outside", "poll_nothing"},
                      HangCase{"epoll_nothing", "waits-outside", "epoll_nothing"},
                      HangCase{"lock_file", "waits-outside", "lock_file"},
                      HangCase{"wait_for_signal", "waits-outside", "wait_for_signal"},
                      HangCase{"wait_for_child", "waits-outside", "wait_for_child"},
                      HangCase{"stop_self", "stopped", "stop_self"}),
    [](const ::testing::TestParamInfo<HangCase>& one) { return one.param.how; });

TEST(HangDiagnosisText, NamesTheDescriptorThatAThreadWaitsFor) {
  const HangingProgram program("read_pipe");
  HangDiagnosis diagnosis;
  EXPECT_TRUE(test::eventually([&] {
    diagnosis = diagnose(program.tree());
    return diagnosis.text.find("(pipe:[") != std::string::npos;
  })) << diagnosis.text;
}

TEST(HangDiagnosisText, ShowsInlinedFunctionsAndTheirLines) {
  const HangingProgram program("deadlock_of_two");
  std::string text;
  EXPECT_TRUE(test::eventually([&] {
    text = diagnose(program.tree()).text;
    return text.find("lock_two(std::mutex&, std::mutex&, int)") != std::string::npos &&
           text.find("std::mutex::lock()") != std::string::npos &&
           text.find("helpers/hang.cc:") != std::string::npos;
  })) << text;
}

TEST(ReadStacks, SaysThatAProcessIsGone) {
  pid_t gone = 0;
  {
    const HangingProgram program("spin");
    gone = program.pid();
  }
  const Result<std::vector<ThreadStack>> stacks = read_stacks(gone);
  ASSERT_FALSE(stacks);
  EXPECT_THAT(stacks.error().message, HasSubstr(std::to_string(gone)));
  const std::vector<pid_t> pids{gone};
  EXPECT_EQ(diagnose(pids).verdict, "unknown");
}

TEST(ReadStacks, LeavesTheProcessRunning) {
  const HangingProgram program("spin");
  ASSERT_TRUE(read_stacks(program.pid()));
  EXPECT_TRUE(test::eventually([&] { return diagnose(program.tree()).verdict == "spin"; }));
}

}  // namespace
}  // namespace repro::hang
