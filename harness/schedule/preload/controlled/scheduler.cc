// One thread of the subject runs at a time: the one that holds the token.
//
// Before each operation that others could see, the holder stands at a point: it says what it is about to do,
// and the strategy chooses who goes on. Whoever is not chosen sleeps on a futex of its own. A hand-over is
// two raw system calls from code without instrumentation, so a race detector in the same process sees no
// order between the threads that the program itself did not make.
//
// Blocking is modelled, not done: a thread that would wait is parked with the condition under which it can go
// on, and is no candidate until that holds. So "nobody can run" is known at once: then the earliest timed
// wait ends in virtual time, and without one it is a deadlock, proved.
//
// What cannot be modelled runs outside, without the token: calls that wait for another process. Waits for
// descriptors are asked for again at every decision, so a pipe between two threads stays deterministic. For
// everything else there is the watcher: one parked thread sleeps with a timeout and takes the token away from
// a holder that waits in the kernel where no hook sees it (a runtime's own lock, a lock of libc), or computes
// without any point for long. Rejected: a thread of our own for that. It would be seen by the subject, by
// sanitizers and by fork.

#include <cerrno>
#include <climits>
#include <cstdlib>

#include <poll.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/profile.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/strategy.h"
#include "harness/schedule/preload/controlled/trace.h"

namespace repro::schedule::controlled {

constinit Scheduler g{};
constinit thread_local Thread* t_self __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

/// How long the watcher sleeps. Long against a hand-over (microseconds), short against a person.
constexpr std::int64_t kSliceNs = 5'000'000;
/// In a futex that no hook saw, for so many slices: it waits for another thread, so for us.
constexpr std::uint32_t kFutexSlices = 3;
/// In another system call: most likely a sanitizer that waits for its symbolizer, or a slow disk.
constexpr std::uint32_t kSystemCallSlices = 600;
/// Computing without a point: so many ticks (10 ms) of processor time of its own, however loaded the machine.
constexpr std::uint64_t kComputeTicks = 50;
/// A thread that reads so often without writing is taken to spin.
constexpr std::uint64_t kSpinReads = 200;
/// And one that wins so many decisions in a row is made to give way (the figure of SURW's artifact).
constexpr std::uint64_t kFairness = 5000;
/// A memory access costs so much less of the step limit than a synchronisation.
constexpr std::uint64_t kMemoryStepsPerStep = 64;

Candidates candidates;  ///< of the current decision; too large for a small stack

bool is_ready_descriptor(const Thread& thread) {
  const long ready = raw::system_call(SYS_poll, raw::address(thread.polled), thread.polled_count, 0);
  return ready != 0;  // an error is for the call itself to say
}

/// The parked thread whose deadline comes first.
Thread* earliest_timed() {
  if (g.timed == 0) return nullptr;
  Thread* earliest = nullptr;
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    Thread& thread = g.threads[i];
    if (thread.state != ThreadState::parked || thread.deadline_ns == 0) continue;
    if (earliest == nullptr || thread.deadline_ns < earliest->deadline_ns) earliest = &thread;
  }
  return earliest;
}

void fire(Thread& thread) {
  const std::int64_t missing = thread.deadline_ns - now_ns();
  if (missing > 0) {
    g.virtual_offset_ns += missing;
    g.trace->header.virtual_time_ns.store(static_cast<std::uint64_t>(g.virtual_offset_ns),
                                          std::memory_order_relaxed);
  }
  thread.deadline_ns = 0;
  --g.timed;
  thread.is_timed_out = true;
  add(g.trace->header.timeouts_fired);
}

void find_candidates() {
  candidates.count = 0;
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    Thread& thread = g.threads[i];
    if ((thread.state == ThreadState::parked || thread.state == ThreadState::running) && can_run(thread)) {
      candidates.threads[candidates.count++] = &thread;
    }
  }
}

/// The candidate that follows `self` in the circle of numbers.
Thread* next_in_circle(const Thread& self) {
  for (std::uint32_t i = 0; i < candidates.count; ++i) {
    if (candidates.threads[i]->id > self.id) return candidates.threads[i];
  }
  return candidates.threads[0];
}

void remove_candidate(const Thread& thread) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < candidates.count; ++i) {
    if (candidates.threads[i] != &thread) candidates.threads[kept++] = candidates.threads[i];
  }
  candidates.count = kept;
}

