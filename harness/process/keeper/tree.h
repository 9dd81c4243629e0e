#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

#include "harness/process/process_tree.h"

namespace repro::process::keeper {

/// The living descendants of this process, parents first.
[[nodiscard]] std::vector<ProcessStat> living_descendants();

/// SIGTERM to each, then SIGCONT, because a stopped process does not notice SIGTERM.
void terminate_tree();

/// SIGKILL to each. With `by_group`, to their process groups first: the kernel signals a group at one stroke,
/// so a member cannot fork away from it. Every group of a descendant lies in a session that began below the
/// keeper, so it holds nobody else.
void kill_tree(bool by_group);

/// What the tree holds in memory: first a quick upper bound (resident pages, shared ones counted in every
/// process), and only where that is beyond `limit_bytes` the exact sum of proportional shares.
[[nodiscard]] std::uint64_t tree_memory_bytes(std::uint64_t limit_bytes);

}  // namespace repro::process::keeper
