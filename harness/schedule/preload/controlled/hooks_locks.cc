// Mutexes, condition variables, read-write locks and spin locks.
//
// Who owns a lock is kept here and decides who can run; the real lock is taken as well, when it is known to
// be free. So error codes, recursion and robustness are libc's own, a sanitizer in front of us or behind us
// sees real locks, and the state is right whenever control ends.

#include <cerrno>
#include <climits>

#include <pthread.h>

#include "harness/schedule/preload/controlled/hooks.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/times.h"

REPRO_REAL(pthread_mutex_lock)
REPRO_REAL(pthread_mutex_trylock)
REPRO_REAL(pthread_mutex_timedlock)
REPRO_REAL(pthread_mutex_clocklock)
REPRO_REAL(pthread_mutex_unlock)
REPRO_REAL(pthread_mutex_init)
REPRO_REAL(pthread_mutex_destroy)
REPRO_REAL(pthread_cond_wait)
REPRO_REAL(pthread_cond_timedwait)
REPRO_REAL(pthread_cond_clockwait)
REPRO_REAL(pthread_cond_signal)
REPRO_REAL(pthread_cond_broadcast)
REPRO_REAL(pthread_rwlock_rdlock)
REPRO_REAL(pthread_rwlock_tryrdlock)
REPRO_REAL(pthread_rwlock_timedrdlock)
REPRO_REAL(pthread_rwlock_clockrdlock)
REPRO_REAL(pthread_rwlock_wrlock)
REPRO_REAL(pthread_rwlock_trywrlock)
REPRO_REAL(pthread_rwlock_timedwrlock)
REPRO_REAL(pthread_rwlock_clockwrlock)
REPRO_REAL(pthread_rwlock_unlock)
REPRO_REAL(pthread_rwlock_destroy)
REPRO_REAL(pthread_spin_lock)
REPRO_REAL(pthread_spin_trylock)
REPRO_REAL(pthread_spin_unlock)

