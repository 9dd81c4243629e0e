// The calls that noise sees: delay, then do what was asked; after a wait, delay once more, since that is when
// a woken thread meets what others did meanwhile.
//
// Preloaded, so the order is program, this library, C library - and where the program carries a sanitizer in
// itself, its interceptors call these as the real functions. Where the sanitizer is a library of its own, the
// functions here come before its interceptors. In both cases each call passes here once.
//
// The names are given by assembler labels, because the exact exception specifications of the C library's
// headers differ between its versions. Condition variables exist in two versions on x86-64: the unversioned
// dlsym would find the old one, so the new one is asked for by name.

#include <array>
#include <atomic>
#include <ctime>

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>

#include "harness/schedule/preload/noise/runtime.h"

#define REPRO_HOOK(name) __asm__(#name) __attribute__((visibility("default"), used))
#define REPRO_SITE __builtin_return_address(0)

namespace repro::schedule::noise {
namespace {

/// The next definition of a function, looked up once.
template <class Function>
class Real {
 public:
  constexpr explicit Real(const char* name, const char* version = nullptr) : name_(name), version_(version) {}

  template <class... Arguments>
  auto operator()(Arguments... arguments) {
    return get()(arguments...);
  }

 private:
  Function* get() {
    void* known = address_.load(std::memory_order_acquire);
    if (known == nullptr) {
      if (version_ != nullptr) known = ::dlvsym(RTLD_NEXT, name_, version_);
      if (known == nullptr) known = ::dlsym(RTLD_NEXT, name_);
      address_.store(known, std::memory_order_release);
    }
    return reinterpret_cast<Function*>(known);
  }

  const char* name_;
  const char* version_;
  std::atomic<void*> address_{nullptr};
};

using StartRoutine = void* (*)(void*);
constexpr const char* kNewConditions = "GLIBC_2.3.2";

constinit Real<int(pthread_t*, const pthread_attr_t*, StartRoutine, void*)> real_create("pthread_create");
constinit Real<int(pthread_t, void**)> real_join("pthread_join");
constinit Real<void(void*)> real_exit("pthread_exit");
constinit Real<int(pthread_mutex_t*)> real_lock("pthread_mutex_lock");
constinit Real<int(pthread_mutex_t*)> real_trylock("pthread_mutex_trylock");
constinit Real<int(pthread_mutex_t*, const timespec*)> real_timedlock("pthread_mutex_timedlock");
constinit Real<int(pthread_mutex_t*)> real_unlock("pthread_mutex_unlock");
constinit Real<int(pthread_cond_t*, pthread_mutex_t*)> real_cond_wait("pthread_cond_wait", kNewConditions);
constinit Real<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_cond_timedwait(
    "pthread_cond_timedwait", kNewConditions);
constinit Real<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)> real_cond_clockwait(
    "pthread_cond_clockwait");
constinit Real<int(pthread_cond_t*)> real_signal("pthread_cond_signal", kNewConditions);
constinit Real<int(pthread_cond_t*)> real_broadcast("pthread_cond_broadcast", kNewConditions);
constinit Real<int(pthread_rwlock_t*)> real_rdlock("pthread_rwlock_rdlock");
constinit Real<int(pthread_rwlock_t*)> real_wrlock("pthread_rwlock_wrlock");
constinit Real<int(pthread_rwlock_t*)> real_rwunlock("pthread_rwlock_unlock");
constinit Real<int(pthread_barrier_t*)> real_barrier("pthread_barrier_wait");
constinit Real<int(pthread_once_t*, void (*)())> real_once("pthread_once");
constinit Real<int(pthread_spinlock_t*)> real_spin_lock("pthread_spin_lock");
constinit Real<int(sem_t*)> real_sem_wait("sem_wait");
constinit Real<int(sem_t*, const timespec*)> real_sem_timedwait("sem_timedwait");
constinit Real<int(sem_t*)> real_sem_post("sem_post");
constinit Real<int()> real_yield("sched_yield");

/// What a new thread needs to know, until it has read it. A pool, because nothing may be allocated here; when
/// it is used up (as many threads start at the same moment) the next thread starts without noise of its own.
struct Launch {
  std::atomic<bool> is_taken{false};
  StartRoutine routine = nullptr;
  void* argument = nullptr;
  std::uint64_t path = 0;
};
constinit std::array<Launch, 1024> launches;

Launch* take_launch() {
  for (Launch& launch : launches) {
    if (!launch.is_taken.load(std::memory_order_relaxed) &&
        !launch.is_taken.exchange(true, std::memory_order_acquire)) {
      return &launch;
    }
  }
  return nullptr;
}

void* run_thread(void* argument) {
  auto* launch = static_cast<Launch*>(argument);
  const StartRoutine routine = launch->routine;
  void* const routine_argument = launch->argument;
  begin_thread(launch->path);
  launch->is_taken.store(false, std::memory_order_release);
  pause_at(Point::thread_start, nullptr, reinterpret_cast<const void*>(routine));
  void* result = routine(routine_argument);
  pause_at(Point::thread_exit, nullptr, reinterpret_cast<const void*>(routine));
  return result;
}

}  // namespace

