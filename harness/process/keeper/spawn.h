#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/types.h>

#include "harness/base/unique_fd.h"
#include "harness/process/keeper/protocol.h"

namespace repro::process::keeper {

/// What to execute. Everything points into the message of the harness.
struct Program {
  std::span<const char* const> paths;  ///< tried in turn; never empty
  const char* const* arguments = nullptr;
  const char* const* environment = nullptr;
  const char* working_directory = nullptr;  ///< null: the keeper's own
  std::array<int, 3> streams{-1, -1, -1};   ///< become 0, 1 and 2; all above 2
  int cgroup_processes_fd = -1;             ///< joined before the exec, when open
  bool allow_core_dumps = false;
  bool fixed_addresses = false;
  unsigned processors = 0;  ///< how many of the keeper's the child may use; 0: all
  unsigned first_processor = 0;
};

struct SpawnFailure {
  SpawnStage stage = SpawnStage::process;
  int os_errno = 0;
};

struct SpawnResult {
  pid_t pid = 0;
  std::optional<SpawnFailure> failure;  ///< then nothing is running
};

/// The call that makes the process; tests put a failing one in its place.
using CloneFunction = int (*)(int (*entry)(void*), void* stack, int flags, void* argument);
int clone_process(int (*entry)(void*), void* stack, int flags, void* argument);

/// Starts `program` in a session of its own, with no signal blocked and none ignored, and returns once it has
/// been executed or has failed to be. Expects that the caller blocks every signal and ignores none, and is
/// the only thread of its process.
[[nodiscard]] SpawnResult spawn(const Program& program, CloneFunction clone = clone_process);

}  // namespace repro::process::keeper