namespace repro::schedule::controlled {
namespace {

// Of glibc's public layouts.
constexpr int kMutexShared = 128;
constexpr int kMutexTypes = 3;
constexpr unsigned kConditionShared = 1;
constexpr unsigned kConditionMonotonic = 2;

bool is_shared(const pthread_mutex_t& mutex) { return (mutex.__data.__kind & kMutexShared) != 0; }
bool is_shared(const pthread_cond_t& condition) { return (condition.__data.__wrefs & kConditionShared) != 0; }
bool is_shared(const pthread_rwlock_t& lock) { return lock.__data.__shared != 0; }

bool knows_its_owner(const pthread_mutex_t& mutex) {
  const int type = mutex.__data.__kind & kMutexTypes;
  return type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK;
}

void take(Thread& self, Object& object, std::uintptr_t site) {
  object.owner = self.id + 1;
  ++object.depth;
  object.taken_at = site;
}

void give_back(Object& object) {
  if (object.depth > 0) --object.depth;
  if (object.depth == 0) object.owner = 0;
}

bool is_taken(int code) { return code == 0 || code == EOWNERDEAD; }

int lock_mutex(Thread& self, pthread_mutex_t& mutex, std::uintptr_t site, Operation operation,
               std::int64_t deadline_ns) {
  if (is_shared(mutex)) {
    leave(self, operation, site);
    const int code = real_pthread_mutex_lock()(&mutex);
    come_back(self);
    return code;
  }
  Object& object = *object_at(&mutex, ObjectKind::mutex);
  if (object.owner == self.id + 1 && knows_its_owner(mutex)) {
    const int code = real_pthread_mutex_lock()(&mutex);
    if (code == 0) ++object.depth;
    return code;
  }
  if (!wait_until(self, operation, &object, site, Block::owner, deadline_ns)) return ETIMEDOUT;
  const int code = real_pthread_mutex_lock()(&mutex);
  if (is_taken(code)) {
    object.depth = 0;
    take(self, object, site);
  }
  return code;
}

int unlock_mutex(pthread_mutex_t& mutex) {
  const int code = real_pthread_mutex_unlock()(&mutex);
  if (code == 0 && !is_shared(mutex)) give_back(*object_at(&mutex, ObjectKind::mutex));
  return code;
}

int wait_condition(Thread& self, pthread_cond_t& condition, pthread_mutex_t& mutex, std::uintptr_t site,
                   Operation operation, std::int64_t deadline_ns) {
  Object& object = *object_at(&condition, ObjectKind::condition);
  point(self, operation, &object, site);
  const int unlocked = unlock_mutex(mutex);
  if (unlocked != 0) return unlocked;
  const bool is_woken = wait_until(self, operation, &object, site, Block::woken, deadline_ns);
  const bool is_timed_out = self.is_timed_out;
  const bool cancel = !is_woken && !is_timed_out;
  if (cancel) self.cancel_asked = false;
  const int locked = lock_mutex(self, mutex, site, Operation::mutex_lock, 0);
  if (cancel) pthread_testcancel();
  if (locked != 0) return locked;
  return is_timed_out ? ETIMEDOUT : 0;
}

std::uint32_t wake_condition(pthread_cond_t* condition, std::uint32_t count) {
  return wake(*object_at(condition, ObjectKind::condition), count);
}

int lock_to_read(Thread& self, pthread_rwlock_t& lock, std::uintptr_t site, std::int64_t deadline_ns) {
  if (is_shared(lock)) {
    leave(self, Operation::rwlock_read, site);
    const int code = real_pthread_rwlock_rdlock()(&lock);
    come_back(self);
    return code;
  }
  Object& object = *object_at(&lock, ObjectKind::rwlock);
  if (object.owner == self.id + 1) return real_pthread_rwlock_rdlock()(&lock);  // EDEADLK
  if (!wait_until(self, Operation::rwlock_read, &object, site, Block::owner, deadline_ns)) return ETIMEDOUT;
  const int code = real_pthread_rwlock_rdlock()(&lock);
  if (code == 0) {
    ++object.readers;
    object.last_reader = self.id + 1;
    object.taken_at = site;
  }
  return code;
}

int lock_to_write(Thread& self, pthread_rwlock_t& lock, std::uintptr_t site, std::int64_t deadline_ns) {
  if (is_shared(lock)) {
    leave(self, Operation::rwlock_write, site);
    const int code = real_pthread_rwlock_wrlock()(&lock);
    come_back(self);
    return code;
  }
  Object& object = *object_at(&lock, ObjectKind::rwlock);
  if (object.owner == self.id + 1) return real_pthread_rwlock_wrlock()(&lock);  // EDEADLK
  if (!wait_until(self, Operation::rwlock_write, &object, site, Block::exclusive, deadline_ns))
    return ETIMEDOUT;
  const int code = real_pthread_rwlock_wrlock()(&lock);
  if (code == 0) take(self, object, site);
  return code;
}

}  // namespace
}  // namespace repro::schedule::controlled

using namespace repro::schedule::controlled;  // NOLINT(google-build-using-namespace): the hooks are outside
using repro::schedule::ObjectKind;
using repro::schedule::Operation;

// The hooks look into the objects that they are given; nothing is copied.
// NOLINTBEGIN(misc-non-copyable-objects)

// --- Mutexes

REPRO_HOOK(int, pthread_mutex_lock, (pthread_mutex_t * mutex)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_mutex_lock()(mutex);
  return lock_mutex(*self, *mutex, REPRO_CALLER(), Operation::mutex_lock, 0);
}

REPRO_HOOK(int, pthread_mutex_trylock, (pthread_mutex_t * mutex)) {
  Thread* const self = enter();
  if (self == nullptr || is_shared(*mutex)) return real_pthread_mutex_trylock()(mutex);
  Object& object = *object_at(mutex, ObjectKind::mutex);
  point(*self, Operation::mutex_trylock, &object, REPRO_CALLER());
  const int code = real_pthread_mutex_trylock()(mutex);
  if (is_taken(code)) take(*self, object, REPRO_CALLER());
  return code;
}

