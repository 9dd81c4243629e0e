// Preloaded into subjects that have no sanitizer: on a fatal signal the process asks the harness to look at
// it, waits, and then dies of the same signal as if nothing had been there.
//
// It looks at nothing itself. The stack of a thread that has just corrupted its heap is best walked from
// outside: whatever is called here must be safe in a signal handler of a broken process, and the handful of
// system calls below are. Where the subject has a handler of its own, or a runtime that installs one, that
// one stays.
//
// Rejected, for the same evidence: core files (where they go is the system's choice, and most systems pipe
// them away); ptrace from the start (a stop at every new thread and every signal changes the timing of what
// is observed, and LeakSanitizer cannot work under it).

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/process/crash_handler/notice.h"

namespace {

using repro::process::CrashMessage;

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};

sockaddr_un address{};
socklen_t address_length = 0;
std::atomic<long> taken_by{0};  ///< thread that dies first; 0: none yet
static_assert(std::atomic<long>::is_always_lock_free);

bool is_fault(int signal, int code) {
  return code > 0 && code != SI_KERNEL &&
         (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE);
}

void ask_harness(int signal, const siginfo_t& info) {
  const int connection = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connection < 0) return;
  CrashMessage message;
  message.tid = static_cast<std::int32_t>(::syscall(SYS_gettid));
  message.signal = signal;
  message.code = info.si_code;
  if (is_fault(signal, info.si_code)) {
    message.is_fault = 1;
    message.address = reinterpret_cast<std::uint64_t>(info.si_addr);
  }
  const bool is_sent =
      ::connect(connection, reinterpret_cast<const sockaddr*>(&address), address_length) == 0 &&
      ::send(connection, &message, sizeof(message), MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof(message));
  char end = 0;
  while (is_sent && ::recv(connection, &end, 1, 0) < 0 && errno == EINTR) {
  }
  ::close(connection);
}

void on_fatal_signal(int signal, siginfo_t* info, void* /*context*/) {
  const long self = ::syscall(SYS_gettid);
  long first = 0;
  if (taken_by.compare_exchange_strong(first, self)) {
    ask_harness(signal, *info);
  } else {
    // A second thread that dies meanwhile waits for the end of the process that the first one brings. The
    // same thread once more is a handler of the program's own, which called this one, saw it return and
    // aborts (CRuby does).
    if (first != self) {
      while (true) ::pause();
    }
  }
  // Not by returning to the faulting instruction: in a race it may not fault again, and the program would go
  // on.
  std::signal(signal, SIG_DFL);
  ::syscall(SYS_tgkill, ::getpid(), self, signal);
}

__attribute__((constructor)) void install() {
  const char* name = std::getenv(repro::process::kCrashSocketVariable);
  if (name == nullptr) return;
  const std::size_t length = std::strlen(name);
  if (length == 0 || length + 1 > sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(&address.sun_path[1], name, length);
  address_length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  for (const int signal : kSignals) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) != 0 || (before.sa_flags & SA_SIGINFO) != 0 ||
        before.sa_handler != SIG_DFL) {
      continue;
    }
    struct sigaction ours {};
    ours.sa_sigaction = on_fatal_signal;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigaction(signal, &ours, nullptr);
  }
}

}  // namespace
