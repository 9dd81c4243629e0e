// The order of looking matters: counters and system calls first, because reading a stack stops a thread for a
// moment, which counts as a switch and interrupts some calls.

#include "harness/hang/diagnose.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/hang/snapshot.h"
#include "harness/hang/stack_text.h"
#include "harness/hang/thread_stacks.h"
#include "harness/hang/thread_wait.h"
#include "harness/hang/verdict.h"

namespace repro::hang {
namespace {

/// Long enough that a thread which runs gets many clock ticks (10 ms each) and that one which polls a few
/// times a second wakes up; short beside any deadline.
constexpr std::chrono::milliseconds kWatched(500);
/// A tree of hundreds of processes is described by the first of them.
constexpr std::size_t kMostProcesses = 16;

/// One thread with all that was seen of it.
struct SeenThread {
  ObservedThread facts;
  ThreadStack stack;
};

struct SeenProcess {
  pid_t pid = 0;
  std::string command;
  std::vector<SeenThread> threads;
  std::string problem;  ///< why there are no stacks
};

std::uint64_t to_milliseconds(std::uint64_t ticks) {
  const long per_second = ::sysconf(_SC_CLK_TCK);
  return ticks * 1000 / static_cast<std::uint64_t>(per_second > 0 ? per_second : 100);
}

ReadMemory memory_of(pid_t pid) {
  return [pid](std::uint64_t address, std::span<std::byte> to) {
    iovec local{to.data(), to.size()};
    // An address of the other process. NOLINTNEXTLINE(performance-no-int-to-ptr)
    iovec remote{reinterpret_cast<void*>(address), to.size()};
    return ::process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(to.size());
  };
}

bool thread_exists(pid_t tid) { return ::kill(tid, 0) == 0 || errno == EPERM; }

/// A thread of the sanitizer's runtime polls for ever, and says nothing about the subject.
bool is_of_runtime(const ThreadStack& stack) {
  return std::ranges::any_of(stack.frames, [](const Frame& frame) {
    return frame.function.starts_with("__tsan::BackgroundThread") ||
           frame.function.starts_with("__sanitizer::BackgroundThread") ||
           frame.function.starts_with("__asan::BackgroundThread");
  });
}

bool is_in_yield(const ThreadStack& stack) {
  return !stack.frames.empty() && stack.frames.front().function.ends_with("sched_yield");
}

class Watch {
 public:
  explicit Watch(std::span<const pid_t> pids)
      : pids_(pids.begin(),
              pids.begin() + static_cast<std::ptrdiff_t>(std::min(pids.size(), kMostProcesses))),
        left_out_(pids.size() - pids_.size()) {}

  HangDiagnosis diagnose() {
    const std::vector<ProcessSnapshot> before = take_snapshot(pids_);
    const auto started = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(kWatched);
    const std::vector<ProcessSnapshot> after = take_snapshot(pids_);
    observation_.watched =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    read_threads(before, after);
    for (SeenProcess& process : processes_) read_stacks_of(process);
    observe();
    return conclude();
  }

 private:
  void read_threads(const std::vector<ProcessSnapshot>& before, const std::vector<ProcessSnapshot>& after) {
    std::map<pid_t, const ThreadSnapshot*> earlier;
    for (const ProcessSnapshot& process : before) {
      for (const ThreadSnapshot& thread : process.threads) earlier[thread.tid] = &thread;
    }
    std::set<pid_t> tids;
    for (const ProcessSnapshot& process : after) {
      for (const ThreadSnapshot& thread : process.threads) tids.insert(thread.tid);
    }
    const auto is_thread = [&](pid_t tid) { return tids.contains(tid); };
    for (const ProcessSnapshot& process : after) {
      SeenProcess& seen = processes_.emplace_back();
      seen.pid = process.pid;
      seen.command = process.command;
      for (const ThreadSnapshot& thread : process.threads) {
        const auto known = earlier.find(thread.tid);
        const ThreadSnapshot& first = known == earlier.end() ? thread : *known->second;
        SeenThread& one = seen.threads.emplace_back();
        one.facts = {process.pid,
                     thread.tid,
                     thread.name,
                     thread.state,
                     to_milliseconds(thread.cpu_ticks - std::min(first.cpu_ticks, thread.cpu_ticks)),
                     thread.switches - std::min(first.switches, thread.switches),
                     decode_wait(thread.system_call, memory_of(process.pid), is_thread),
                     false};
        one.stack.tid = thread.tid;
      }
    }
  }

