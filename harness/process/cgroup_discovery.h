#pragma once

#include <string>
#include <string_view>

namespace repro::process {

/// The folders of this process's own control groups, below which new ones may be possible. Empty: none.
struct CgroupFolders {
  std::string unified;    ///< version 2
  std::string memory_v1;  ///< version 1, the memory controller
};

/// Puts together the texts of /proc/self/cgroup and /proc/self/mountinfo (cgroups(7), proc(5)). Pure.
[[nodiscard]] CgroupFolders find_cgroup_folders(std::string_view cgroup_text,
                                                std::string_view mountinfo_text);

/// Where groups can really be made on this machine.
struct UsableCgroups {
  std::string kill_base;    ///< version 2 folder whose groups have cgroup.kill; empty: none
  std::string memory_base;  ///< folder whose groups can limit memory; empty: none
  bool memory_is_v2 = false;
};

/// Tries `folders` out by making a group in each and removing it.
[[nodiscard]] UsableCgroups probe_cgroups(const CgroupFolders& folders);

/// Removes the groups in `base` that a killed keeper or harness has left: those named `repro-...PID...` whose
/// process is gone. Groups with processes in them stay in any case, because the kernel refuses.
void remove_stale_groups(const std::string& base);

/// All steps, for this process.
[[nodiscard]] UsableCgroups discover_cgroups();

}  // namespace repro::process
