// Semaphores, barriers, one-time initialisation, and futexes as libstdc++ uses them (std::atomic::wait,
// std::barrier, std::future).

#include <cerrno>
#include <climits>
#include <cstdarg>

#include <cxxabi.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/hooks.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/times.h"

REPRO_REAL(sem_wait)
REPRO_REAL(sem_trywait)
REPRO_REAL(sem_timedwait)
REPRO_REAL(sem_clockwait)
REPRO_REAL(sem_post)
REPRO_REAL(pthread_barrier_init)
REPRO_REAL(pthread_barrier_wait)
REPRO_REAL(pthread_barrier_destroy)
REPRO_REAL(pthread_once)
// NOLINTBEGIN(bugprone-reserved-identifier): the names of the C++ ABI
using __cxxabiv1::__cxa_guard_abort;
using __cxxabiv1::__cxa_guard_acquire;
using __cxxabiv1::__cxa_guard_release;
// NOLINTEND(bugprone-reserved-identifier)

REPRO_REAL(__cxa_guard_acquire)
REPRO_REAL(__cxa_guard_release)
REPRO_REAL(__cxa_guard_abort)
REPRO_REAL(syscall)

namespace repro::schedule::controlled {
namespace {

/// glibc keeps "private to this process" (0) or "shared" (128) in the third word of a semaphore.
bool is_shared(const sem_t& semaphore) {
  return reinterpret_cast<const volatile std::uint32_t*>(&semaphore)[2] != 0;
}

int wait_semaphore(Thread& self, sem_t& semaphore, std::uintptr_t site, std::int64_t deadline_ns) {
  Object& object = *object_at(&semaphore, ObjectKind::semaphore);
  while (true) {
    if (wait_until(self, Operation::semaphore_wait, &object, site, Block::value, deadline_ns)) {
      if (real_sem_trywait()(&semaphore) == 0) {
        object.taken_at = site;
        return 0;
      }
      continue;
    }
    if (self.is_timed_out) {
      errno = ETIMEDOUT;
      return -1;
    }
    self.cancel_asked = false;
    pthread_testcancel();
  }
}

int refuse_deadline() {
  errno = EINVAL;
  return -1;
}

/// How the real pthread_once keeps its control: glibc's way, or that of a shared TSan runtime behind us.
struct OnceBits {
  std::uint32_t in_progress;
  std::uint32_t done;
};

const OnceBits& once_bits() {
  static constexpr OnceBits kOfLibc{1, 2};
  static constexpr OnceBits kOfThreadSanitizer{1U << 16U, 1};
  static const OnceBits* known = nullptr;
  if (known == nullptr) {
    Dl_info once{};
    Dl_info runtime{};
    const void* const symbol = dlsym(RTLD_DEFAULT, "__tsan_init");
    const bool is_runtimes = symbol != nullptr && dladdr(symbol, &runtime) != 0 &&
                             dladdr(reinterpret_cast<const void*>(real_pthread_once()), &once) != 0 &&
                             once.dli_fbase == runtime.dli_fbase;
    known = is_runtimes ? &kOfThreadSanitizer : &kOfLibc;
  }
  return *known;
}

/// Tells TSan, where there is one, of an order that our model of a barrier makes: it does not see the real
/// one.
void tell_thread_sanitizer(const char* function, void* object) {
  using Tell = void(void*);
  auto* const tell = reinterpret_cast<Tell*>(dlsym(RTLD_DEFAULT, function));
  if (tell != nullptr) tell(object);
}

struct FutexCall {
  long number;
  std::uint32_t* word;
  int operation;
  long value;
  const timespec* timeout;
  long second_word;
  long last;
};

long pass(const FutexCall& call) {
  return real_syscall()(call.number, call.word, call.operation, call.value, call.timeout, call.second_word,
                        call.last);
}

std::int64_t futex_deadline(const FutexCall& call) {
  if (call.timeout == nullptr) return 0;
  const int command = call.operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT) return now_ns() + nanoseconds(*call.timeout) + 1;
  return virtual_deadline((call.operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC,
                          *call.timeout);
}

long wait_futex(Thread& self, const FutexCall& call, std::uintptr_t site) {
  Object& object = *object_at(call.word, ObjectKind::futex);
  point(self, Operation::futex_wait, &object, site);
  if (__atomic_load_n(call.word, __ATOMIC_SEQ_CST) != static_cast<std::uint32_t>(call.value)) {
    errno = EAGAIN;
    return -1;
  }
  if (wait_until(self, Operation::futex_wait, &object, site, Block::woken, futex_deadline(call))) return 0;
  errno = ETIMEDOUT;
  return -1;
}

long wake_futex(Thread& self, const FutexCall& call, std::uintptr_t site) {
  Object& object = *object_at(call.word, ObjectKind::futex);
  point(self, Operation::futex_wake, &object, site);
  const auto wanted = static_cast<std::uint32_t>(call.value < 0 ? 0 : call.value);
  const std::uint32_t woken = wake(object, wanted);
  if (woken >= wanted) return woken;
  FutexCall rest = call;
  rest.value = static_cast<long>(wanted - woken);
  const long others = pass(rest);  // threads that are not controlled
  return others < 0 ? others : static_cast<long>(woken) + others;
}

std::uint64_t parse_hex(const char*& text) {
  std::uint64_t value = 0;
  for (;; ++text) {
    if (*text >= '0' && *text <= '9') {
      value = value * 16 + static_cast<std::uint64_t>(*text - '0');
    } else if (*text >= 'a' && *text <= 'f') {
      value = value * 16 + static_cast<std::uint64_t>(*text - 'a' + 10);
    } else {
      return value;
    }
  }
}

/// Whether `address` lies in memory that other processes may have mapped too.
bool lies_in_shared_memory(const void* address) {
  const auto wanted = reinterpret_cast<std::uint64_t>(address);
  static char maps[1U << 18U];
  const long size = raw::read_file("/proc/self/maps", maps, sizeof maps - 1);
  if (size <= 0) return true;
  maps[size] = '\0';
  const char* line = maps;
  while (*line != '\0') {
    const std::uint64_t low = parse_hex(line);
    if (*line == '-') ++line;
    const std::uint64_t high = parse_hex(line);
    // " rwxp " follows: the fourth letter says whether the mapping is private.
    if (wanted >= low && wanted < high) return line[0] != '\0' && line[4] == 's';
    while (*line != '\0' && *line != '\n') ++line;
    if (*line == '\n') ++line;
  }
  return true;
}

/// libstdc++ waits without the flag for private futexes, so the flag alone does not tell.
bool is_private(const FutexCall& call) {
  if ((call.operation & FUTEX_PRIVATE_FLAG) != 0) return true;
  constexpr std::uint32_t kPrivate = 1;
  constexpr std::uint32_t kShared = 2;
  Object& object = *object_at(call.word, ObjectKind::futex);
  if (object.expected == 0) object.expected = lies_in_shared_memory(call.word) ? kShared : kPrivate;
  return object.expected == kPrivate;
}

long futex(Thread& self, const FutexCall& call, std::uintptr_t site) {
  const int command = call.operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET) return wake_futex(self, call, site);
  const bool is_wait = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
  if (is_wait && is_private(call)) return wait_futex(self, call, site);
  // Another process may be the one that wakes.
  leave(self, Operation::futex_wait, site);
  const long result = pass(call);
  const int problem = errno;
  come_back(self);
  errno = problem;
  return result;
}

}  // namespace
}  // namespace repro::schedule::controlled

