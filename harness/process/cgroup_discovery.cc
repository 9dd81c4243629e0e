#include "harness/process/cgroup_discovery.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <vector>

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/files.h"
#include "harness/base/text.h"

namespace repro::process {
namespace {

bool has_word(std::string_view list, std::string_view word) {
  return std::ranges::count(split(list, ','), word) > 0;
}

struct Mount {
  std::string_view root;   ///< the part of the file system that is mounted
  std::string_view point;  ///< where
  std::string_view type;
  std::string_view options;
};

/// One line of mountinfo: `36 35 98:0 /root /point rw shared:1 - type source options`.
std::optional<Mount> parse_mount(std::string_view line) {
  const std::size_t dash = line.find(" - ");
  if (dash == std::string_view::npos) return std::nullopt;
  const std::vector<std::string_view> before = split(line.substr(0, dash), ' ');
  const std::vector<std::string_view> after = split(line.substr(dash + 3), ' ');
  if (before.size() < 6 || after.size() < 3) return std::nullopt;
  return Mount{before[3], before[4], after[0], after[2]};
}

/// The folder of the group `path`, when `mount` shows it. A container may see only a part of the hierarchy.
std::string folder_of(const Mount& mount, std::string_view path) {
  if (mount.root != "/") {
    if (!path.starts_with(mount.root)) return {};
    path.remove_prefix(mount.root.size());
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  return fmt::format("{}{}", mount.point, path);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Makes a group below `base` and says whether it has `file`.
bool group_would_have(const std::string& base, std::string_view file) {
  if (base.empty()) return false;
  // Named for the thread: two supervisors may look at the same time.
  const std::string group = fmt::format("{}/repro-probe-{}", base, ::gettid());
  if (::mkdir(group.c_str(), 0755) != 0 && errno != EEXIST) return false;
  const bool has_file = exists(fmt::format("{}/{}", group, file));
  ::rmdir(group.c_str());
  return has_file;
}

}  // namespace

CgroupFolders find_cgroup_folders(std::string_view cgroup_text, std::string_view mountinfo_text) {
  std::string_view unified_path;
  std::string_view memory_path;
  for (const std::string_view line : split(cgroup_text, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    if (controllers.empty()) unified_path = path;
    if (has_word(controllers, "memory")) memory_path = path;
  }
  CgroupFolders folders;
  for (const std::string_view line : split(mountinfo_text, '\n')) {
    const std::optional<Mount> mount = parse_mount(line);
    if (!mount) continue;
    if (mount->type == "cgroup2" && !unified_path.empty()) folders.unified = folder_of(*mount, unified_path);
    if (mount->type == "cgroup" && has_word(mount->options, "memory") && !memory_path.empty()) {
      folders.memory_v1 = folder_of(*mount, memory_path);
    }
  }
  return folders;
}

UsableCgroups probe_cgroups(const CgroupFolders& folders) {
  UsableCgroups usable;
  if (group_would_have(folders.unified, "cgroup.kill")) usable.kill_base = folders.unified;
  if (group_would_have(folders.unified, "memory.max")) {
    usable.memory_base = folders.unified;
    usable.memory_is_v2 = true;
  } else if (group_would_have(folders.memory_v1, "memory.limit_in_bytes")) {
    usable.memory_base = folders.memory_v1;
  }
  return usable;
}

void remove_stale_groups(const std::string& base) {
  DIR* folder = base.empty() ? nullptr : ::opendir(base.c_str());
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    const std::size_t digits = name.find_first_of("0123456789");
    if (!name.starts_with("repro-") || digits == std::string_view::npos) continue;
    const std::string_view number = name.substr(digits);
    const Result<std::uint64_t> pid = parse_unsigned(number.substr(0, number.find('-')));
    if (!pid || ::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH) continue;
    ::rmdir(fmt::format("{}/{}", base, name).c_str());
  }
  ::closedir(folder);
}

UsableCgroups discover_cgroups() {
  const Result<std::string> cgroup = read_file("/proc/self/cgroup");
  const Result<std::string> mounts = read_file("/proc/self/mountinfo");
  if (!cgroup || !mounts) return {};
  const CgroupFolders folders = find_cgroup_folders(*cgroup, *mounts);
  remove_stale_groups(folders.unified);
  remove_stale_groups(folders.memory_v1);
  return probe_cgroups(folders);
}

}  // namespace repro::process