extern "C" {

int noise_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine routine, void* argument)
    REPRO_HOOK(pthread_create);
int noise_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine routine, void* argument) {
  const std::uint64_t path = path_of_next_child();
  Launch* launch = path == 0 ? nullptr : take_launch();
  if (launch == nullptr) return real_create(thread, attributes, routine, argument);
  launch->routine = routine;
  launch->argument = argument;
  launch->path = path;
  const int error = real_create(thread, attributes, run_thread, launch);
  if (error != 0) {
    launch->is_taken.store(false, std::memory_order_release);
    return error;
  }
  pause_at(Point::create, nullptr, REPRO_SITE);
  return 0;
}

int noise_join(pthread_t thread, void** result) REPRO_HOOK(pthread_join);
int noise_join(pthread_t thread, void** result) {
  pause_at(Point::join, nullptr, REPRO_SITE);
  return real_join(thread, result);
}

[[noreturn]] void noise_exit(void* result) REPRO_HOOK(pthread_exit);
void noise_exit(void* result) {
  pause_at(Point::thread_exit, nullptr, REPRO_SITE);
  real_exit(result);
  __builtin_unreachable();
}

int noise_lock(pthread_mutex_t* mutex) REPRO_HOOK(pthread_mutex_lock);
int noise_lock(pthread_mutex_t* mutex) {
  pause_at(Point::lock, mutex, REPRO_SITE);
  return real_lock(mutex);
}

int noise_trylock(pthread_mutex_t* mutex) REPRO_HOOK(pthread_mutex_trylock);
int noise_trylock(pthread_mutex_t* mutex) {
  pause_at(Point::lock, mutex, REPRO_SITE);
  return real_trylock(mutex);
}

int noise_timedlock(pthread_mutex_t* mutex, const timespec* until) REPRO_HOOK(pthread_mutex_timedlock);
int noise_timedlock(pthread_mutex_t* mutex, const timespec* until) {
  pause_at(Point::lock, mutex, REPRO_SITE);
  return real_timedlock(mutex, until);
}

int noise_unlock(pthread_mutex_t* mutex) REPRO_HOOK(pthread_mutex_unlock);
int noise_unlock(pthread_mutex_t* mutex) {
  const int result = real_unlock(mutex);
  pause_at(Point::unlock, mutex, REPRO_SITE);
  return result;
}

int noise_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) REPRO_HOOK(pthread_cond_wait);
int noise_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  pause_at(Point::wait, condition, REPRO_SITE);
  return real_cond_wait(condition, mutex);
}

int noise_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until)
    REPRO_HOOK(pthread_cond_timedwait);
