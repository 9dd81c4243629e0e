#include "scenarios/shm-spinlock/owner_probe.h"

#include <cerrno>
#include <csignal>
#include <limits>

namespace shm_spinlock {

OwnerState probe_owner(std::int64_t pid) {
  if (pid <= 0 || pid > std::numeric_limits<std::int32_t>::max()) return OwnerState::not_a_pid;
  if (::kill(static_cast<pid_t>(pid), 0) == 0) return OwnerState::alive;
  return errno == ESRCH ? OwnerState::dead : OwnerState::alive;
}

}  // namespace shm_spinlock