REPRO_HOOK(int, pthread_mutex_timedlock, (pthread_mutex_t * mutex, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_mutex_timedlock()(mutex, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  return lock_mutex(*self, *mutex, REPRO_CALLER(), Operation::mutex_timedlock,
                    virtual_deadline(CLOCK_REALTIME, *deadline));
}

REPRO_HOOK(int, pthread_mutex_clocklock,
           (pthread_mutex_t * mutex, clockid_t clock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_mutex_clocklock()(mutex, clock, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  return lock_mutex(*self, *mutex, REPRO_CALLER(), Operation::mutex_timedlock,
                    virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, pthread_mutex_unlock, (pthread_mutex_t * mutex)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_mutex_unlock()(mutex);
  const int code = unlock_mutex(*mutex);
  // Behind it, not before: what the thread does next without a lock is where others must be able to come in.
  point(*self, Operation::mutex_unlock, nullptr, REPRO_CALLER());
  return code;
}

REPRO_HOOK(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t* attributes)) {
  if (current_thread() != nullptr) forget_object(mutex);
  return real_pthread_mutex_init()(mutex, attributes);
}

REPRO_HOOK(int, pthread_mutex_destroy, (pthread_mutex_t * mutex)) {
  const int code = real_pthread_mutex_destroy()(mutex);
  if (code == 0 && current_thread() != nullptr) forget_object(mutex);
  return code;
}

// --- Condition variables

REPRO_HOOK(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_cond_wait()(condition, mutex);
  if (is_shared(*condition)) {
    leave(*self, Operation::cond_wait, REPRO_CALLER());
    const int code = real_pthread_cond_wait()(condition, mutex);
    come_back(*self);
    return code;
  }
  return wait_condition(*self, *condition, *mutex, REPRO_CALLER(), Operation::cond_wait, 0);
}

REPRO_HOOK(int, pthread_cond_timedwait,
           (pthread_cond_t * condition, pthread_mutex_t* mutex, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr || is_shared(*condition))
    return real_pthread_cond_timedwait()(condition, mutex, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  const clockid_t clock =
      (condition->__data.__wrefs & kConditionMonotonic) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
  return wait_condition(*self, *condition, *mutex, REPRO_CALLER(), Operation::cond_timedwait,
                        virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, pthread_cond_clockwait,
           (pthread_cond_t * condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr || is_shared(*condition)) {
    return real_pthread_cond_clockwait()(condition, mutex, clock, deadline);
  }
  if (!is_valid(*deadline)) return EINVAL;
  return wait_condition(*self, *condition, *mutex, REPRO_CALLER(), Operation::cond_timedwait,
                        virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, pthread_cond_signal, (pthread_cond_t * condition)) {
  if (Thread* const self = enter(); self != nullptr && !is_shared(*condition)) {
    point(*self, Operation::cond_signal, object_at(condition, ObjectKind::condition), REPRO_CALLER());
    wake_condition(condition, 1);
  }
  return real_pthread_cond_signal()(condition);  // threads that are not controlled may wait as well
}

REPRO_HOOK(int, pthread_cond_broadcast, (pthread_cond_t * condition)) {
  if (Thread* const self = enter(); self != nullptr && !is_shared(*condition)) {
    point(*self, Operation::cond_broadcast, object_at(condition, ObjectKind::condition), REPRO_CALLER());
    wake_condition(condition, UINT_MAX);
  }
  return real_pthread_cond_broadcast()(condition);
}

// NOLINTEND(misc-non-copyable-objects)

// --- Read-write locks

REPRO_HOOK(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_rdlock()(lock);
  return lock_to_read(*self, *lock, REPRO_CALLER(), 0);
}

REPRO_HOOK(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t * lock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_timedrdlock()(lock, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  return lock_to_read(*self, *lock, REPRO_CALLER(), virtual_deadline(CLOCK_REALTIME, *deadline));
}

REPRO_HOOK(int, pthread_rwlock_clockrdlock,
           (pthread_rwlock_t * lock, clockid_t clock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_clockrdlock()(lock, clock, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  return lock_to_read(*self, *lock, REPRO_CALLER(), virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t * lock)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_tryrdlock()(lock);
  Object& object = *object_at(lock, ObjectKind::rwlock);
  point(*self, Operation::rwlock_read, &object, REPRO_CALLER());
  const int code = real_pthread_rwlock_tryrdlock()(lock);
  if (code == 0) {
    ++object.readers;
    object.last_reader = self->id + 1;
    object.taken_at = REPRO_CALLER();
  }
  return code;
}

REPRO_HOOK(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_wrlock()(lock);
  return lock_to_write(*self, *lock, REPRO_CALLER(), 0);
}

REPRO_HOOK(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t * lock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_timedwrlock()(lock, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  return lock_to_write(*self, *lock, REPRO_CALLER(), virtual_deadline(CLOCK_REALTIME, *deadline));
}

REPRO_HOOK(int, pthread_rwlock_clockwrlock,
           (pthread_rwlock_t * lock, clockid_t clock, const timespec* deadline)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_clockwrlock()(lock, clock, deadline);
  if (!is_valid(*deadline)) return EINVAL;
  return lock_to_write(*self, *lock, REPRO_CALLER(), virtual_deadline(clock, *deadline));
}

REPRO_HOOK(int, pthread_rwlock_trywrlock, (pthread_rwlock_t * lock)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_rwlock_trywrlock()(lock);
  Object& object = *object_at(lock, ObjectKind::rwlock);
  point(*self, Operation::rwlock_write, &object, REPRO_CALLER());
  const int code = real_pthread_rwlock_trywrlock()(lock);
  if (code == 0) take(*self, object, REPRO_CALLER());
  return code;
}

REPRO_HOOK(int, pthread_rwlock_unlock, (pthread_rwlock_t * lock)) {
  Thread* const self = enter();
  const int code = real_pthread_rwlock_unlock()(lock);
  if (self == nullptr) return code;
  Object& object = *object_at(lock, ObjectKind::rwlock);
  if (code == 0 && object.owner == self->id + 1) {
    give_back(object);
  } else if (code == 0 && object.readers > 0 && --object.readers == 0) {
    object.last_reader = 0;
  }
  point(*self, Operation::rwlock_unlock, nullptr, REPRO_CALLER());
  return code;
}

REPRO_HOOK(int, pthread_rwlock_destroy, (pthread_rwlock_t * lock)) {
  if (current_thread() != nullptr) forget_object(lock);
  return real_pthread_rwlock_destroy()(lock);
}

// --- Spin locks

REPRO_HOOK(int, pthread_spin_lock, (pthread_spinlock_t * lock)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_spin_lock()(lock);
  Object& object = *object_at(lock, ObjectKind::spin_lock);
  // Without a deadline it cannot time out, and it is no cancellation point.
  static_cast<void>(wait_until(*self, Operation::spin_lock, &object, REPRO_CALLER(), Block::owner));
  const int code = real_pthread_spin_lock()(lock);
  if (code == 0) take(*self, object, REPRO_CALLER());
  return code;
}

REPRO_HOOK(int, pthread_spin_trylock, (pthread_spinlock_t * lock)) {
  Thread* const self = enter();
  if (self == nullptr) return real_pthread_spin_trylock()(lock);
  Object& object = *object_at(lock, ObjectKind::spin_lock);
  point(*self, Operation::spin_lock, &object, REPRO_CALLER());
  const int code = real_pthread_spin_trylock()(lock);
  if (code == 0) take(*self, object, REPRO_CALLER());
  return code;
}

REPRO_HOOK(int, pthread_spin_unlock, (pthread_spinlock_t * lock)) {
  Thread* const self = enter();
  const int code = real_pthread_spin_unlock()(lock);
  if (self == nullptr) return code;
  if (code == 0) give_back(*object_at(lock, ObjectKind::spin_lock));
  point(*self, Operation::spin_unlock, nullptr, REPRO_CALLER());
  return code;
}
