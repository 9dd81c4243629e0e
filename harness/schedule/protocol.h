#pragma once

// What passes between the harness and the scheduler that is preloaded into a subject.
//
// The harness names files in the environment; the scheduler maps them shared, so what it wrote is there
// whatever ends the process, SIGKILL included. Both sides are built together and run on one machine: plain
// structs in native form, a version in each header. Nothing here needs more than the language, because one
// of the readers lives in processes where no library may be called.
//
// A schedule is the list of its deviations from the baseline policy "go on with the current thread while it
// can run, else the next runnable one in the circle of thread numbers; who yields, or spins, counts as unable
// to run where another can". A deviation is keyed by the thread that stopped and by that thread's own count
// of decisions, so that removing one does not shift the others. One whose target cannot run is ignored.
// (Representation as in tsan11rec and CHESS's context bounds, with the keys made thread-local.)
//
// The order of preloads: a sanitizer's shared runtime (libasan, libtsan) that the subject needs may stand
// before or behind the scheduler in LD_PRELOAD. Behind (or not named at all), ASan's runtime wants
// verify_asan_link_order=0.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace repro::schedule {

// --- Environment -----------------------------------------------------------------------------------------

/// Strategy: random, pct[:DEPTH], pos, surw, guided, aim, replay, noise[:...]. Unset or empty: the library
/// does nothing.
inline constexpr const char* kStrategyVariable = "REPRO_SCHEDULE";
/// Decimal, 64 bits; hashed before use, so consecutive seeds are independent. Unset: 0.
inline constexpr const char* kSeedVariable = "REPRO_SCHEDULE_SEED";
/// File of sizeof(Trace) zero bytes (sparse), made by the harness for this run. Unset: no trace is kept.
inline constexpr const char* kTraceVariable = "REPRO_SCHEDULE_TRACE";
/// File of kProfileBytes zero bytes (sparse), made once per arm. It collects what runs of the arm have
/// learned. Unset: every run starts without knowledge, which weakens pct, surw and guided.
inline constexpr const char* kProfileVariable = "REPRO_SCHEDULE_PROFILE";
/// Read only, PlanHeader and its deviations: what strategy `replay` follows.
inline constexpr const char* kPlanVariable = "REPRO_SCHEDULE_PLAN";
/// Decimal; the run ends as a livelock after so many decisions in which a thread could have been switched.
inline constexpr const char* kStepsVariable = "REPRO_SCHEDULE_STEPS";
/// Comma separated sites for strategy `aim`: MODULE_FILE_NAME+0xOFFSET, offsets as in a sanitizer's frame.
inline constexpr const char* kAimVariable = "REPRO_SCHEDULE_AIM";
/// Decimal number of the one CPU that the subject's threads are pinned to. The program itself still sees
/// the affinity that it was started with. Unset: not pinned, hand-overs between threads cost up to 9x more.
inline constexpr const char* kCpuVariable = "REPRO_SCHEDULE_CPU";

// --- How a controlled process ends when the scheduler ends it ----------------------------------------------

/// Exit statuses of a process that the scheduler ended, apart from those that the harness gives to sanitizers
/// (86 to 89). Beside them the trace says `RunEnd`.
inline constexpr int kDeadlockExitStatus = 91;
inline constexpr int kStepLimitExitStatus = 92;
/// The scheduler cannot work as asked: bad variable, unreadable file, foreign version. Nothing of the
/// subject ran.
inline constexpr int kUnusableExitStatus = 93;
/// Each block on standard error begins with this.
inline constexpr const char* kMessagePrefix = "repro schedule: ";

// --- Trace -------------------------------------------------------------------------------------------------

inline constexpr std::uint64_t kTraceMagic = 0x3172636172706572;  ///< "reprarc1" read as bytes
inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::uint32_t kMaxThreads = 1024;
inline constexpr std::uint32_t kMaxDeviations = 1U << 18U;
inline constexpr std::uint32_t kMaxModules = 256;
inline constexpr std::uint32_t kNoThread = 0xffffffff;
inline constexpr std::uint32_t kNoModule = 0xffffffff;

