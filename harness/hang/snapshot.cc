#include "harness/hang/snapshot.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::hang {
namespace {

constexpr std::size_t kLongestCommand = 200;

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

}  // namespace repro::hang
