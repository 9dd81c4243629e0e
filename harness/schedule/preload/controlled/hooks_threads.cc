// Creation and end of threads.
//
// A new thread must not run before it is chosen, and its creator must not wait for it with the token in hand.
// The second is what sanitizers do: their pthread_create (which stands in front of ours when the runtime is
// linked into the program) waits until the new thread has registered. So the new thread waits for its first
// turn only after that:
// - TSan hands us the address of its own start routine, and a record that begins with the user's routine and
//   argument (LLVM 14 to 19, GCC 12). We put our own routine there, which waits and then calls the user's.
// - ASan keeps the user's routine elsewhere, but calls sigaltstack() between registering and the user's code.
// - Where we stand in front of the runtime (GCC's shared ones), our routine is the user's for it.
// A runtime that is none of these lets its threads begin freely, up to their first point.

#include <cerrno>

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaltstack is not in <csignal>
#include <unistd.h>

#include "harness/schedule/preload/controlled/hooks.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/times.h"
#include "harness/schedule/preload/controlled/trace.h"

REPRO_REAL(pthread_create)
REPRO_REAL(pthread_join)
REPRO_REAL(pthread_timedjoin_np)
REPRO_REAL(pthread_tryjoin_np)
REPRO_REAL(pthread_detach)
REPRO_REAL(pthread_cancel)
REPRO_REAL(pthread_kill)
REPRO_REAL(sigaltstack)

namespace repro::schedule::controlled {
namespace {

enum class Runtime : std::uint8_t { none, address, thread, other };

const void* module_of(const void* address) {
  Dl_info info{};
  return dladdr(address, &info) == 0 ? nullptr : info.dli_fbase;
}

/// The sanitizer runtime that `caller` belongs to, if it is in the same module: then the call is its own.
Runtime runtime_of_caller(std::uintptr_t caller) {
  struct Known {
    const char* symbol;
    Runtime runtime;
  };
  constexpr Known kKnown[] = {{"__tsan_init", Runtime::thread},
                              {"__asan_init", Runtime::address},
                              {"__msan_init", Runtime::other},
                              {"__lsan_init", Runtime::other}};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a code address
  const void* const module = module_of(reinterpret_cast<const void*>(caller));
  for (const Known& known : kKnown) {
    const void* const symbol = dlsym(RTLD_DEFAULT, known.symbol);
    if (symbol != nullptr && module_of(symbol) == module) return known.runtime;
  }
  return Runtime::none;
}

void* start_at_gate(void* record) {
  Thread& self = *static_cast<Thread*>(record);
  mark_arrival(self);
  if (self.gate == StartGate::entry) arrive(self);
  return self.start(self.argument);
}

/// What TSan's start routine gets.
struct ThreadSanitizerStart {
  void* (*callback)(void*);
  void* parameter;
};

int create(Thread& self, pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
           void* argument, std::uintptr_t site) {
  const Runtime runtime = runtime_of_caller(site);
  // TSan's interceptor always has attributes; without them the thread is the runtime's own.
  if (runtime == Runtime::thread && attributes == nullptr) {
    return real_pthread_create()(thread, attributes, start, argument);
  }
  point(self, Operation::thread_create, nullptr, site);
  Thread* const child = new_thread(self, site);
  if (child == nullptr) return real_pthread_create()(thread, attributes, start, argument);
  child->start = start;
  child->argument = argument;
  int detached = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &detached);
  child->is_detached = detached == PTHREAD_CREATE_DETACHED;
  int result = 0;
  if (runtime == Runtime::thread) {
    auto& inner = *static_cast<ThreadSanitizerStart*>(argument);
    child->gate = StartGate::entry;
    child->start = inner.callback;
    child->argument = inner.parameter;
    inner.callback = start_at_gate;
    inner.parameter = child;
    result = real_pthread_create()(thread, attributes, start, argument);
  } else {
    child->gate = runtime == Runtime::none      ? StartGate::entry
                  : runtime == Runtime::address ? StartGate::alternate_stack
                                                : StartGate::first_point;
    result = real_pthread_create()(thread, attributes, start_at_gate, child);
  }
  if (result != 0) {
    creation_failed(*child);
  } else {
    thread_is_created(*child, *thread, site);
  }
  return result;
}

/// Common part of the joins. `deadline_ns` 0: none.
int join(Thread& self, pthread_t handle, void** result, std::uintptr_t site, std::int64_t deadline_ns) {
  Thread* const target = find_thread(handle);
  if (target == nullptr || target->is_detached) {
    leave(self, Operation::join, site);
    const int code = real_pthread_join()(handle, result);
    come_back(self);
    return code;
  }
  self.target = target->id;
  while (!wait_until(self, Operation::join, nullptr, site, Block::joined, deadline_ns)) {
    if (self.is_timed_out) return ETIMEDOUT;
    self.cancel_asked = false;
    pthread_testcancel();
  }
  const int code = real_pthread_join()(handle, result);
  if (code == 0) target->is_joined = true;
  return code;
}

}  // namespace
}  // namespace repro::schedule::controlled