enum class StrategyKind : std::uint32_t { none, random, pct, pos, surw, guided, aim, replay, noise };

/// How the controlled part of the run ended.
enum class RunEnd : std::uint32_t {
  not_started,   ///< the library was not loaded, or the process died before it
  running,       ///< died without a word: a signal, _exit from a child, or killed by the harness
  exited,        ///< exit() or return from main
  deadlock,      ///< every thread waits for another; see Trace::waits
  step_limit,    ///< the step limit was reached
  left_control,  ///< the scheduler gave up and let all threads run freely; `left_reason` says why
};

enum class LeftReason : std::uint32_t {
  none,
  too_many_threads,  ///< more than kMaxThreads
  unknown_wait,      ///< a thread waits where the scheduler cannot see it while it holds the token
};

/// What a thread is about to do at a decision, or what it waits in.
enum class Operation : std::uint32_t {
  none,
  thread_start,
  thread_end,
  thread_create,
  join,
  detach,
  mutex_lock,
  mutex_trylock,
  mutex_timedlock,
  mutex_unlock,
  cond_wait,
  cond_timedwait,
  cond_signal,
  cond_broadcast,
  rwlock_read,
  rwlock_write,
  rwlock_unlock,
  semaphore_wait,
  semaphore_post,
  barrier_wait,
  once,
  static_guard,  ///< __cxa_guard_acquire of a local static
  spin_lock,
  spin_unlock,
  yield,
  sleep,
  futex_wait,  ///< std::atomic::wait, std::future, syscall(SYS_futex)
  futex_wake,
  input_output,  ///< a call that may wait for something outside: read, poll, accept, waitpid, ...
  fork,
  memory_read,
  memory_write,
  basic_block,  ///< a block of instrumented code: stands for atomic read-modify-writes, which have no
                ///< callback
  cancel,
  signal,
  count_,
};

/// What `object` of a decision or a wait is.
enum class ObjectKind : std::uint32_t {
  none,
  mutex,
  condition,
  rwlock,
  semaphore,
  barrier,
  once,
  static_guard,
  spin_lock,
  thread,
  futex,
  descriptor,
  memory,
  time,
};

/// Code address: offset in modules[module] (address minus load base, as sanitizers print it). It is the
/// return address of the call into the scheduler: look up `offset - 1`.
struct Site {
  std::uint32_t module = kNoModule;
  std::uint32_t padding = 0;
  std::uint64_t offset = 0;  ///< the absolute address where `module` is kNoModule
};

struct Deviation {
  std::uint32_t thread = 0;               ///< that stood at the decision
  std::uint32_t next_thread = 0;          ///< that ran instead
  std::uint64_t event = 0;                ///< which decision of `thread`, counted from 1
  std::uint32_t preemptive = 0;           ///< 1: `thread` could have gone on
  Operation operation = Operation::none;  ///< what `thread` was about to do, or waited in
  ObjectKind object_kind = ObjectKind::none;
  std::uint32_t object = 0;  ///< number of the object by first use; 0: none
  Site site;                 ///< where `thread` was stopped
  std::uint64_t step = 0;    ///< count of decisions of the whole run so far
};

struct ThreadEntry {
  std::uint32_t parent = kNoThread;
  std::uint32_t child_index = 0;  ///< how many threads the parent had made before: the creation path
  std::uint64_t path_hash = 0;    ///< hash of the creation path, the same in every run
  Site start_routine;
  Site created_at;
  std::uint64_t events = 0;  ///< decisions of this thread so far
  std::int32_t tid = 0;      ///< of the kernel; differs from run to run
  std::uint32_t ended = 0;
};

struct ModuleEntry {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint8_t build_id[32] = {};
  std::uint32_t build_id_bytes = 0;
  std::uint32_t padding = 0;
  char path[232] = {};  ///< cut off at the front if longer; the main program has its real path
};

/// One line of the wait-for graph, written when no thread can run.
struct WaitEdge {
  std::uint32_t thread = 0;
  Operation operation = Operation::none;
  ObjectKind object_kind = ObjectKind::none;
  std::uint32_t object = 0;  ///< number of the object by first use
  std::uint64_t object_address = 0;
  Site site;                           ///< where the thread waits
  std::uint32_t holder = kNoThread;    ///< thread that holds it, or that is joined
  std::uint32_t holder_has_ended = 0;  ///< the holder ended while it held the object
  Site taken_at;                       ///< where the holder took it
};

