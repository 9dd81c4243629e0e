#include "harness/schedule/trace_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/schedule/preload/noise/report.h"
#include "harness/schedule/protocol.h"

namespace repro::schedule {
namespace {

std::string_view name_of(Operation operation) {
  switch (operation) {
    case Operation::none:
      return "none";
    case Operation::thread_start:
      return "thread_start";
    case Operation::thread_end:
      return "thread_end";
    case Operation::thread_create:
      return "thread_create";
    case Operation::join:
      return "join";
    case Operation::detach:
      return "detach";
    case Operation::mutex_lock:
      return "mutex_lock";
    case Operation::mutex_trylock:
      return "mutex_trylock";
    case Operation::mutex_timedlock:
      return "mutex_timedlock";
    case Operation::mutex_unlock:
      return "mutex_unlock";
    case Operation::cond_wait:
      return "cond_wait";
    case Operation::cond_timedwait:
      return "cond_timedwait";
    case Operation::cond_signal:
      return "cond_signal";
    case Operation::cond_broadcast:
      return "cond_broadcast";
    case Operation::rwlock_read:
      return "rwlock_read";
    case Operation::rwlock_write:
      return "rwlock_write";
    case Operation::rwlock_unlock:
      return "rwlock_unlock";
    case Operation::semaphore_wait:
      return "semaphore_wait";
    case Operation::semaphore_post:
      return "semaphore_post";
    case Operation::barrier_wait:
      return "barrier_wait";
    case Operation::once:
      return "once";
    case Operation::static_guard:
      return "static_guard";
    case Operation::spin_lock:
      return "spin_lock";
    case Operation::spin_unlock:
      return "spin_unlock";
    case Operation::yield:
      return "yield";
    case Operation::sleep:
      return "sleep";
    case Operation::futex_wait:
      return "futex_wait";
    case Operation::futex_wake:
      return "futex_wake";
    case Operation::input_output:
      return "input_output";
    case Operation::fork:
      return "fork";
    case Operation::memory_read:
      return "memory_read";
    case Operation::memory_write:
      return "memory_write";
    case Operation::basic_block:
      return "basic_block";
    case Operation::cancel:
      return "cancel";
    case Operation::signal:
      return "signal";
    case Operation::count_:
      break;
  }
  return "unknown";
}

std::string_view name_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::none:
      return "";
    case ObjectKind::mutex:
      return "mutex";
    case ObjectKind::condition:
      return "condition";
    case ObjectKind::rwlock:
      return "rwlock";
    case ObjectKind::semaphore:
      return "semaphore";
    case ObjectKind::barrier:
      return "barrier";
    case ObjectKind::once:
      return "once";
    case ObjectKind::static_guard:
      return "static guard";
    case ObjectKind::spin_lock:
      return "spin lock";
    case ObjectKind::thread:
      return "thread";
    case ObjectKind::futex:
      return "futex";
    case ObjectKind::descriptor:
      return "descriptor";
    case ObjectKind::memory:
      return "memory";
    case ObjectKind::time:
      return "time";
  }
  return "";
}

std::string object_name(ObjectKind kind, std::uint32_t number) {
  const std::string_view name = name_of(kind);
  if (name.empty() || number == 0) return std::string(name);
  return fmt::format("{} {}", name, number);
}

ScheduleEnd end_of(RunEnd end) {
  switch (end) {
    case RunEnd::not_started:
      return ScheduleEnd::not_loaded;
    case RunEnd::running:
      return ScheduleEnd::cut;
    case RunEnd::exited:
      return ScheduleEnd::exited;
    case RunEnd::deadlock:
      return ScheduleEnd::deadlock;
    case RunEnd::step_limit:
      return ScheduleEnd::step_limit;
    case RunEnd::left_control:
      return ScheduleEnd::left_control;
  }
  return ScheduleEnd::cut;
}

