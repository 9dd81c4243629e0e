// The handler takes the lock that the interrupted thread may be holding, and that thread cannot release it
// before the handler returns. Repaired: the handler only counts, in a lock-free atomic; the thread looks at
// the counter itself.

#include <atomic>
#include <csignal>
#include <mutex>

#include "scenarios/classics/classic.h"
#include <pthread.h>

namespace classics {
namespace {

struct Statistics {
  std::mutex mutex;
  long served = 0;
  long dumps = 0;
  std::atomic<long> wanted_dumps{0};
};
// A handler gets no argument, so what it uses has to be here.
Statistics statistics;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void dump_now(int) {
  const std::lock_guard lock(statistics.mutex);  // NOLINT(bugprone-signal-handler): that is the bug
  ++statistics.dumps;
}

void want_dump(int) { statistics.wanted_dumps.fetch_add(1); }

}  // namespace

Verdict signal_handler_deadlock(Code code) {
  constexpr long kRequests = 1'000'000;
  struct sigaction action {};
  action.sa_handler = code == Code::broken ? dump_now : want_dump;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  const pthread_t server = pthread_self();
  std::atomic<bool> is_over{false};
  std::thread operators([&] {
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, nullptr);
    while (!is_over.load()) {
      pthread_kill(server, SIGUSR1);
      std::this_thread::yield();
    }
  });
  for (long i = 0; i < kRequests; ++i) {
    const std::lock_guard lock(statistics.mutex);
    ++statistics.served;
    statistics.dumps += statistics.wanted_dumps.exchange(0);
  }
  is_over.store(true);
  operators.join();
  return statistics.served == kRequests ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
