// Where control begins: the environment, the first thread, and the records of threads and objects.

#include <cerrno>
#include <cstdlib>
#include <ctime>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/profile.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/strategy.h"
#include "harness/schedule/preload/controlled/trace.h"

namespace repro::schedule::controlled {
namespace {

constexpr std::uint64_t kDefaultSteps = 200'000;
constexpr std::uint64_t kMemoryStepsPerStep = 64;
/// A power of two. A program that uses more objects at once than three quarters of it is not one to control.
constexpr std::uint32_t kObjects = 1U << 16U;

Object objects[kObjects];
std::uint32_t object_count = 0;

[[noreturn]] void refuse(const char* why, const char* detail) {
  raw::Message message;
  message.text(kMessagePrefix).text(why).text(": ").text(detail).text("\n");
  message.send();
  raw::system_call(SYS_exit_group, kUnusableExitStatus);
  __builtin_unreachable();
}

std::uint64_t number_variable(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return otherwise;
  std::uint64_t value = 0;
  if (!raw::parse_number(text, value)) refuse(name, "is not a decimal number");
  return value;
}

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  raw::system_call(SYS_clock_gettime, clock, raw::address(&now));
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// The last round of thread-specific destructors that is ours: C++ thread_local objects and the program's
/// keys come before, the sanitizers' own end of the thread comes in the round after it.
constexpr std::uint8_t kLastRound = 3;

void on_thread_exit(void* value) {
  auto& self = *static_cast<Thread*>(value);
  if (++self.destructor_rounds < kLastRound) {
    pthread_setspecific(g.end_key, value);
    return;
  }
  if (g.is_active.load(std::memory_order_relaxed) && enter() == &self) thread_ends(self);
}

void pin_to_cpu() {
  const std::uint64_t cpu = number_variable(kCpuVariable, ~std::uint64_t{0});
  if (cpu == ~std::uint64_t{0}) return;
  if (cpu >= CPU_SETSIZE) refuse(kCpuVariable, "there is no such processor");
  remember_affinity();
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (raw::system_call(SYS_sched_setaffinity, 0, sizeof one, raw::address(&one)) < 0) {
    refuse(kCpuVariable, "cannot run on this processor");
  }
  g.trace->header.is_pinned.store(1, std::memory_order_relaxed);
}

bool reserve_places() {
  constexpr std::size_t kPlanBytes = sizeof(PlanHeader) + kMaxDeviations * sizeof(Deviation);
  auto* const places = static_cast<char*>(raw::map_memory(kProfileBytes + kPlanBytes));
  if (places == nullptr) return false;
  g.profile_place = places;
  g.plan_place = places + kProfileBytes;
  return true;
}

void fill_header(std::uint64_t seed, std::uint64_t steps) {
  TraceHeader& header = g.trace->header;
  header.magic = kTraceMagic;
  header.version = kProtocolVersion;
  header.strategy = strategy_kind();
  header.strategy_parameter = strategy_parameter();
  header.seed = seed;
  header.step_limit = steps;
  header.end.store(RunEnd::running, std::memory_order_release);
}

std::uint64_t seed_in_use = 0;
std::uint64_t steps_in_use = 0;

Thread& add_thread_record(std::uint32_t parent) {
  Thread& thread = g.threads[g.thread_count];
  thread.id = g.thread_count;
  thread.parent = parent;
  thread.state = ThreadState::parked;
  if (parent == kNoThread) {
    thread.path_hash = mix(1);
  } else {
    thread.path_hash = mix(g.threads[parent].path_hash * 31 + ++g.threads[parent].children);
  }
  ++g.thread_count;
  ++g.live;
  return thread;
}

}  // namespace

void begin_trace() {
  if (g.is_claimed) return;
  claim_trace();
  fill_header(seed_in_use, steps_in_use);
  record_thread(g.threads[0], 0);
}

bool start_control() {
  if (environ == nullptr) return false;  // before libc has seen the environment: ask again later
  g.is_ready = true;
  const char* const specification = std::getenv(kStrategyVariable);
  if (specification == nullptr || *specification == '\0' || raw::starts_with(specification, "noise") ||
      raw::equal(specification, "os")) {
    return false;
  }
  seed_in_use = number_variable(kSeedVariable, 0);
  steps_in_use = number_variable(kStepsVariable, kDefaultSteps);
  if (const char* problem = open_trace(std::getenv(kTraceVariable)); problem != nullptr) {
    refuse(kTraceVariable, problem);
  }
  if (!reserve_places()) refuse("cannot control this program", "no memory");
  if (const char* problem = open_profile(std::getenv(kProfileVariable)); problem != nullptr) {
    refuse(kProfileVariable, problem);
  }
  if (const char* problem = configure_strategy(specification, seed_in_use); problem != nullptr) {
    refuse(kStrategyVariable, problem);
  }
  g.budget = steps_in_use * kMemoryStepsPerStep;
  g.base_monotonic_ns = read_clock(CLOCK_MONOTONIC);
  g.base_realtime_ns = read_clock(CLOCK_REALTIME);
  pin_to_cpu();
  Thread& main = add_thread_record(kNoThread);
  main.state = ThreadState::running;
  main.has_arrived = true;
  main.tid = raw::thread_id();
  main.handle = pthread_self();
  g.holder = 1;
  t_self = &main;
  strategy_adds(main, nullptr);
  pthread_key_create(&g.end_key, on_thread_exit);
  pthread_setspecific(g.end_key, &main);
  g.is_active.store(true, std::memory_order_release);
  return true;
}

Thread* new_thread(Thread& parent, std::uintptr_t site) {
  lock_state();
  if (g.thread_count >= kMaxThreads) {
    leave_control(LeftReason::too_many_threads);
    unlock_state();
    return nullptr;
  }
  begin_trace();
  Thread& child = add_thread_record(parent.id);
  child.operation = Operation::thread_start;
  child.site = site;
  // Not a candidate before the real thread exists.
  child.block = Block::woken;
  unlock_state();
  return &child;
}

void thread_is_created(Thread& child, pthread_t handle, std::uintptr_t site) {
  lock_state();
  child.handle = handle;
  child.block = Block::none;
  record_thread(child, site);
  strategy_adds(child, &g.threads[child.parent]);
  unlock_state();
}

void creation_failed(Thread& child) {
  lock_state();
  child.state = ThreadState::ended;
  child.is_joined = true;
  --g.live;
  unlock_state();
}

void mark_arrival(Thread& self) {
  self.tid = raw::thread_id();
  g.trace->threads[self.id].tid = self.tid;
  t_self = &self;
  pthread_setspecific(g.end_key, &self);
}

Thread* find_thread(pthread_t handle) {
  for (std::uint32_t i = g.thread_count; i-- > 0;) {
    Thread& thread = g.threads[i];
    if (thread.state != ThreadState::unused && !thread.is_joined && thread.handle == handle) return &thread;
  }
  return nullptr;
}

void restart_in_child(Thread& self) {
  detach_trace();
  forget_profile();
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    Thread& thread = g.threads[i];
    if (&thread == &self) continue;
    thread.state = ThreadState::ended;
    thread.deadline_ns = 0;
  }
  g.lock.store(0, std::memory_order_relaxed);
  g.live = 1;
  g.outside = 0;
  g.stuck = 0;
  g.pollers = 0;
  g.timed = 0;
  g.watcher = 0;
  g.holder = self.id + 1;
  self.state = ThreadState::running;
  self.tid = raw::thread_id();
  self.is_busy = false;
  fill_header(seed_in_use, steps_in_use);
  strategy_forks();
}