using namespace repro::schedule::controlled;  // NOLINT(google-build-using-namespace): the hooks are outside
using repro::schedule::ObjectKind;
using repro::schedule::Operation;

// --- Semaphores

REPRO_HOOK(int, sem_wait, (sem_t * semaphore)) {
  Thread* const self = enter();
  if (self == nullptr) return real_sem_wait()(semaphore);
  if (is_shared(*semaphore)) {
    leave(*self, Operation::semaphore_wait, REPRO_CALLER());
    const int code = real_sem_wait()(semaphore);
    const int problem = errno;
    come_back(*self);
    errno = problem;
    return code;
  }
  return wait_semaphore(*self, *semaphore, REPRO_CALLER(), 0);
}

REPRO_HOOK(int, sem_timedwait, (sem_t * semaphore, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr || is_shared(*semaphore)) return real_sem_timedwait()(semaphore, deadline);
  if (!is_valid(*deadline)) return refuse_deadline();
  return wait_semaphore(*self, *semaphore, REPRO_CALLER(), virtual_deadline(CLOCK_REALTIME, *deadline));
}

REPRO_HOOK(int, sem_clockwait, (sem_t * semaphore, clockid_t clock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr || is_shared(*semaphore)) return real_sem_clockwait()(semaphore, clock, deadline);
  if (!is_valid(*deadline)) return refuse_deadline();
  return wait_semaphore(*self, *semaphore, REPRO_CALLER(), virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, sem_trywait, (sem_t * semaphore)) {
  if (Thread* const self = enter(); self != nullptr) {
    point(*self, Operation::semaphore_wait, object_at(semaphore, ObjectKind::semaphore), REPRO_CALLER());
  }
  return real_sem_trywait()(semaphore);
}

REPRO_HOOK(int, sem_post, (sem_t * semaphore)) {
  if (Thread* const self = enter(); self != nullptr) {
    point(*self, Operation::semaphore_post, object_at(semaphore, ObjectKind::semaphore), REPRO_CALLER());
  }
  return real_sem_post()(semaphore);
}

// --- Barriers

REPRO_HOOK(int, pthread_barrier_init,
           (pthread_barrier_t * barrier, const pthread_barrierattr_t* attributes, unsigned count)) {
  const int code = real_pthread_barrier_init()(barrier, attributes, count);
  if (code != 0 || current_thread() == nullptr) return code;
  int shared = PTHREAD_PROCESS_PRIVATE;
  if (attributes != nullptr) pthread_barrierattr_getpshared(attributes, &shared);
  forget_object(barrier);
  object_at(barrier, ObjectKind::barrier)->expected = shared == PTHREAD_PROCESS_PRIVATE ? count : 0;
  return code;
}

REPRO_HOOK(int, pthread_barrier_wait, (pthread_barrier_t * barrier)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_barrier_wait()(barrier);
  Object& object = *object_at(barrier, ObjectKind::barrier);
  if (object.expected == 0) {  // between processes, or made before control began
    leave(*self, Operation::barrier_wait, REPRO_CALLER());
    const int code = real_pthread_barrier_wait()(barrier);
    come_back(*self);
    return code;
  }
  point(*self, Operation::barrier_wait, &object, REPRO_CALLER());
  tell_thread_sanitizer("__tsan_release", barrier);
  if (++object.arrived == object.expected) {
    object.arrived = 0;
    wake(object, UINT_MAX);
    tell_thread_sanitizer("__tsan_acquire", barrier);
    return PTHREAD_BARRIER_SERIAL_THREAD;
  }
  static_cast<void>(wait_until(*self, Operation::barrier_wait, &object, REPRO_CALLER(), Block::woken));
  tell_thread_sanitizer("__tsan_acquire", barrier);
  return 0;
}

REPRO_HOOK(int, pthread_barrier_destroy, (pthread_barrier_t * barrier)) {
  if (current_thread() != nullptr) forget_object(barrier);
  return real_pthread_barrier_destroy()(barrier);
}

// --- Once

REPRO_HOOK(int, pthread_once, (pthread_once_t * control, void (*initialise)())) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_once()(control, initialise);
  const OnceBits& bits = once_bits();
  const auto has = [control](std::uint32_t wanted) {
    return (static_cast<std::uint32_t>(__atomic_load_n(control, __ATOMIC_ACQUIRE)) & wanted) != 0;
  };
  if (has(bits.done)) return real_pthread_once()(control, initialise);
  Object& object = *object_at(control, ObjectKind::once);
  object.expected = bits.in_progress;
  static_cast<void>(wait_until(*self, Operation::once, &object, REPRO_CALLER(), Block::owner));
  if (!has(bits.done)) {
    object.owner = self->id + 1;  // an exception passes through here: is_free() asks the control itself
    object.taken_at = REPRO_CALLER();
  }
  return real_pthread_once()(control, initialise);
}