std::string words_of(LeftReason reason) {
  switch (reason) {
    case LeftReason::none:
      break;
    case LeftReason::too_many_threads:
      return fmt::format("more than {} threads", kMaxThreads);
    case LeftReason::unknown_wait:
      return "a thread waits where the scheduler cannot see it";
  }
  return {};
}

std::optional<std::uint32_t> thread_of(std::uint32_t thread) {
  return thread == kNoThread ? std::nullopt : std::optional(thread);
}

template <class Value>
Value get(const std::atomic<Value>& value) {
  return value.load(std::memory_order_relaxed);
}

/// Reads one trace; `modules` bounds the indexes that sites may have.
class Reader {
 public:
  explicit Reader(const Trace& trace) : trace_(trace) {}

  ScheduleRecord read() const {
    ScheduleRecord record;
    const TraceHeader& header = trace_.header;
    if (header.magic != kTraceMagic || header.version != kProtocolVersion) return record;
    record.end = end_of(get(header.end));
    record.note = words_of(get(header.left_reason));
    record.seed = header.seed;
    record.counts = read_counts();
    record.interleaving_hash = get(header.interleaving_hash);
    record.dropped_switches = get(header.dropped_deviations);
    record.ignored_switches = get(header.ignored_plan_entries);
    for (std::uint32_t i = 0; i < modules(); ++i) record.modules.push_back(read_module(trace_.modules[i]));
    for (std::uint32_t i = 0; i < threads(); ++i) record.threads.push_back(read_thread(trace_.threads[i]));
    const std::uint32_t deviations = std::min(get(header.deviations), kMaxDeviations);
    record.switches.reserve(deviations);
    for (std::uint32_t i = 0; i < deviations; ++i) {
      record.switches.push_back(read_switch(trace_.deviations[i]));
    }
    const std::uint32_t waits = std::min(get(header.waits), kMaxThreads);
    for (std::uint32_t i = 0; i < waits; ++i) record.waits.push_back(read_wait(trace_.waits[i]));
    return record;
  }

 private:
  [[nodiscard]] std::uint32_t modules() const { return std::min(get(trace_.header.modules), kMaxModules); }
  [[nodiscard]] std::uint32_t threads() const { return std::min(get(trace_.header.threads), kMaxThreads); }

  [[nodiscard]] CodeSite site_of(const Site& site) const {
    CodeSite read;
    if (site.module < modules()) read.module = site.module;
    read.offset = site.offset;
    return read;
  }

  [[nodiscard]] ScheduleCounts read_counts() const {
    const TraceHeader& header = trace_.header;
    ScheduleCounts counts;
    counts.threads = threads();
    for (const std::atomic<std::uint64_t>& points : header.points) counts.points += get(points);
    counts.decisions = get(header.steps);
    counts.switches = get(header.switches);
    counts.preemptions = get(header.preemptions);
    counts.outside_waits = get(header.outside_waits);
    counts.uncontrolled_threads = get(header.uncontrolled_threads);
    counts.has_memory_points = get(header.has_memory_points) != 0;
    return counts;
  }

  static ScheduleModule read_module(const ModuleEntry& entry) {
    ScheduleModule module;
    module.path.assign(entry.path, ::strnlen(entry.path, sizeof entry.path));
    const std::size_t bytes = std::min<std::size_t>(entry.build_id_bytes, sizeof entry.build_id);
    for (std::size_t i = 0; i < bytes; ++i) module.build_id += fmt::format("{:02x}", entry.build_id[i]);
    return module;
  }

  [[nodiscard]] ScheduleThread read_thread(const ThreadEntry& entry) const {
    ScheduleThread thread;
    thread.parent = thread_of(entry.parent);
    thread.start_routine = site_of(entry.start_routine);
    thread.created_at = site_of(entry.created_at);
    thread.events = entry.events;
    thread.has_ended = entry.ended != 0;
    return thread;
  }

