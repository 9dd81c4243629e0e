// Who descends from whom.
//
// The kernel can list the children of a process directly (/proc/PID/task/TID/children), but only when it was
// built with CONFIG_PROC_CHILDREN, and cloud kernels are not always: so all of /proc/*/stat is read, one way
// that works everywhere. It costs about 5 us for each process of the machine and is used only when a tree
// must be stopped, counted or sampled, never in a run that ends by itself.
//
// A pid is a number that is used again: with a pid_max of 32768 and 2000 runs a second it comes round in 16
// s. Signals therefore go through a pidfd whose process is compared with what the scan had seen.

#include "harness/process/process_tree.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"

namespace repro::process {
namespace {

/// Cuts the next number off `text`. False when there is none.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool skip_numbers(std::string_view& text, int count) {
  std::int64_t ignored = 0;
  for (; count > 0; --count) {
    if (!take_number(text, ignored)) {
      // Limits are printed as unsigned 64-bit numbers; one that does not fit is still one field.
      const std::size_t digits = text.find_first_not_of("0123456789");
      if (digits == 0 || digits == std::string_view::npos) return false;
      text.remove_prefix(digits);
    }
  }
  return true;
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  ProcessStat stat;
  if (!take_number(text, stat.pid)) return std::nullopt;
  // The name stands in parentheses and may hold parentheses and spaces itself; the last one ends it.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 >= text.size()) return std::nullopt;
  stat.state = text[name_end + 2];
  text.remove_prefix(name_end + 3);
  const bool complete = take_number(text, stat.parent) && take_number(text, stat.group) &&
                        take_number(text, stat.session) && skip_numbers(text, 13) &&     // tty_nr to nice
                        take_number(text, stat.threads) && skip_numbers(text, 1) &&      // itrealvalue
                        take_number(text, stat.start_ticks) && skip_numbers(text, 1) &&  // vsize
                        take_number(text, stat.rss_pages);
  if (!complete) return std::nullopt;
  return stat;
}

std::optional<ProcessStat> read_process_stat(pid_t pid) {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", pid);
  const UniqueFd fd(::open(path.data(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return std::nullopt;
  std::array<char, 1024> text{};
  const ssize_t got = ::read(fd.get(), text.data(), text.size());
  if (got <= 0) return std::nullopt;
  return parse_process_stat({text.data(), static_cast<std::size_t>(got)});
}

std::vector<ProcessStat> read_all_processes() {
  std::vector<ProcessStat> processes;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return processes;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (const std::optional<ProcessStat> stat = read_process_stat(pid)) processes.push_back(*stat);
  }
  ::closedir(folder);
  return processes;
}

std::vector<ProcessStat> descendants_of(pid_t root, std::span<const ProcessStat> processes) {
  std::vector<ProcessStat> by_parent(processes.begin(), processes.end());
  std::ranges::sort(by_parent, {}, &ProcessStat::parent);
  std::vector<ProcessStat> found;
  const auto add_children_of = [&](pid_t parent) {
    const auto first = std::ranges::lower_bound(by_parent, parent, {}, &ProcessStat::parent);
    const auto last = std::ranges::upper_bound(first, by_parent.end(), parent, {}, &ProcessStat::parent);
    found.insert(found.end(), first, last);
  };
  add_children_of(root);
  // A scan that takes time can see A below B and, after pids were reused, B below A; no tree is larger than
  // the list it was made from.
  for (std::size_t next = 0; next < found.size() && found.size() <= processes.size(); ++next) {
    add_children_of(found[next].pid);
  }
  return found;
}

bool signal_process(const ProcessStat& target, int signal) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, target.pid, 0)));
  if (!pidfd.is_open()) return false;
  const std::optional<ProcessStat> now = read_process_stat(target.pid);
  if (!now || now->start_ticks != target.start_ticks) return false;
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

}  // namespace repro::process