REPRO_HOOK(int, __cxa_guard_acquire, (__cxxabiv1::__guard * guard)) {
  Thread* const self = enter();
  const bool is_done = __atomic_load_n(reinterpret_cast<const char*>(guard), __ATOMIC_ACQUIRE) != 0;
  if (self == nullptr || is_done) return real___cxa_guard_acquire()(guard);
  Object& object = *object_at(guard, ObjectKind::static_guard);
  static_cast<void>(wait_until(*self, Operation::static_guard, &object, REPRO_CALLER(), Block::owner));
  const int is_ours = real___cxa_guard_acquire()(guard);
  if (is_ours != 0) {
    object.owner = self->id + 1;
    object.taken_at = REPRO_CALLER();
  }
  return is_ours;
}

REPRO_HOOK(void, __cxa_guard_release, (__cxxabiv1::__guard * guard)) {
  real___cxa_guard_release()(guard);
  if (current_thread() != nullptr) object_at(guard, ObjectKind::static_guard)->owner = 0;
}

REPRO_HOOK(void, __cxa_guard_abort, (__cxxabiv1::__guard * guard)) {
  real___cxa_guard_abort()(guard);
  if (current_thread() != nullptr) object_at(guard, ObjectKind::static_guard)->owner = 0;
}

// --- Futexes

REPRO_HOOK(long, syscall, (long number, ...)) {
  std::va_list arguments;
  va_start(arguments, number);
  const long a = va_arg(arguments, long);
  const long b = va_arg(arguments, long);
  const long c = va_arg(arguments, long);
  const long d = va_arg(arguments, long);
  const long e = va_arg(arguments, long);
  const long f = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_futex) {
    if (Thread* const self = enter(); self != nullptr) {
      // NOLINTBEGIN(performance-no-int-to-ptr): the arguments of a system call
      const FutexCall call{number, reinterpret_cast<std::uint32_t*>(a),  static_cast<int>(b),
                           c,      reinterpret_cast<const timespec*>(d), e,
                           f};
      // NOLINTEND(performance-no-int-to-ptr)
      return futex(*self, call, REPRO_CALLER());
    }
  }
  return real_syscall()(number, a, b, c, d, e, f);
}
