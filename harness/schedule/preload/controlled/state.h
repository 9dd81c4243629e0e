#pragma once

// The state of a controlled process: its threads, the objects they wait for, and who holds the token.
//
// One instance, in zero-initialised storage: it must exist before any constructor has run, survive the last
// destructor, and be a root for LeakSanitizer (a thread's argument may be known to nobody else). All of it is
// guarded by `lock`, except what is said to belong to its thread.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <pthread.h>

#include "harness/schedule/protocol.h"

namespace repro::schedule::controlled {

/// What makes a parked thread able to run again.
enum class Block : std::uint8_t {
  none,        ///< nothing: it can run
  owner,       ///< object->owner is nobody
  exclusive,   ///< nobody owns the object and nobody reads it
  value,       ///< the semaphore is above 0
  woken,       ///< another thread woke it (condition, barrier, futex, once)
  joined,      ///< thread `target` ended
  descriptor,  ///< one of `polled` is ready
  time,        ///< only its deadline
};

enum class ThreadState : std::uint8_t {
  unused,
  parked,   ///< waits for the token, at a point; may or may not be able to run
  running,  ///< holds the token
  outside,  ///< runs without the token: in a call that waits for something else than a thread of ours
  ended,
};

/// Where a new thread waits for its first turn.
enum class StartGate : std::uint8_t {
  entry,            ///< before its start routine
  alternate_stack,  ///< when ASan's runtime has registered it: at its sigaltstack()
  first_point,      ///< at its first point, because a runtime of unknown order starts it
};

struct Object {
  const volatile void* address;
  ObjectKind kind;
  std::uint32_t number;  ///< by first use, from 1
  std::uint32_t owner;   ///< thread + 1; 0: nobody
  std::uint32_t depth;   ///< how often the owner holds it
  std::uint32_t readers;
  std::uint32_t last_reader;  ///< thread + 1
  std::uint32_t arrived;      ///< barrier
  std::uint32_t expected;     ///< barrier: threads; once: the bits that say "in progress"
  std::uintptr_t taken_at;
};

struct Thread {
  std::atomic<std::uint32_t> token;  ///< futex: 1 = the thread may go on
  std::uint32_t id;
  ThreadState state;
  StartGate gate;
  bool has_arrived;  ///< its kernel thread has come to the gate
  bool is_busy;      ///< inside the scheduler: hooks called by signal handlers go straight through
  bool is_declared_outside;
  bool is_stuck_outside;  ///< the watcher took the token away
  bool is_joined;
  bool is_detached;
  bool cancel_asked;
  std::uint8_t destructor_rounds;

  // The pending operation, valid while parked.
  Operation operation;
  Block block;
  bool is_yielding;
  bool is_woken;
  bool is_timed_out;
  Object* object;
  std::uintptr_t site;
  std::uint64_t address;  ///< of a memory access; else of the object
  bool is_write;
  std::uint32_t target;      ///< joined thread
  std::int64_t deadline_ns;  ///< virtual CLOCK_MONOTONIC; 0: none
  std::uint64_t wait_order;  ///< since when, for first come first served
  void* polled;              ///< pollfd array of the waiting call
  std::uint32_t polled_count;

  // Life.
  pthread_t handle;
  std::int32_t tid;
  std::uint32_t parent;
  std::uint32_t children;
  std::uint64_t path_hash;
  void* (*start)(void*);
  void* argument;
  std::uint64_t stack_low;
  std::uint64_t stack_high;

