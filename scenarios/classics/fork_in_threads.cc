// fork() copies the whole memory, locks included, and only the thread that called it. A lock that another
// thread holds at this moment is held for ever in the child. Repaired: pthread_atfork handlers take the lock
// for the time of the fork.

#include <atomic>
#include <mutex>

#include "scenarios/classics/classic.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace classics {
namespace {

struct Journal {
  std::mutex mutex;
  long lines = 0;
  void write_line() {
    const std::lock_guard lock(mutex);
    for (int i = 0; i < 100; ++i) lines = lines + i % 2;
  }
};
// The handlers of pthread_atfork get no argument.
Journal journal;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

Verdict fork_in_threads(Code code) {
  constexpr int kChildren = 20;
  if (code == Code::repaired) {
    pthread_atfork([] { journal.mutex.lock(); }, [] { journal.mutex.unlock(); },
                   [] { journal.mutex.unlock(); });
  }
  std::atomic<bool> is_over{false};
  std::thread writer([&] {
    while (!is_over.load()) journal.write_line();
  });
  bool is_right = true;
  for (int i = 0; i < kChildren; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      journal.write_line();
      _exit(0);
    }
    int status = 0;
    is_right = child > 0 && waitpid(child, &status, 0) == child && status == 0 && is_right;
  }
  is_over.store(true);
  writer.join();
  return is_right ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
