#include "harness/hang/snapshot.h"

#include <array>
#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repro::hang {
namespace {

/// A child that has written one byte and then waits in a read that nothing will answer.
class WaitingChild {
 public:
  WaitingChild() {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe(ready.data()), 0);
    EXPECT_EQ(::pipe(never_.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      char byte = 'x';
      [[maybe_unused]] ssize_t done = ::write(ready[1], &byte, 1);
      done = ::read(never_[0], &byte, 1);
      ::_exit(0);
    }
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  WaitingChild(const WaitingChild&) = delete;
  WaitingChild& operator=(const WaitingChild&) = delete;
  ~WaitingChild() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(never_[0]);
    ::close(never_[1]);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  std::array<int, 2> never_{};
  pid_t pid_ = 0;
};

TEST(Snapshot, ReadsTheStateOfEveryThread) {
  const WaitingChild child;
  const std::array<pid_t, 1> pids{child.pid()};
  // The child may still be on its way from the write into the read.
  while (true) {
    const std::vector<ProcessSnapshot> processes = take_snapshot(pids);
    ASSERT_EQ(processes.size(), 1U);
    // More than one where a sanitizer's runtime has a thread of its own; the first is the main thread.
    ASSERT_FALSE(processes.front().threads.empty());
    const ThreadSnapshot& thread = processes.front().threads.front();
    EXPECT_EQ(thread.tid, child.pid());
    if (thread.state == 'S' && thread.system_call.starts_with("0 "))
      break;  // bounded by the limit of the test
  }
}

TEST(Snapshot, LeavesOutAProcessThatIsGone) {
  pid_t gone = 0;
  {
    const WaitingChild child;
    gone = child.pid();
  }
  const std::array<pid_t, 2> pids{gone, ::getpid()};
  const std::vector<ProcessSnapshot> processes = take_snapshot(pids);
  ASSERT_EQ(processes.size(), 1U);
  EXPECT_EQ(processes.front().pid, ::getpid());
  EXPECT_FALSE(processes.front().threads.empty());
}

}  // namespace
}  // namespace repro::hang