using namespace repro::schedule::controlled;  // NOLINT(google-build-using-namespace): the hooks are outside
using repro::schedule::Operation;

REPRO_HOOK(int, pthread_create,
           (pthread_t * thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_create()(thread, attributes, start, argument);
  return create(*self, thread, attributes, start, argument, REPRO_CALLER());
}

REPRO_HOOK(int, sigaltstack, (const stack_t* stack, stack_t* old)) {
  Thread* const self = t_self;
  if (self != nullptr && !self->has_arrived && self->gate == StartGate::alternate_stack) arrive(*self);
  return real_sigaltstack()(stack, old);
}

REPRO_HOOK(int, pthread_join, (pthread_t handle, void** result)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_join()(handle, result);
  return join(*self, handle, result, REPRO_CALLER(), 0);
}

REPRO_HOOK(int, pthread_timedjoin_np, (pthread_t handle, void** result, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr || deadline == nullptr) return real_pthread_timedjoin_np()(handle, result, deadline);
  return join(*self, handle, result, REPRO_CALLER(), virtual_deadline(CLOCK_REALTIME, *deadline));
}

REPRO_HOOK(int, pthread_clockjoin_np,
           (pthread_t handle, void** result, clockid_t clock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr || deadline == nullptr) return real_pthread_join()(handle, result);
  return join(*self, handle, result, REPRO_CALLER(), virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, pthread_tryjoin_np, (pthread_t handle, void** result)) {
  Thread* const self = enter();
  Thread* const target = self == nullptr ? nullptr : find_thread(handle);
  if (target == nullptr) return real_pthread_tryjoin_np()(handle, result);
  point(*self, Operation::join, nullptr, REPRO_CALLER());
  if (target->state != ThreadState::ended) return EBUSY;
  const int code = real_pthread_join()(handle, result);
  if (code == 0) target->is_joined = true;
  return code;
}

REPRO_HOOK(int, pthread_detach, (pthread_t handle)) {
  Thread* const self = enter();
  if (self != nullptr) {
    point(*self, Operation::detach, nullptr, REPRO_CALLER());
    if (Thread* const target = find_thread(handle); target != nullptr) target->is_detached = true;
  }
  return real_pthread_detach()(handle);
}

REPRO_HOOK(int, pthread_cancel, (pthread_t handle)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_cancel()(handle);
  point(*self, Operation::cancel, nullptr, REPRO_CALLER());
  Thread* const target = find_thread(handle);
  const int code = real_pthread_cancel()(handle);
  if (code == 0 && target != nullptr) target->cancel_asked = true;
  return code;
}

REPRO_HOOK(int, pthread_kill, (pthread_t handle, int signal)) {
  Thread* const self = enter();
  if (self != nullptr) point(*self, Operation::signal, nullptr, REPRO_CALLER());
  return real_pthread_kill()(handle, signal);
}
