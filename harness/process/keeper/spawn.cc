// Starts one process.
//
// clone(CLONE_VM | CLONE_VFORK) on a stack of its own is what posix_spawn(3) does inside: no page table is
// copied, and an error of the exec comes back through shared memory. posix_spawn itself can neither join a
// control group nor set a limit in the child, so the same is done here by hand. Until the exec the child
// shares the keeper's memory; it calls nothing but system calls.

#include "harness/process/keeper/spawn.h"

#include <cerrno>
#include <csignal>

#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__clang__) || defined(__GNUC__)
// The child never returns from its functions, so AddressSanitizer must not keep frames for them.
#define REPRO_NO_ASAN __attribute__((no_sanitize("address")))
#endif

namespace repro::process::keeper {
namespace {

struct Plan {
  const Program* program = nullptr;
  SpawnFailure failure{};
  bool failed = false;
};

/// No core file, whether it would be written to disk or piped to a handler: the kernel ignores a limit of 0
/// for a handler, but takes 1 as "never" for both (do_coredump in fs/coredump.c).
REPRO_NO_ASAN void forbid_core_dumps() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
  ::setrlimit(RLIMIT_CORE, &limit);
}

/// The `count` processors after the `first` of those that this process may use, round and round. More than
/// there are is all of them. A failure leaves all: the run is then slower, not wrong.
REPRO_NO_ASAN void use_processors(unsigned first, unsigned count) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  const int available = CPU_COUNT(&allowed);
  if (available <= 0 || count >= static_cast<unsigned>(available)) return;
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  const unsigned start = first % static_cast<unsigned>(available);
  unsigned position = 0;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const unsigned distance =
        (position++ + static_cast<unsigned>(available) - start) % static_cast<unsigned>(available);
    if (distance < count) CPU_SET(cpu, &chosen);
  }
  ::sched_setaffinity(0, sizeof chosen, &chosen);
}

/// The other flags of the personality stay.
REPRO_NO_ASAN void fix_addresses() {
  constexpr unsigned long kAsk = 0xffffffffUL;
  const int now = ::personality(kAsk);
  if (now >= 0) ::personality(static_cast<unsigned long>(now) | ADDR_NO_RANDOMIZE);
}

REPRO_NO_ASAN int give_up(Plan& plan, SpawnStage stage) {
  plan.failure.stage = stage;
  plan.failure.os_errno = errno;
  plan.failed = true;
  ::_exit(127);
}

/// Whether execvp would try the next folder of PATH after this error.
REPRO_NO_ASAN bool is_absent(int os_errno) {
  return os_errno == ENOENT || os_errno == ENOTDIR || os_errno == EACCES || os_errno == ESTALE ||
         os_errno == ENODEV || os_errno == ETIMEDOUT;
}

REPRO_NO_ASAN int child_main(void* argument) {
  Plan& plan = *static_cast<Plan*>(argument);
  const Program& program = *plan.program;
  if (::setsid() < 0) return give_up(plan, SpawnStage::process);
  // The last rope: should the keeper be killed, the command is too.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (program.cgroup_processes_fd >= 0 && ::write(program.cgroup_processes_fd, "0", 1) != 1) {
    return give_up(plan, SpawnStage::process);
  }
  if (program.working_directory != nullptr && ::chdir(program.working_directory) != 0) {
    return give_up(plan, SpawnStage::working_directory);
  }
  for (int stream = 0; stream < 3; ++stream) {
    if (::dup2(program.streams[static_cast<std::size_t>(stream)], stream) < 0) {
      return give_up(plan, SpawnStage::process);
    }
  }
  if (!program.allow_core_dumps) forbid_core_dumps();
  if (program.fixed_addresses) fix_addresses();
  if (program.processors > 0) use_processors(program.first_processor, program.processors);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  bool access_denied = false;
  for (std::size_t i = 0; i < program.paths.size(); ++i) {
    ::execve(program.paths[i], const_cast<char* const*>(program.arguments),  // NOLINT(*-const-cast)
             const_cast<char* const*>(program.environment));                 // NOLINT(*-const-cast)
    access_denied = access_denied || errno == EACCES;
    if (!is_absent(errno)) break;
  }
  // As execvp: something found but not executable is a better message than the absence in the last folder.
  if (is_absent(errno) && access_denied) errno = EACCES;
  return give_up(plan, SpawnStage::exec);
}

}  // namespace

int clone_process(int (*entry)(void*), void* stack, int flags, void* argument) {
  return ::clone(entry, stack, flags, argument);
}

SpawnResult spawn(const Program& program, CloneFunction clone) {
  // Only the few frames of child_main run on it, and a spawner that is small keeps rusage honest.
  alignas(16) static std::array<char, 32U << 10U> stack;
  Plan plan{&program};
  const int pid = clone(child_main, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  if (pid < 0) return {0, SpawnFailure{SpawnStage::process, errno}};
  if (!plan.failed) return {pid, std::nullopt};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {0, plan.failure};
}

}  // namespace repro::process::keeper