[[noreturn]] void end_process(int status) {
  raw::system_call(SYS_exit_group, status);
  __builtin_unreachable();
}

[[noreturn]] void end_in_deadlock() {
  begin_trace();  // a thread that waits for itself needs no second one
  report_deadlock();
  end_process(kDeadlockExitStatus);
}

[[noreturn]] void end_at_limit(const Thread& self) {
  begin_trace();
  g.trace->header.end.store(RunEnd::step_limit, std::memory_order_release);
  raw::Message message;
  message.text(kMessagePrefix)
      .text("step limit reached after ")
      .number(g.trace->header.steps.load(std::memory_order_relaxed))
      .text(" decisions, with thread T")
      .number(self.id)
      .text(" running: taken for a livelock\n");
  message.send();
  end_process(kStepLimitExitStatus);
}

/// Makes `next` the holder. Unlocks. The caller parks itself, if it is to go on later.
void give_token(Thread& next) {
  if (next.deadline_ns != 0) {
    next.deadline_ns = 0;
    --g.timed;
  }
  if (next.block == Block::descriptor && next.polled != nullptr) {
    next.polled = nullptr;
    --g.pollers;
  }
  next.state = ThreadState::running;
  g.holder = next.id + 1;
  g.stuck_slices = 0;
  strategy_executes(next);
}

void send_token(Thread& next) {
  next.token.store(1, std::memory_order_release);
  raw::futex_wake(&next.token, 1);
}

/// `self` is about to be parked (or has ended): somebody parked must be the watcher.
void appoint_watcher(Thread& self, const Thread* next) {
  const bool is_vacant =
      g.watcher == 0 || (next != nullptr && g.watcher == next->id + 1) || g.watcher == self.id + 1;
  if (!is_vacant) return;
  g.watcher = 0;
  if (self.state == ThreadState::parked) {
    g.watcher = self.id + 1;
    return;
  }
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    Thread& other = g.threads[i];
    if (&other == next || other.state != ThreadState::parked || !other.has_arrived) continue;
    g.watcher = other.id + 1;
    raw::futex_wake(&other.token, 1);  // it sleeps without a timeout: let it look again
    return;
  }
}

/// Nobody holds the token: finds someone who can have it. Locked; true if it was given.
bool serve_idle() {
  while (true) {
    find_candidates();
    if (candidates.count > 0) {
      Thread& next = *candidates.threads[0];
      give_token(next);
      if (g.watcher == next.id + 1) appoint_watcher(next, &next);
      unlock_state();
      send_token(next);
      lock_state();
      return true;
    }
    if (g.outside > 0 || g.pollers > 0) return false;
    Thread* timed = earliest_timed();
    if (timed == nullptr) end_in_deadlock();
    fire(*timed);
  }
}

/// Waits for the outside, a slice long. Locked before and after. Time that really passes, passes for the
/// subject's clocks.
void wait_for_outside(Thread& self) {
  if (g.idle_since_ns == 0) g.idle_since_ns = raw::monotonic_ns();
  constexpr std::uint32_t kMost = 64;
  pollfd all[kMost];
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < g.thread_count && g.pollers > 0; ++i) {
    const Thread& thread = g.threads[i];
    if (thread.state != ThreadState::parked || thread.block != Block::descriptor) continue;
    const auto* const polled = static_cast<const pollfd*>(thread.polled);
    for (std::uint32_t k = 0; k < thread.polled_count && count < kMost; ++k) all[count++] = polled[k];
  }
  std::int64_t slice = kSliceNs;
  if (const Thread* timed = earliest_timed(); timed != nullptr) {
    const std::int64_t left = timed->deadline_ns - now_ns();
    if (left < slice) slice = left < 0 ? 0 : left;
  }
  unlock_state();
  if (count > 0) {
    timespec timeout{0, static_cast<long>(slice)};
    raw::system_call(SYS_ppoll, raw::address(all), count, raw::address(&timeout), 0);
  } else {
    raw::futex_wait(&self.token, 0, slice);
  }
  lock_state();
  const std::int64_t now = raw::monotonic_ns();
  if (g.holder == 0 && g.idle_since_ns != 0) {
    g.virtual_offset_ns += now - g.idle_since_ns;
    g.idle_since_ns = now;
    while (Thread* timed = earliest_timed()) {
      if (timed->deadline_ns > now_ns()) break;
      fire(*timed);
    }
  } else {
    g.idle_since_ns = 0;
  }
}

