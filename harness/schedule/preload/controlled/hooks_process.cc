// Fork, the end of the process, what the subject is told of its processors, and memory accesses.

#include <cerrno>
#include <cstdlib>

#include <pthread.h>
#include <sched.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/hooks.h"
#include "harness/schedule/preload/controlled/profile.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/trace.h"

REPRO_REAL(fork)
REPRO_REAL(_exit)
REPRO_REAL(pthread_getaffinity_np)
REPRO_REAL(get_nprocs)
REPRO_REAL(sysconf)

namespace repro::schedule::controlled {
namespace {

cpu_set_t original_affinity;
bool is_pinned = false;

int copy_affinity(std::size_t size, cpu_set_t* set) {
  auto* const to = reinterpret_cast<char*>(set);
  const auto* const from = reinterpret_cast<const char*>(&original_affinity);
  for (std::size_t i = 0; i < size; ++i) to[i] = i < sizeof original_affinity ? from[i] : '\0';
  return 0;
}

}  // namespace

void remember_affinity() {
  raw::system_call(SYS_sched_getaffinity, 0, sizeof original_affinity, raw::address(&original_affinity));
  is_pinned = true;
}

}  // namespace repro::schedule::controlled

using namespace repro::schedule::controlled;  // NOLINT(google-build-using-namespace): the hooks are outside
using repro::schedule::Operation;
namespace raw = repro::schedule::raw;

REPRO_HOOK(pid_t, fork, ()) {
  Thread* const self = enter();
  if (self == nullptr) return real_fork()();
  point(*self, Operation::fork, nullptr, REPRO_CALLER());
  if (g.is_claimed) add(g.trace->header.forks);
  const pid_t child = real_fork()();
  if (child == 0) restart_in_child(*self);
  return child;
}

extern "C" [[noreturn]] __attribute__((visibility("default"))) void hook_exit_at_once(int status) __asm__(
    "_exit");
void hook_exit_at_once(int status) {
  end_of_run();
  real__exit()(status);
  __builtin_unreachable();
}

extern "C" [[noreturn]] __attribute__((visibility("default"))) void hook_exit_at_once_too(int status) __asm__(
    "_Exit");
void hook_exit_at_once_too(int status) { hook_exit_at_once(status); }

// hardware_concurrency() of a pinned process would be 1, and change what it does.

REPRO_HOOK(int, sched_getaffinity, (pid_t pid, std::size_t size, cpu_set_t* set)) {
  if (is_pinned && pid == 0) return copy_affinity(size, set);
  // Not through dlsym(): runtimes count processors while they initialise.
  const long result =
      raw::system_call(SYS_sched_getaffinity, pid, static_cast<long>(size), raw::address(set));
  if (result < 0) {
    errno = static_cast<int>(-result);
    return -1;
  }
  for (auto i = static_cast<std::size_t>(result); i < size; ++i) reinterpret_cast<char*>(set)[i] = '\0';
  return 0;
}

REPRO_HOOK(int, pthread_getaffinity_np, (pthread_t thread, std::size_t size, cpu_set_t* set)) {
  return is_pinned ? copy_affinity(size, set) : real_pthread_getaffinity_np()(thread, size, set);
}

REPRO_HOOK(int, get_nprocs, ()) { return is_pinned ? CPU_COUNT(&original_affinity) : real_get_nprocs()(); }

REPRO_HOOK(long, sysconf, (int name)) {
  return is_pinned && name == _SC_NPROCESSORS_ONLN ? CPU_COUNT(&original_affinity) : real_sysconf()(name);
}

// --- Called by code that was compiled with callbacks (harness/schedule/points)

extern "C" __attribute__((visibility("default"))) void repro_schedule_access(const void* address,
                                                                             int is_write, const void* site) {
  if (g.live <= 1) {
    // No decision, but what the first thread makes before the others begin is shared when they use it.
    if (Thread* const self = current_thread(); self != nullptr && address != nullptr) {
      note_lonely_access(*self, reinterpret_cast<std::uint64_t>(address), is_write != 0,
                         reinterpret_cast<std::uintptr_t>(site));
    }
    return;
  }
  Thread* const self = enter();
  if (self == nullptr) return;
  const Operation operation = address == nullptr ? Operation::basic_block
                              : is_write != 0    ? Operation::memory_write
                                                 : Operation::memory_read;
  memory_point(*self, address, operation, reinterpret_cast<std::uintptr_t>(site));
}

/// 1: this process is controlled, so callbacks are to be passed on.
extern "C" __attribute__((visibility("default"))) int repro_schedule_wants_accesses() {
  if (!g.is_ready) start_control();
  if (!g.is_active.load(std::memory_order_relaxed)) return 0;
  g.trace->header.has_memory_points.store(1, std::memory_order_relaxed);
  return 1;
}