int noise_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  pause_at(Point::wait, condition, REPRO_SITE);
  return real_cond_timedwait(condition, mutex, until);
}

int noise_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                         const timespec* until) REPRO_HOOK(pthread_cond_clockwait);
int noise_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                         const timespec* until) {
  pause_at(Point::wait, condition, REPRO_SITE);
  return real_cond_clockwait(condition, mutex, clock, until);
}

int noise_signal(pthread_cond_t* condition) REPRO_HOOK(pthread_cond_signal);
int noise_signal(pthread_cond_t* condition) {
  pause_at(Point::wake, condition, REPRO_SITE);
  return real_signal(condition);
}

int noise_broadcast(pthread_cond_t* condition) REPRO_HOOK(pthread_cond_broadcast);
int noise_broadcast(pthread_cond_t* condition) {
  pause_at(Point::wake, condition, REPRO_SITE);
  return real_broadcast(condition);
}

int noise_rdlock(pthread_rwlock_t* lock) REPRO_HOOK(pthread_rwlock_rdlock);
int noise_rdlock(pthread_rwlock_t* lock) {
  pause_at(Point::lock, lock, REPRO_SITE);
  return real_rdlock(lock);
}

int noise_wrlock(pthread_rwlock_t* lock) REPRO_HOOK(pthread_rwlock_wrlock);
int noise_wrlock(pthread_rwlock_t* lock) {
  pause_at(Point::lock, lock, REPRO_SITE);
  return real_wrlock(lock);
}

int noise_rwunlock(pthread_rwlock_t* lock) REPRO_HOOK(pthread_rwlock_unlock);
int noise_rwunlock(pthread_rwlock_t* lock) {
  const int result = real_rwunlock(lock);
  pause_at(Point::unlock, lock, REPRO_SITE);
  return result;
}

int noise_barrier(pthread_barrier_t* barrier) REPRO_HOOK(pthread_barrier_wait);
int noise_barrier(pthread_barrier_t* barrier) {
  pause_at(Point::barrier, barrier, REPRO_SITE);
  const int result = real_barrier(barrier);
  pause_at(Point::barrier, nullptr, REPRO_SITE);
  return result;
}

int noise_once(pthread_once_t* control, void (*routine)()) REPRO_HOOK(pthread_once);
int noise_once(pthread_once_t* control, void (*routine)()) {
  pause_at(Point::once, control, REPRO_SITE);
  return real_once(control, routine);
}

int noise_spin_lock(pthread_spinlock_t* lock) REPRO_HOOK(pthread_spin_lock);
int noise_spin_lock(pthread_spinlock_t* lock) {
  pause_at(Point::lock, const_cast<const int*>(lock), REPRO_SITE);
  return real_spin_lock(lock);
}

int noise_sem_wait(sem_t* semaphore) REPRO_HOOK(sem_wait);
int noise_sem_wait(sem_t* semaphore) {
  pause_at(Point::semaphore, semaphore, REPRO_SITE);
  return real_sem_wait(semaphore);
}

int noise_sem_timedwait(sem_t* semaphore, const timespec* until) REPRO_HOOK(sem_timedwait);
int noise_sem_timedwait(sem_t* semaphore, const timespec* until) {
  pause_at(Point::semaphore, semaphore, REPRO_SITE);
  return real_sem_timedwait(semaphore, until);
}

int noise_sem_post(sem_t* semaphore) REPRO_HOOK(sem_post);
int noise_sem_post(sem_t* semaphore) {
  pause_at(Point::wake, semaphore, REPRO_SITE);
  return real_sem_post(semaphore);
}

int noise_yield() REPRO_HOOK(sched_yield);
int noise_yield() {
  const int result = real_yield();
  pause_at(Point::yield, nullptr, REPRO_SITE);
  return result;
}

}  // extern "C"

}  // namespace repro::schedule::noise