/// The number of the system call that the kernel thread sits in; -1: it runs, or nobody knows.
long current_system_call(std::int32_t tid) {
  char path[64];
  char text[64];
  std::size_t length = 0;
  const char* const prefix = "/proc/self/task/";
  for (const char* c = prefix; *c != '\0'; ++c) path[length++] = *c;
  char digits[12];
  std::size_t count = 0;
  for (std::int32_t rest = tid; rest != 0; rest /= 10) digits[count++] = static_cast<char>('0' + rest % 10);
  while (count > 0) path[length++] = digits[--count];
  for (const char* c = "/syscall"; *c != '\0'; ++c) path[length++] = *c;
  path[length] = '\0';
  const long size = raw::read_file(path, text, sizeof text - 1);
  if (size <= 0) return -1;
  long number = 0;
  if (text[0] < '0' || text[0] > '9') return -1;
  for (long i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) number = number * 10 + (text[i] - '0');
  return number;
}

/// Processor time of a kernel thread, in the kernel's ticks.
std::uint64_t cpu_ticks(pthread_t handle) {
  clockid_t clock = 0;
  timespec used{};
  if (pthread_getcpuclockid(handle, &clock) != 0) return 0;
  if (raw::system_call(SYS_clock_gettime, clock, raw::address(&used)) != 0) return 0;
  return static_cast<std::uint64_t>(used.tv_sec) * 100 +
         static_cast<std::uint64_t>(used.tv_nsec) / 10'000'000;
}

/// Whether the holder waits, or works, where no hook will see it again soon.
bool is_stuck(const Thread& holder) {
  const std::uint64_t steps = g.trace->header.steps.load(std::memory_order_relaxed) + holder.events;
  if (g.stuck_slices == 0 || g.stuck_steps != steps) {
    g.stuck_steps = steps;
    g.stuck_slices = 1;
    g.stuck_cpu_ticks = cpu_ticks(holder.handle);
    return false;
  }
  ++g.stuck_slices;
  if (holder.tid == 0) return false;  // its kernel thread has not begun
  const long number = current_system_call(holder.tid);
  if (number == SYS_futex) return g.stuck_slices > kFutexSlices;
  if (number >= 0) return g.stuck_slices > kSystemCallSlices;
  return cpu_ticks(holder.handle) - g.stuck_cpu_ticks >= kComputeTicks;
}

/// A thread that was stuck in a futex goes on as soon as somebody wakes it. At each point the holder looks
/// whether that happened, and lets such a thread come to its next point first: so where it joins the others
/// depends on the schedule and not on the clock.
void settle_stuck() {
  constexpr int kPatience = 2000;
  for (std::uint32_t i = 0; i < g.thread_count && g.stuck > 0; ++i) {
    const Thread& thread = g.threads[i];
    const volatile ThreadState& state = thread.state;
    for (int attempt = 0; attempt < kPatience; ++attempt) {
      if (state != ThreadState::outside || !thread.is_stuck_outside) break;
      if (current_system_call(thread.tid) == SYS_futex) break;
      raw::system_call(SYS_sched_yield);
    }
  }
}

/// A slice of the watcher's work.
void watch(Thread& self) {
  lock_state();
  if (g.watcher != self.id + 1 || self.token.load(std::memory_order_relaxed) != 0) {
    unlock_state();
    return;
  }
  if (g.holder != 0) {
    Thread& holder = g.threads[g.holder - 1];
    if (holder.state == ThreadState::running && is_stuck(holder)) {
      holder.state = ThreadState::outside;
      holder.is_stuck_outside = true;
      holder.token.store(0, std::memory_order_relaxed);  // not taken yet, if it has not come to its gate
      ++g.outside;
      ++g.stuck;
      g.holder = 0;
      add(g.trace->header.outside_waits);
    }
  }
  if (g.holder == 0 && !serve_idle()) wait_for_outside(self);
  unlock_state();
}