  [[nodiscard]] ScheduleSwitch read_switch(const Deviation& deviation) const {
    ScheduleSwitch change;
    change.thread = deviation.thread;
    change.event = deviation.event;
    change.next_thread = deviation.next_thread;
    change.is_preemptive = deviation.preemptive != 0;
    change.operation = name_of(deviation.operation);
    change.object = object_name(deviation.object_kind, deviation.object);
    change.site = site_of(deviation.site);
    change.step = deviation.step;
    return change;
  }

  [[nodiscard]] ScheduleWait read_wait(const WaitEdge& edge) const {
    ScheduleWait wait;
    wait.thread = edge.thread;
    wait.operation = name_of(edge.operation);
    wait.object = object_name(edge.object_kind, edge.object);
    wait.site = site_of(edge.site);
    wait.holder = thread_of(edge.holder);
    wait.holder_has_ended = edge.holder_has_ended != 0;
    wait.taken_at = site_of(edge.taken_at);
    return wait;
  }

  const Trace& trace_;
};

}  // namespace

Result<TraceFile> TraceFile::create(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.is_open() || ::ftruncate(fd.get(), sizeof(Trace)) != 0) {
    return fail_errno(ErrorKind::environment, fmt::format("cannot make the trace file '{}'", path), errno);
  }
  void* memory = ::mmap(nullptr, sizeof(Trace), PROT_READ, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) {
    return fail_errno(ErrorKind::environment, fmt::format("cannot map the trace file '{}'", path), errno);
  }
  return TraceFile(path, std::move(fd), memory);
}

TraceFile::TraceFile(TraceFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      memory_(std::exchange(other.memory_, nullptr)) {}

TraceFile::~TraceFile() {
  if (memory_ != nullptr) ::munmap(memory_, sizeof(Trace));
}

Result<void> TraceFile::clear() {
  // A file that was cut and grown again reads as zeros, and the pages that nobody touches never exist.
  if (::ftruncate(fd_.get(), 0) != 0 || ::ftruncate(fd_.get(), sizeof(Trace)) != 0) {
    return fail_errno(ErrorKind::environment, fmt::format("cannot clear the trace file '{}'", path_), errno);
  }
  return {};
}

ScheduleRecord TraceFile::read() const {
  // A subject may have cut the file, and reading mapped memory behind its end would kill the harness.
  if (::lseek(fd_.get(), 0, SEEK_END) < static_cast<off_t>(sizeof(Trace))) return {};
  return Reader(*static_cast<const Trace*>(memory_)).read();
}

std::string empty_noise_report() {
  const noise::NoiseReport report;
  std::string bytes(sizeof report, '\0');
  std::memcpy(bytes.data(), &report, sizeof report);
  return bytes;
}

ScheduleRecord read_noise_report(std::string_view bytes) {
  ScheduleRecord record;
  noise::NoiseReport report;
  if (bytes.size() < sizeof report) return record;
  std::memcpy(&report, bytes.data(), sizeof report);
  if (report.magic != noise::kReportMagic || report.processes == 0) return record;
  record.end = ScheduleEnd::exited;
  record.counts.threads = report.threads;
  record.counts.points = report.points;
  record.counts.actions = report.delays;
  record.counts.delayed_ns = report.delayed_ns;
  return record;
}

std::string encode_plan(std::span<const ScheduleSwitch> switches) {
  std::vector<Deviation> entries;
  entries.reserve(switches.size());
  for (const ScheduleSwitch& change : switches) {
    Deviation entry;
    entry.thread = change.thread;
    entry.event = change.event;
    entry.next_thread = change.next_thread;
    entry.preemptive = change.is_preemptive ? 1 : 0;
    entries.push_back(entry);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Deviation& a, const Deviation& b) {
    return a.thread != b.thread ? a.thread < b.thread : a.event < b.event;
  });
  PlanHeader header;
  header.deviations = static_cast<std::uint32_t>(entries.size());
  std::string bytes(sizeof header + entries.size() * sizeof(Deviation), '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  if (!entries.empty()) {
    std::memcpy(bytes.data() + sizeof header, entries.data(), entries.size() * sizeof(Deviation));
  }
  return bytes;
}

}  // namespace repro::schedule