  static void read_stacks_of(SeenProcess& process) {
    Result<std::vector<ThreadStack>> stacks = read_stacks(process.pid);
    if (!stacks) {
      process.problem = stacks.error().message;
      return;
    }
    for (SeenThread& thread : process.threads) {
      const auto found = std::ranges::find(*stacks, thread.facts.tid, &ThreadStack::tid);
      if (found != stacks->end()) thread.stack = std::move(*found);
    }
  }

  /// What the verdict is about, in the order of `judged_`.
  void observe() {
    for (SeenProcess& process : processes_) {
      for (SeenThread& thread : process.threads) {
        if (is_of_runtime(thread.stack) || thread.facts.state == 'Z') continue;
        judged_.push_back(&thread);
        thread.facts.is_yielding = is_in_yield(thread.stack);
        observation_.threads.push_back(thread.facts);
      }
    }
    observation_.exists = thread_exists;
  }

  [[nodiscard]] HangDiagnosis conclude() const {
    const Verdict verdict = decide(observation_);
    HangDiagnosis diagnosis;
    diagnosis.verdict = verdict.name;
    diagnosis.summary = verdict.summary;
    for (const std::size_t index : verdict.threads) diagnosis.stacks.push_back(as_stack(*judged_[index]));
    diagnosis.text = fmt::format("verdict: {}\n", printable(verdict.summary));
    for (const SeenProcess& process : processes_) diagnosis.text += describe(process);
    if (left_out_ > 0) diagnosis.text += fmt::format("{} more processes are not shown\n", left_out_);
    return diagnosis;
  }

  static Stack as_stack(const SeenThread& thread) {
    Stack stack;
    stack.role = StackRole::access;
    stack.heading = heading(thread);
    stack.thread = fmt::format("thread {}", thread.facts.tid);
    stack.frames = thread.stack.frames;
    return stack;
  }

  static std::string heading(const SeenThread& thread) {
    return fmt::format("thread {} '{}' {}", thread.facts.tid, printable(thread.facts.name),
                       describe_wait(thread.facts));
  }

  /// Where a descriptor leads: `/tmp/x`, `pipe:[4711]`, `socket:[42]`.
  static std::string describe_descriptor(const ObservedThread& thread) {
    if (!thread.wait.descriptor) return {};
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(
        fmt::format("/proc/{}/fd/{}", thread.pid, *thread.wait.descriptor), error);
    return error ? "" : fmt::format(" ({})", printable(target));
  }

  static std::string describe(const SeenProcess& process) {
    std::string text = fmt::format("\nprocess {} ({}), threads: {}\n", process.pid,
                                   printable(process.command), process.threads.size());
    if (!process.problem.empty()) text += fmt::format("  no stacks: {}\n", printable(process.problem));
    for (const SeenThread& thread : process.threads) {
      text += fmt::format("\n  {}{}; in {} ms: {} ms of processor time, {} switches\n", heading(thread),
                          describe_descriptor(thread.facts), kWatched.count(), thread.facts.cpu_ms,
                          thread.facts.switches);
      text += frames_as_text(thread.stack.frames);
      if (!thread.stack.problem.empty()) {
        text += fmt::format("    (stack incomplete: {})\n", printable(thread.stack.problem));
      }
    }
    return text;
  }

  std::vector<pid_t> pids_;
  std::size_t left_out_;
  std::vector<SeenProcess> processes_;
  std::vector<SeenThread*> judged_;
  Observation observation_;
};

}  // namespace

HangDiagnosis diagnose(std::span<const pid_t> pids) { return Watch(pids).diagnose(); }

}  // namespace repro::hang