/// Sleeps until the token is this thread's. Not locked.
void park(Thread& self) {
  while (self.token.exchange(0, std::memory_order_acquire) == 0) {
    if (!g.is_active.load(std::memory_order_relaxed)) break;
    const bool is_watcher = g.watcher == self.id + 1;
    if (is_watcher && (g.holder == 0)) {
      watch(self);
      continue;
    }
    raw::futex_wait(&self.token, 0, is_watcher ? kSliceNs : -1);
    if (self.token.load(std::memory_order_relaxed) == 0 && g.watcher == self.id + 1) watch(self);
  }
  self.is_busy = false;
}

void count_event(Thread& self, bool is_memory) {
  ++self.events;
  if (!is_memory) ++g.chances;
  TraceHeader& header = g.trace->header;
  add(header.steps);
  add(header.points[static_cast<std::size_t>(self.operation)]);
  g.budget_used += is_memory ? 1 : kMemoryStepsPerStep;
  if (g.budget_used > g.budget) end_at_limit(self);
}

/// The current thread stands at its point, wants to go on, and somebody is to be chosen. Locked; unlocks.
void decide(Thread& self) {
  find_candidates();
  const bool can_go_on = self.state == ThreadState::running && can_run(self);
  const bool gives_way = self.is_yielding && can_go_on && candidates.count > 1;
  if (gives_way) {
    remove_candidate(self);
    strategy_demotes(self);
  }
  if (candidates.count == 0) {
    self.state = self.state == ThreadState::running ? ThreadState::parked : self.state;
    while (candidates.count == 0 && g.outside == 0 && g.pollers == 0) {
      Thread* timed = earliest_timed();
      if (timed == nullptr) end_in_deadlock();
      fire(*timed);
      find_candidates();
    }
  }
  if (candidates.count == 0) {  // somebody waits for the outside: the watcher sees to it
    g.holder = 0;
    appoint_watcher(self, nullptr);
    const bool has_ended = self.state == ThreadState::ended;
    unlock_state();
    if (!has_ended) park(self);
    return;
  }
  Thread* const baseline = can_go_on && !gives_way ? &self : next_in_circle(self);
  Thread* sleeper = earliest_timed();
  if (sleeper != nullptr && (sleeper->block != Block::time || sleeper == &self)) sleeper = nullptr;
  Thread* next = choose(self, candidates, baseline, sleeper);
  if (next == nullptr) next = baseline;
  if (next == sleeper && sleeper != nullptr) fire(*next);
  if (next != baseline) record_deviation(self, *next, can_go_on && !gives_way);
  if (next == &self) {
    give_token(self);
    ++self.run_length;
    unlock_state();
    self.is_busy = false;
    return;
  }
  count_switch(self, *next);
  TraceHeader& header = g.trace->header;
  add(header.switches);
  if (can_go_on && !gives_way) add(header.preemptions);
  self.run_length = 0;
  const bool has_ended = self.state == ThreadState::ended;
  if (!has_ended) self.state = ThreadState::parked;
  give_token(*next);
  appoint_watcher(self, next);
  unlock_state();
  send_token(*next);
  if (!has_ended) park(self);
}

/// Common part of all points. Returns when the thread may go on.
void stand(Thread& self) {
  self.is_yielding = self.is_yielding || self.operation == Operation::yield || self.run_length >= kFairness;
  if (self.run_length >= kFairness) self.run_length = 0;
  decide(self);
  self.is_yielding = false;
  self.block = Block::none;
}

void announce(Thread& self, Operation operation, Object* object, std::uintptr_t site) {
  self.operation = operation;
  self.object = object;
  self.address = object == nullptr ? 0 : reinterpret_cast<std::uint64_t>(object->address);
  self.is_write = true;
  self.site = site;
  self.is_timed_out = false;
  self.is_woken = false;
  self.reads_in_row = 0;
}

}  // namespace

void lock_state() {
  std::uint32_t seen = 0;
  while (!g.lock.compare_exchange_weak(seen, 1, std::memory_order_acquire)) {
    if (seen != 0) {
      g.lock.exchange(2, std::memory_order_acquire) == 0 ? void() : raw::futex_wait(&g.lock, 2, kSliceNs);
    }
    seen = 0;
  }
}

void unlock_state() {
  if (g.lock.exchange(0, std::memory_order_release) == 2) raw::futex_wake(&g.lock, INT_MAX);
}

std::int64_t now_ns() { return g.base_monotonic_ns + g.virtual_offset_ns; }
std::int64_t realtime_offset_ns() { return g.base_realtime_ns - g.base_monotonic_ns; }