  // Strategy.
  std::uint64_t events;
  std::uint64_t priority;
  std::uint64_t run_length;    ///< decisions in a row that this thread won
  std::uint64_t reads_in_row;  ///< reads and blocks since its last write or synchronisation
  std::uint64_t weight;        ///< surw: accesses to the chosen address still to come
  bool is_held_back;           ///< surw, guided, aim
  std::uint32_t plan_next;     ///< replay: index of its next plan entry
  std::uint32_t plan_end;
  std::uint64_t clock_reads;  ///< in a row
};

struct Scheduler {
  std::atomic<std::uint32_t> lock;
  std::atomic<bool> is_active;  ///< control is on
  bool is_ready;                ///< init ran
  bool is_claimed;              ///< the trace belongs to this process
  bool is_ending;
  std::uint32_t holder;   ///< thread + 1; 0: nobody holds the token
  std::uint32_t watcher;  ///< thread + 1: parked, looks after stuck holders and idle times
  std::uint32_t thread_count;
  std::uint32_t live;     ///< controlled and not ended
  std::uint32_t outside;  ///< in state outside
  std::uint32_t stuck;    ///< of these: taken from by the watcher
  std::uint64_t chances;  ///< decisions at which the strategy could do something that matters
  std::uint32_t pollers;  ///< parked with Block::descriptor
  std::uint32_t timed;    ///< parked with a deadline
  std::uint64_t wait_counter;
  std::uint64_t budget_used;
  std::uint64_t budget;
  std::int64_t virtual_offset_ns;
  std::int64_t base_monotonic_ns;
  std::int64_t base_realtime_ns;
  std::int64_t idle_since_ns;
  std::uint64_t stuck_steps;
  std::uint64_t stuck_cpu_ticks;
  std::uint32_t stuck_slices;
  pthread_key_t end_key;
  Trace* trace;
  /// Where the files of a run are mapped that its replay has not, or has in another size. Every run has these
  /// places: what the program maps later, stacks above all, lies at the same addresses in both, and with it
  /// the thread ids, which programs hash (std::barrier of libstdc++ does).
  char* profile_place;
  char* plan_place;
  Thread threads[kMaxThreads];
};

extern Scheduler g;
extern thread_local Thread* t_self __attribute__((tls_model("initial-exec")));

// --- Entering from hooks (hooks call these and nothing below)
// -----------------------------------------------

/// The calling thread, if it is to be controlled in this call; nullptr: call the real function.
[[nodiscard]] Thread* enter();
/// The same for hooks that are no points. Sanitizers call those under locks of their own, also in a new
/// thread before its turn, so nothing may wait here.
[[nodiscard]] Thread* current_thread();

/// A point before an operation that can always go on.
void point(Thread& self, Operation operation, Object* object, std::uintptr_t site);
/// A point before an operation that waits; returns when it may be done. False: `deadline_ns` (virtual
/// monotonic; 0: none) came first, or a cancellation was asked for.
[[nodiscard]] bool wait_until(Thread& self, Operation operation, Object* object, std::uintptr_t site,
                              Block block, std::int64_t deadline_ns = 0);
/// A point before a memory access, or at a basic block. `address` is nullptr for the latter.
void memory_point(Thread& self, const volatile void* address, Operation operation, std::uintptr_t site);
/// Wakes up to `count` threads that wait for `object` with Block::woken, first come first served; how many.
std::uint32_t wake(Object& object, std::uint32_t count);
/// Before and after a call that may wait for something outside.
void leave(Thread& self, Operation operation, std::uintptr_t site);
void come_back(Thread& self);

/// The object at `address`; made at first use. Never nullptr.
[[nodiscard]] Object* object_at(const volatile void* address, ObjectKind kind);
void forget_object(const volatile void* address);

// --- Threads --------------------------------------------------------------------------------------------

/// A record for a thread that `parent` is about to create; nullptr when the table is full.
[[nodiscard]] Thread* new_thread(Thread& parent, std::uintptr_t site);
/// The kernel thread of `self` has come to its gate: waits for its first turn.
void arrive(Thread& self);
void thread_ends(Thread& self);
/// The real thread exists: it can be chosen from now on.
void thread_is_created(Thread& child, pthread_t handle, std::uintptr_t site);
void creation_failed(Thread& child);
/// First thing in the new kernel thread: it is `self`.
void mark_arrival(Thread& self);
[[nodiscard]] Thread* find_thread(pthread_t handle);
/// After fork, in the child: only `self` is left.
void restart_in_child(Thread& self);

// --- Inside the scheduler ---------------------------------------------------------------------------------

void lock_state();
void unlock_state();
[[nodiscard]] bool can_run(const Thread& thread);
/// Somebody asked to cancel `thread`, and it stands at a cancellation point.
[[nodiscard]] bool is_cancelled(const Thread& thread);
/// Virtual CLOCK_MONOTONIC.
[[nodiscard]] std::int64_t now_ns();
[[nodiscard]] std::int64_t realtime_offset_ns();
/// Takes the trace for this process, with its second thread or its end by the scheduler: of a chain of
/// processes that inherit the variables, the one with threads is the one that has a schedule. More than once
/// is harmless.
void begin_trace();
/// Prints why and lets all threads run freely.
void leave_control(LeftReason reason);

/// Reads the environment. False: there is nothing to control, or it is too early to know.
bool start_control();
/// The process ends in order: says so in the trace, adds the run to the profile. More than once is harmless.
void end_of_run();
/// Looks the real clocks up, once that is safe.
void find_clocks();
/// Before pinning: what the subject is to believe of its processors.
void remember_affinity();

}  // namespace repro::schedule::controlled
