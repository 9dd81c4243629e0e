#pragma once

#include <cstdint>

namespace shm_spinlock {

/// What can be said about the owner that a lock word names.
enum class OwnerState : std::uint8_t {
  alive,      ///< a process of that id exists, dead but not reaped (a zombie) included
  dead,       ///< no process has that id
  not_a_pid,  ///< the value cannot be a process; nothing was asked
};

/// Asks the kernel with kill(pid, 0), which sends nothing.
///
/// kill() reads 0 as "my process group", -1 as "everybody" and other negative values as a group, and would
/// answer for those. So values outside 1..INT32_MAX are refused before the call; that includes every 32-bit
/// lock word whose top bit is set. A process that we may not signal (EPERM) is alive. A process id that was
/// given to somebody else after the owner's death counts as alive: README.md, "What the repair does not
/// promise".
[[nodiscard]] OwnerState probe_owner(std::int64_t pid);

}  // namespace shm_spinlock
