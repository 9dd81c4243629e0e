#include "tests/scenarios/subject_run.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/base/unique_fd.h"

namespace repro::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTimeToEnd{10'000};

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> fds{};
  REPRO_CHECK(::pipe2(fds.data(), O_CLOEXEC) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

[[noreturn]] void become(const std::vector<std::string>& argv, int out, int err) {
  ::setpgid(0, 0);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const std::string& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execv's type
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

/// Appends what is there; closes the descriptor at its end.
void drain(UniqueFd& fd, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    fd.reset();
  }
}

/// Reads both pipes until every process that holds them is gone, or the bounds end. True when they are gone.
bool read_until(const SubjectBounds& bounds, UniqueFd& out, UniqueFd& err, SubjectRun& run) {
  Clock::time_point end = Clock::now() + bounds.whole;
  bool is_text_awaited = !bounds.text.empty();
  while (out.is_open() || err.is_open()) {
    if (is_text_awaited && run.standard_output.find(bounds.text) != std::string::npos) {
      is_text_awaited = false;
      end = Clock::now() + bounds.after_text;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> fds{
        {{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}}};  // a closed one is -1: ignored
    if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) <= 0) continue;
    if (fds[0].revents != 0) drain(out, run.standard_output);
    if (fds[1].revents != 0) drain(err, run.standard_error);
  }
  return true;
}

void note_end(int status, SubjectRun& run) {
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status) && !run.was_still_running) run.signal = WTERMSIG(status);
}

}  // namespace

SubjectRun run_subject(const std::vector<std::string>& argv, const SubjectBounds& bounds) {
  REPRO_CHECK(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const pid_t pid = ::fork();
  REPRO_CHECK(pid >= 0);
  if (pid == 0) become(argv, out.write_end.get(), err.write_end.get());
  ::setpgid(pid, pid);  // whichever of us comes first; the other call fails and does not matter
  out.write_end.reset();
  err.write_end.reset();

  SubjectRun run;
  run.was_still_running = !read_until(bounds, out.read_end, err.read_end, run);
  if (run.was_still_running && bounds.ask_to_end) {
    ::kill(-pid, SIGTERM);
    SubjectBounds to_end;
    to_end.whole = kTimeToEnd;
    static_cast<void>(read_until(to_end, out.read_end, err.read_end, run));
  }
  if (run.was_still_running) {
    ::kill(-pid, SIGKILL);  // nobody, if it has ended: it is not reaped yet
    REPRO_CHECK(read_until(SubjectBounds{}, out.read_end, err.read_end, run));
  }
  int status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &status, 0)) > 0 || errno == EINTR;) {
    if (ended == pid) note_end(status, run);
  }
  return run;
}

}  // namespace repro::test