Object* object_at(const volatile void* address, ObjectKind kind) {
  const auto key = reinterpret_cast<std::uintptr_t>(address);
  std::uint32_t slot = static_cast<std::uint32_t>((key >> 3U) * 0x9e3779b1U) % kObjects;
  while (objects[slot].address != nullptr && objects[slot].address != address) slot = (slot + 1) % kObjects;
  Object& object = objects[slot];
  if (object.address == nullptr) {
    if (object_count * 4 >= kObjects * 3)
      refuse("cannot control this program", "too many synchronisation objects");
    object.address = address;
    object.number = ++object_count;
    object.kind = kind;
  } else if (object.kind != kind) {
    forget_object(address);
    object.kind = kind;
  }
  return &object;
}

void forget_object(const volatile void* address) {
  const auto key = reinterpret_cast<std::uintptr_t>(address);
  std::uint32_t slot = static_cast<std::uint32_t>((key >> 3U) * 0x9e3779b1U) % kObjects;
  while (objects[slot].address != nullptr && objects[slot].address != address) slot = (slot + 1) % kObjects;
  Object& object = objects[slot];
  object.owner = 0;
  object.depth = 0;
  object.readers = 0;
  object.last_reader = 0;
  object.arrived = 0;
  object.expected = 0;
}

void end_of_run() {
  if (!g.is_active.load(std::memory_order_relaxed) || g.trace == nullptr) return;
  if (g.is_ending) return;
  g.is_ending = true;
  if (!g.is_claimed) {  // it had one thread; a later process may still have more, and takes the trace over
    if (g.trace->header.process != 0) return;
    fill_header(seed_in_use, steps_in_use);
    g.trace->header.end.store(RunEnd::exited, std::memory_order_release);
    return;
  }
  lock_state();
  if (g.trace->header.end.load(std::memory_order_relaxed) == RunEnd::running) {
    g.trace->header.end.store(RunEnd::exited, std::memory_order_release);
  }
  save_profile();
  unlock_state();
}

namespace {
__attribute__((constructor)) void begin() {
  find_clocks();
  if (!g.is_ready) start_control();
}
__attribute__((destructor)) void end() { end_of_run(); }
}  // namespace

}  // namespace repro::schedule::controlled