namespace {

/// Nobody owns it, or its owner died and left it to be repaired (robust mutex).
bool is_free(const Object& object) {
  if (object.owner == 0) return true;
  if (object.kind == ObjectKind::once) {
    return (*static_cast<const volatile std::uint32_t*>(object.address) & object.expected) == 0;
  }
  if (object.kind != ObjectKind::mutex || g.threads[object.owner - 1].state != ThreadState::ended)
    return false;
  constexpr int kRobust = 16;  // glibc's PTHREAD_MUTEX_ROBUST_NORMAL_NP
  // NOLINTNEXTLINE(misc-non-copyable-objects): looked into, not copied
  const auto& mutex = *static_cast<const volatile pthread_mutex_t*>(object.address);
  return (mutex.__data.__kind & kRobust) != 0;
}

}  // namespace

bool is_cancelled(const Thread& thread) {
  if (!thread.cancel_asked) return false;
  const Operation at = thread.operation;
  return at == Operation::cond_wait || at == Operation::cond_timedwait || at == Operation::join ||
         at == Operation::semaphore_wait || at == Operation::sleep || at == Operation::input_output;
}

bool can_run(const Thread& thread) {
  if (thread.is_timed_out || is_cancelled(thread)) return true;
  switch (thread.block) {
    case Block::none:
      return true;
    case Block::owner:
      return is_free(*thread.object);
    case Block::exclusive:
      return thread.object->owner == 0 && thread.object->readers == 0;
    case Block::value: {
      // glibc's semaphore keeps its value in the low half of its first word.
      const auto* const value = static_cast<const volatile std::uint32_t*>(thread.object->address);
      return *value > 0;
    }
    case Block::woken:
      return thread.is_woken;
    case Block::joined:
      return g.threads[thread.target].state == ThreadState::ended;
    case Block::descriptor:
      return is_ready_descriptor(thread);
    case Block::time:
      return false;
  }
  return true;
}

Thread* enter() {
  if (!g.is_active.load(std::memory_order_relaxed)) {
    if (g.is_ready || !start_control()) return nullptr;
  }
  Thread* const self = t_self;
  if (self == nullptr || self->is_busy) return nullptr;
  if (self->state == ThreadState::running) return self;
  if (!self->has_arrived) {
    arrive(*self);
    return self->state == ThreadState::running ? self : nullptr;
  }
  if (self->is_stuck_outside) {
    come_back(*self);
    return self->state == ThreadState::running ? self : nullptr;
  }
  return nullptr;
}

Thread* current_thread() {
  Thread* const self = g.is_active.load(std::memory_order_relaxed) ? t_self : nullptr;
  return self != nullptr && !self->is_busy && self->state == ThreadState::running && self->has_arrived
             ? self
             : nullptr;
}

void point(Thread& self, Operation operation, Object* object, std::uintptr_t site) {
  if (g.live <= 1) return;
  self.is_busy = true;
  if (g.stuck > 0) settle_stuck();
  lock_state();
  announce(self, operation, object, site);
  self.block = Block::none;
  count_event(self, false);
  stand(self);
}

bool wait_until(Thread& self, Operation operation, Object* object, std::uintptr_t site, Block block,
                std::int64_t deadline_ns) {
  self.is_busy = true;
  if (g.stuck > 0) settle_stuck();
  lock_state();
  announce(self, operation, object, site);
  self.block = block;
  if (g.live <= 1 && can_run(self)) {
    self.block = Block::none;
    unlock_state();
    self.is_busy = false;
    return true;
  }
  count_event(self, false);
  self.wait_order = ++g.wait_counter;
  if (deadline_ns != 0 && !can_run(self)) {
    self.deadline_ns = deadline_ns;
    ++g.timed;
  }
  if (block == Block::descriptor) ++g.pollers;
  stand(self);
  return !self.is_timed_out && !is_cancelled(self);
}

std::uint32_t wake(Object& object, std::uint32_t count) {
  lock_state();
  std::uint32_t woken = 0;
  while (woken < count) {
    Thread* first = nullptr;
    for (std::uint32_t i = 0; i < g.thread_count; ++i) {
      Thread& thread = g.threads[i];
      if (thread.state != ThreadState::parked || thread.block != Block::woken || thread.object != &object ||
          thread.is_woken || thread.is_timed_out) {
        continue;
      }
      if (first == nullptr || thread.wait_order < first->wait_order) first = &thread;
    }
    if (first == nullptr) break;
    first->is_woken = true;
    ++woken;
  }
  unlock_state();
  return woken;
}

