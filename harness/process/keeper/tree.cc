#include "harness/process/keeper/tree.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"

namespace repro::process::keeper {
namespace {

/// Pss of /proc/PID/smaps_rollup in bytes; 0 when the process is gone or the kernel will not tell.
std::uint64_t proportional_bytes(pid_t pid) {
  std::array<char, 48> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/smaps_rollup", pid);
  const UniqueFd fd(::open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 2048> text{};
  if (!fd.is_open() || ::read(fd.get(), text.data(), text.size() - 1) <= 0) return 0;
  const char* line = std::strstr(text.data(), "\nPss:");
  return line == nullptr ? 0 : std::strtoull(line + 5, nullptr, 10) << 10U;
}

}  // namespace

std::vector<ProcessStat> living_descendants() {
  std::vector<ProcessStat> tree = descendants_of(::getpid(), read_all_processes());
  std::erase_if(tree, [](const ProcessStat& process) { return !process.is_alive(); });
  return tree;
}

void terminate_tree() {
  const std::vector<ProcessStat> tree = living_descendants();
  for (const ProcessStat& process : tree) signal_process(process, SIGTERM);
  for (const ProcessStat& process : tree) signal_process(process, SIGCONT);
}

void kill_tree(bool by_group) {
  const std::vector<ProcessStat> tree = living_descendants();
  if (by_group) {
    std::vector<pid_t> groups;
    groups.reserve(tree.size());
    for (const ProcessStat& process : tree) groups.push_back(process.group);
    std::ranges::sort(groups);
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    for (const pid_t group : groups) {
      if (group > 1 && group != ::getpgrp()) ::kill(-group, SIGKILL);
    }
  }
  for (const ProcessStat& process : tree) signal_process(process, SIGKILL);
}

std::uint64_t tree_memory_bytes(std::uint64_t limit_bytes) {
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::vector<ProcessStat> tree = living_descendants();
  std::uint64_t resident = 0;
  for (const ProcessStat& process : tree) resident += process.rss_pages * page_bytes;
  if (resident <= limit_bytes) return resident;
  std::uint64_t proportional = 0;
  for (const ProcessStat& process : tree) proportional += proportional_bytes(process.pid);
  return proportional;
}

}  // namespace repro::process::keeper
