#include "harness/hang/snapshot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::hang {
namespace {

/// Long enough that a thread which runs gets at least one clock tick (10 ms) and a polling one wakes up;
/// short beside any deadline.
constexpr std::chrono::milliseconds kBetween(200);
constexpr std::size_t kLongestCommand = 200;

struct CallName {
  std::string_view number;
  std::string_view name;
};

#if defined(__x86_64__)
/// The calls in which programs wait, by their number on x86-64 (asm/unistd_64.h).
constexpr std::array<CallName, 19> kCallNames{{{"0", "read"},
                                               {"1", "write"},
                                               {"7", "poll"},
                                               {"23", "select"},
                                               {"24", "sched_yield"},
                                               {"34", "pause"},
                                               {"35", "nanosleep"},
                                               {"43", "accept"},
                                               {"45", "recvfrom"},
                                               {"47", "recvmsg"},
                                               {"61", "wait4"},
                                               {"72", "fcntl"},
                                               {"73", "flock"},
                                               {"202", "futex"},
                                               {"230", "clock_nanosleep"},
                                               {"232", "epoll_wait"},
                                               {"247", "waitid"},
                                               {"271", "ppoll"},
                                               {"281", "epoll_pwait"}}};
#else
constexpr std::array<CallName, 0> kCallNames{};
#endif

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string read_command(const std::filesystem::path& process) {
  std::ifstream file(process / "cmdline", std::ios::binary);
  std::string text(kLongestCommand, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  std::replace(text.begin(), text.end(), '\0', ' ');
  return std::string(trim(text));
}

std::uint64_t to_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// State and processor time from `stat`; the name may contain anything, so fields count from its last
/// parenthesis.
void read_stat(const std::string& line, ThreadSnapshot& thread) {
  const std::size_t close = line.rfind(')');
  if (close == std::string::npos || close + 2 >= line.size()) return;
  const std::vector<std::string_view> fields = split(std::string_view(line).substr(close + 2), ' ');
  constexpr std::size_t kState = 0;
  constexpr std::size_t kUserTime = 11;
  constexpr std::size_t kSystemTime = 12;
  if (fields.size() <= kSystemTime || fields[kState].empty()) return;
  thread.state = fields[kState].front();
  thread.cpu_ticks = to_number(fields[kUserTime]) + to_number(fields[kSystemTime]);
}

void read_switches(const std::filesystem::path& task, ThreadSnapshot& thread) {
  std::ifstream file(task / "status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.find("ctxt_switches:") == std::string::npos) continue;
    thread.switches += to_number(trim(std::string_view(line).substr(line.find(':') + 1)));
  }
}

ThreadSnapshot read_thread(const std::filesystem::path& task, pid_t tid) {
  ThreadSnapshot thread;
  thread.tid = tid;
  thread.name = first_line(task / "comm");
  read_stat(first_line(task / "stat"), thread);
  read_switches(task, thread);
  const std::string channel = first_line(task / "wchan");
  if (channel != "0") thread.wait_channel = channel;
  thread.system_call = first_line(task / "syscall");
  return thread;
}

std::string name_call(const std::string& call) {
  const std::string_view number = std::string_view(call).substr(0, call.find(' '));
  const auto* known = std::find_if(kCallNames.begin(), kCallNames.end(),
                                   [&](const CallName& candidate) { return candidate.number == number; });
  return known == kCallNames.end() ? fmt::format("system call {}", number) : std::string(known->name);
}

std::string_view name_state(char state) {
  switch (state) {
    case 'R':
      return "running";
    case 'S':
      return "sleeping";
    case 'D':
      return "in uninterruptible sleep";
    case 'T':
      return "stopped";
    case 't':
      return "stopped by a debugger";
    case 'Z':
      return "a zombie";
    case 'X':
      return "dead";
    default:
      return "in an unknown state";
  }
}

std::string describe_thread(const ThreadSnapshot& before, const ThreadSnapshot& after) {
  std::string text =
      fmt::format("  thread {} '{}': {}", after.tid, printable(after.name), name_state(after.state));
  if (!after.system_call.empty() && after.system_call != "running")
    text += " in " + name_call(after.system_call);
  if (!after.wait_channel.empty()) text += fmt::format(" ({})", after.wait_channel);
  const std::uint64_t ticks = after.cpu_ticks - std::min(after.cpu_ticks, before.cpu_ticks);
  const std::uint64_t switches = after.switches - std::min(after.switches, before.switches);
  text += fmt::format("; in {} ms: {} clock ticks of processor time, {} switches\n", kBetween.count(), ticks,
                      switches);
  return text;
}

}  // namespace

std::vector<ProcessSnapshot> take_snapshot(std::span<const pid_t> pids) {
  std::vector<ProcessSnapshot> processes;
  for (const pid_t pid : pids) {
    const std::filesystem::path folder = fmt::format("/proc/{}", pid);
    ProcessSnapshot process;
    process.pid = pid;
    process.command = read_command(folder);
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator(folder / "task", error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      const auto tid = static_cast<pid_t>(to_number(entry->path().filename().string()));
      process.threads.push_back(read_thread(entry->path(), tid));
    }
    if (process.threads.empty()) continue;
    std::sort(process.threads.begin(), process.threads.end(),
              [](const ThreadSnapshot& a, const ThreadSnapshot& b) { return a.tid < b.tid; });
    processes.push_back(std::move(process));
  }
  return processes;
}

std::string describe_processes(std::span<const pid_t> pids) {
  std::map<pid_t, ThreadSnapshot> before;
  for (const ProcessSnapshot& process : take_snapshot(pids)) {
    for (const ThreadSnapshot& thread : process.threads) before[thread.tid] = thread;
  }
  std::this_thread::sleep_for(kBetween);
  std::string text;
  for (const ProcessSnapshot& process : take_snapshot(pids)) {
    text += fmt::format("process {} ({}), {} threads:\n", process.pid, printable(process.command),
                        process.threads.size());
    for (const ThreadSnapshot& thread : process.threads) {
      const auto known = before.find(thread.tid);
      text += describe_thread(known == before.end() ? thread : known->second, thread);
    }
  }
  return text;
}

}  // namespace repro::hang