void leave(Thread& self, Operation operation, std::uintptr_t site) {
  self.is_busy = true;
  lock_state();
  announce(self, operation, nullptr, site);
  self.block = Block::none;
  self.is_declared_outside = true;
  self.state = ThreadState::outside;
  ++g.outside;
  g.holder = 0;
  if (g.live > 1) {
    count_event(self, false);
    add(g.trace->header.outside_waits);
    find_candidates();
    if (candidates.count > 0) {
      Thread& next = *next_in_circle(self);
      give_token(next);
      appoint_watcher(self, &next);
      unlock_state();
      send_token(next);
      self.is_busy = false;
      return;
    }
    appoint_watcher(self, nullptr);
  }
  g.idle_since_ns = raw::monotonic_ns();
  unlock_state();
  self.is_busy = false;
}

void come_back(Thread& self) {
  self.is_busy = true;
  lock_state();
  self.is_declared_outside = false;
  if (self.is_stuck_outside) --g.stuck;
  self.is_stuck_outside = false;
  if (self.state == ThreadState::outside) --g.outside;
  self.block = Block::none;
  if (g.holder == 0) {
    if (g.idle_since_ns != 0) {
      g.virtual_offset_ns += raw::monotonic_ns() - g.idle_since_ns;
      g.idle_since_ns = 0;
    }
    give_token(self);
    unlock_state();
    self.is_busy = false;
    return;
  }
  self.state = ThreadState::parked;
  self.operation = Operation::input_output;
  appoint_watcher(self, nullptr);
  unlock_state();
  park(self);
}

void arrive(Thread& self) {
  lock_state();
  self.has_arrived = true;
  if (self.state == ThreadState::outside) {
    unlock_state();
    come_back(self);
    return;
  }
  self.is_busy = true;
  if (self.state == ThreadState::parked)
    appoint_watcher(self, g.holder == 0 ? nullptr : &g.threads[g.holder - 1]);
  unlock_state();
  park(self);
}

void thread_ends(Thread& self) {
  self.is_busy = true;
  lock_state();
  announce(self, Operation::thread_end, nullptr, 0);
  self.block = Block::none;
  count_event(self, false);
  self.state = ThreadState::ended;
  g.trace->threads[self.id].ended = 1;
  g.trace->threads[self.id].events = self.events;
  --g.live;
  if (g.live == 0 && g.outside == 0) {
    g.holder = 0;
    unlock_state();
    return;
  }
  decide(self);
}

void memory_point(Thread& self, const volatile void* address, Operation operation, std::uintptr_t site) {
  self.is_busy = true;
  if (g.stuck > 0) settle_stuck();
  self.operation = operation;
  self.site = site;
  self.address = reinterpret_cast<std::uint64_t>(address);
  self.is_write = operation == Operation::memory_write;
  self.object = nullptr;
  self.block = Block::none;
  count_event(self, true);
  const bool is_local = note_access(self, self.address, self.is_write, site);
  if (operation == Operation::memory_write) {
    self.reads_in_row = 0;
  } else if (++self.reads_in_row > kSpinReads) {
    self.reads_in_row = 0;
    self.is_yielding = true;
  }
  if (!self.is_yielding && ++self.run_length < kFairness && !wants_memory_decision(self, is_local)) {
    self.is_busy = false;
    return;
  }
  self.is_timed_out = false;
  self.is_woken = false;
  lock_state();
  stand(self);
}

void leave_control(LeftReason reason) {
  g.trace->header.left_reason.store(reason, std::memory_order_relaxed);
  g.trace->header.end.store(RunEnd::left_control, std::memory_order_release);
  raw::Message message;
  message.text(kMessagePrefix).text("gave up control: ");
  message.text(reason == LeftReason::too_many_threads ? "too many threads" : "a wait that it cannot see")
      .text("\n");
  message.send();
  g.is_active.store(false, std::memory_order_release);
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    if (g.threads[i].state == ThreadState::parked) send_token(g.threads[i]);
  }
}

}  // namespace repro::schedule::controlled
