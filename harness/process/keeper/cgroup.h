#pragma once

#include <cstdint>
#include <string>

#include "harness/base/unique_fd.h"

namespace repro::process::keeper {

/// Where the keeper may make control groups; found by the harness (cgroup_discovery.h). Empty: nowhere.
struct CgroupPlaces {
  std::string kill_base;    ///< version 2, for cgroup.kill
  std::string memory_base;  ///< for the memory limit
  bool memory_is_v2 = false;
};

/// The control groups of one keeper.
///
/// The keeper sits in a version 2 group of its own and every run inherits it, so that the group costs a run
/// nothing; to kill all but itself it steps out first. A run with a memory limit gets a fresh memory group,
/// because pages of an earlier run that outlive it (a kept file on tmpfs) stay charged to the group they were
/// made in. Everything here is best effort: what is not to be had is reported as absent and done without.
class Cgroups {
 public:
  explicit Cgroups(CgroupPlaces places);
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;
  /// Removes the groups. The processes in them are gone by then.
  ~Cgroups();

  /// Makes the memory group of the next run. The descriptor is its cgroup.procs: a process that writes "0" to
  /// it joins. Closed when no such group can be made.
  [[nodiscard]] UniqueFd open_memory_group(std::uint64_t limit_bytes);
  /// True when the kernel killed something in the memory group for want of memory. Removes the group.
  [[nodiscard]] bool close_memory_group();

  /// Kills everything in the groups at one stroke, forks in flight included. False when no group can do that.
  bool kill_all();

 private:
  CgroupPlaces places_;
  std::string kill_group_;    ///< empty: none
  std::string memory_group_;  ///< empty: none at the moment
};

}  // namespace repro::process::keeper