/// Counters only grow while the process runs; a reader beside it may see them between two updates.
struct TraceHeader {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  StrategyKind strategy = StrategyKind::none;
  std::uint64_t strategy_parameter = 0;  ///< depth of pct
  std::uint64_t seed = 0;
  std::uint64_t step_limit = 0;
  std::int32_t process = 0;
  std::atomic<RunEnd> end{RunEnd::not_started};
  std::atomic<LeftReason> left_reason{LeftReason::none};
  std::atomic<std::uint32_t> threads{0};            ///< entries of `threads`
  std::atomic<std::uint32_t> modules{0};            ///< entries of `modules`
  std::atomic<std::uint32_t> deviations{0};         ///< entries of `deviations`
  std::atomic<std::uint32_t> waits{0};              ///< entries of `waits`
  std::atomic<std::uint32_t> has_memory_points{0};  ///< code with callbacks has run
  std::atomic<std::uint32_t> is_pinned{0};
  std::atomic<std::uint64_t> dropped_deviations{0};  ///< found no room: the run cannot be replayed
  std::atomic<std::uint64_t> steps{0};               ///< decisions
  std::atomic<std::uint64_t> switches{0};            ///< decisions after which another thread ran
  std::atomic<std::uint64_t> preemptions{0};         ///< of these: the thread could have gone on
  std::atomic<std::uint64_t> outside_waits{0};   ///< waits for something outside the process: not replayable
  std::atomic<std::uint64_t> timeouts_fired{0};  ///< timed waits and sleeps that virtual time ended
  std::atomic<std::uint64_t> uncontrolled_threads{0};  ///< threads that the scheduler does not run
  std::atomic<std::uint64_t> forks{0};
  std::atomic<std::uint64_t> ignored_plan_entries{0};  ///< replay: deviations whose target could not run
  std::atomic<std::uint64_t> followed_plan_entries{0};
  std::atomic<std::uint64_t> noise_actions{0};    ///< noise: how often it acted
  std::atomic<std::uint64_t> noise_delay_ns{0};   ///< noise: time spent in delays
  std::atomic<std::uint64_t> virtual_time_ns{0};  ///< by how much the subject's clocks were moved
  /// A running hash over every switch: equal in two runs of one interleaving.
  std::atomic<std::uint64_t> interleaving_hash{0};
  std::atomic<std::uint64_t> points[static_cast<std::size_t>(Operation::count_)];  ///< by kind
};

struct Trace {
  TraceHeader header;
  ThreadEntry threads[kMaxThreads];
  ModuleEntry modules[kMaxModules];
  WaitEdge waits[kMaxThreads];
  Deviation deviations[kMaxDeviations];
};

// --- Plan
// ----------------------------------------------------------------------------------------------------

inline constexpr std::uint64_t kPlanMagic = 0x316e616c70706572;  ///< "repplan1" read as bytes

/// The whole plan file: this, then `deviations` entries. Of an entry only `thread`, `event` and
/// `next_thread` are followed; entries of one thread stand in the order of their events.
struct PlanHeader {
  std::uint64_t magic = kPlanMagic;
  std::uint32_t version = kProtocolVersion;
  std::uint32_t deviations = 0;
};

// --- Profile
// -------------------------------------------------------------------------------------------------

/// Only the scheduler knows what is inside; the harness makes the file and keeps it per arm.
inline constexpr std::size_t kProfileBytes = std::size_t{8} << 20U;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<RunEnd>::is_always_lock_free);
static_assert(std::is_standard_layout_v<Trace> && std::is_trivially_destructible_v<Trace>);
static_assert(std::is_trivially_copyable_v<Deviation> && std::is_trivially_copyable_v<PlanHeader>);
static_assert(sizeof(Deviation) == 56 && sizeof(Site) == 16 && sizeof(PlanHeader) == 16);

}  // namespace repro::schedule
