#include "scenarios/shm-spinlock/worker_processes.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "scenarios/shm-spinlock/worker.h"
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shm_spinlock {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(3);  // the workers die with us
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

WorkerProcesses::WorkerProcesses(Cache& cache, const Options& options)
    : cache_(cache), options_(options), pids_(options.workers) {}

WorkerProcesses::~WorkerProcesses() {
  for (unsigned worker = 0; worker < pids_.size(); ++worker) {
    if (!is_running(worker)) continue;
    ::kill(pids_[worker], SIGKILL);
    reap(worker);
  }
}

void WorkerProcesses::start(unsigned worker) {
  const pid_t parent = ::getpid();
  std::fflush(stdout);  // or the child would write our buffer a second time
  const pid_t pid = ::fork();
  if (pid < 0) give_up("cannot start a worker");
  if (pid != 0) {
    pids_[worker] = pid;
    return;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(3);  // the parent died before prctl
  run_worker(cache_, options_, worker);
  std::exit(0);  // not _exit: the sanitizers check for leaks in exit handlers
}

void WorkerProcesses::kill_without_reaping(unsigned worker) {
  ::kill(pids_[worker], SIGKILL);
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pids_[worker]), &info, WEXITED | WNOWAIT) != 0) {
    if (errno != EINTR) give_up("cannot wait for a worker");
  }
}

void WorkerProcesses::reap(unsigned worker) {
  while (::waitpid(pids_[worker], nullptr, 0) < 0) {
    if (errno != EINTR) give_up("cannot reap a worker");
  }
  pids_[worker] = 0;
}

bool WorkerProcesses::has_unexpected_end(std::string& problem) {
  int status = 0;
  const pid_t pid = ::waitpid(-1, &status, WNOHANG);
  if (pid <= 0) return false;
  std::replace(pids_.begin(), pids_.end(), pid, 0);
  problem = "a worker " + describe_end(status) + " although nobody killed it";
  return true;
}

bool WorkerProcesses::wait_for_all(std::string& problem) {
  for (unsigned worker = 0; worker < pids_.size(); ++worker) {
    if (!is_running(worker)) continue;
    int status = 0;
    while (::waitpid(pids_[worker], &status, 0) < 0) {
      if (errno != EINTR) give_up("cannot wait for a worker");
    }
    pids_[worker] = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      problem = "worker " + std::to_string(worker) + " " + describe_end(status);
      return false;
    }
  }
  return true;
}

}  // namespace shm_spinlock
