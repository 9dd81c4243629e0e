#include "harness/hang/crash_stacks.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/hang/stack_text.h"
#include "harness/hang/thread_stacks.h"

namespace repro::hang {
namespace {

struct CauseName {
  int signal;
  int code;
  std::string_view words;
};

/// si_code of the faults (sigaction(2)).
constexpr std::array kCauses{CauseName{SIGSEGV, SEGV_MAPERR, "nothing is mapped there"},
                             CauseName{SIGSEGV, SEGV_ACCERR, "the mapping does not allow the access"},
                             CauseName{SIGBUS, BUS_ADRALN, "the address is not aligned"},
                             CauseName{SIGBUS, BUS_ADRERR, "beyond the end of a mapped file"},
                             CauseName{SIGFPE, FPE_INTDIV, "integer division by zero"},
                             CauseName{SIGFPE, FPE_INTOVF, "integer overflow"},
                             CauseName{SIGILL, ILL_ILLOPN, "illegal instruction"},
                             CauseName{SIGILL, ILL_ILLOPC, "illegal instruction"}};

std::string describe_cause(const CrashNotice& notice) {
  std::string text = signal_name(notice.signal);
  if (notice.address) text += fmt::format(" at address {:#x}", *notice.address);
  const auto* cause = std::find_if(kCauses.begin(), kCauses.end(), [&](const CauseName& known) {
    return known.signal == notice.signal && known.code == notice.code;
  });
  if (cause != kCauses.end()) return text + fmt::format(" ({})", cause->words);
  if (notice.code == SI_KERNEL) return text + " (an address that no mapping can have)";
  if (notice.code == SI_TKILL || notice.code == SI_USER) return text + " (sent by a process, itself perhaps)";
  return text;
}

/// The line of /proc/PID/maps that holds the address, or the two around it.
std::string describe_mapping(pid_t pid, std::uint64_t address) {
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  std::string before;
  for (std::string line; std::getline(maps, line); before = line) {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &first, &end) != 2) continue;  // NOLINT(*-vararg,cert-err34-c)
    if (address >= end) continue;
    if (address >= first) return fmt::format("in {}\n", printable(line));
    return fmt::format("before {}\n{}", printable(line),
                       before.empty() ? "" : fmt::format("after {}\n", printable(before)));
  }
  return before.empty() ? "" : fmt::format("after {}\n", printable(before));
}

/// Everything inside of the signal's own frame is the handler waiting.
void drop_handler(std::vector<Frame>& frames) {
  const auto is_handler = [](const Frame& frame) {
    return frame.module.ends_with("/librepro-crash.so") || frame.function == "__restore_rt";
  };
  const auto last = std::find_if(frames.rbegin(), frames.rend(), is_handler);
  frames.erase(frames.begin(), last.base());
}

Stack as_stack(ThreadStack thread, bool is_dying, const std::string& cause) {
  Stack stack;
  stack.role = is_dying ? StackRole::access : StackRole::other;
  stack.thread = fmt::format("thread {}", thread.tid);
  stack.heading = is_dying ? fmt::format("thread {} died of {}", thread.tid, cause)
                           : fmt::format("thread {} at that moment", thread.tid);
  stack.frames = std::move(thread.frames);
  return stack;
}

}  // namespace

CrashEvidence describe_crash(const CrashNotice& notice) {
  CrashEvidence evidence;
  evidence.pid = notice.pid;
  evidence.signal = notice.signal;
  evidence.summary = describe_cause(notice);
  evidence.text = fmt::format("process {}: {}\n", notice.pid, evidence.summary);
  if (notice.address) evidence.text += describe_mapping(notice.pid, *notice.address);
  Result<std::vector<ThreadStack>> stacks = read_stacks(notice.pid);
  if (!stacks) {
    evidence.text += fmt::format("no stacks: {}\n", printable(stacks.error().message));
    return evidence;
  }
  std::stable_partition(stacks->begin(), stacks->end(),
                        [&](const ThreadStack& thread) { return thread.tid == notice.tid; });
  for (ThreadStack& thread : *stacks) {
    const bool is_dying = thread.tid == notice.tid;
    if (is_dying) drop_handler(thread.frames);
    const std::string problem = std::move(thread.problem);
    const Stack& stack =
        evidence.stacks.emplace_back(as_stack(std::move(thread), is_dying, evidence.summary));
    evidence.text += fmt::format("\n  {}\n{}", stack.heading, frames_as_text(stack.frames));
    if (!problem.empty()) evidence.text += fmt::format("    (stack incomplete: {})\n", printable(problem));
  }
  return evidence;
}

}  // namespace repro::hang
