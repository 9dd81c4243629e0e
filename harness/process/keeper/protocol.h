#pragma once

// What the harness and its keeper say to each other over a stream socket.
//
// Both come from the same build and run on the same machine, so messages are plain structs in native form;
// the version in the greeting catches a keeper of another build that was left in the library folder. Strings
// are NUL-terminated one after the other. A message of the harness may be followed by `payload_bytes`; the
// three descriptors of a spawn travel beside its header (SCM_RIGHTS).

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

#include <sys/types.h>

namespace repro::process::keeper {

inline constexpr std::uint32_t kProtocolVersion = 2;
/// The keeper's end of the socket, set up by the harness that spawned it.
inline constexpr int kSocketFd = 3;

enum class CommandKind : std::uint32_t {
  spawn,      ///< payload: SpawnHeader, then its strings; answered by `failed`, or in the end by `ended`
  list,       ///< answered by `tree`, or by the `ended` that crossed it
  terminate,  ///< SIGTERM and SIGCONT to the whole tree
  kill,       ///< SIGKILL to the whole tree until none is left
};

struct Command {
  CommandKind kind = CommandKind::list;
  std::uint32_t padding = 0;
  std::uint64_t run = 0;  ///< number of the run; a command for another run than the current one is ignored
  std::uint64_t payload_bytes = 0;
};

struct SpawnHeader {
  std::uint32_t path_count = 0;  ///< executables to try in turn, as execvp does; then
  std::uint32_t argument_count = 0;
  std::uint32_t environment_count = 0;
  std::uint32_t has_working_directory = 0;  ///< then one more string, the last
  std::uint64_t memory_limit_bytes = 0;     ///< 0: none
  std::int64_t leftover_grace_ns = 0;
  std::uint32_t allow_core_dumps = 0;
  std::uint32_t fixed_addresses = 0;
  std::uint32_t processors = 0;  ///< 0: all of the keeper's
  std::uint32_t first_processor = 0;
};

enum class SpawnStage : std::uint32_t { process, working_directory, exec };

enum class ReplyKind : std::uint32_t {
  ready,   ///< the greeting, once
  failed,  ///< nothing was started
  tree,    ///< followed by `pid_count` pids
  ended,   ///< the run is over and nothing is left of it
};

struct Reply {
  ReplyKind kind = ReplyKind::ready;
  std::uint32_t version = kProtocolVersion;
  std::uint64_t run = 0;
  // failed
  SpawnStage stage = SpawnStage::process;
  std::int32_t os_errno = 0;
  // tree and ended
  pid_t child = 0;
  std::uint32_t child_ended = 0;  ///< tree only: the direct child is gone, its descendants are waited for
  std::int64_t exec_monotonic_ns = 0;
  std::int64_t exec_unix_ns = 0;
  std::uint64_t pid_count = 0;
  // ended
  std::int64_t end_monotonic_ns = 0;
  std::int32_t wait_status = 0;
  std::uint32_t leftover_processes = 0;
  std::int64_t user_cpu_us = 0;
  std::int64_t system_cpu_us = 0;
  std::uint64_t max_rss_kib = 0;
  std::uint64_t max_rss_floor_kib = 0;
  std::uint32_t memory_limit_hit = 0;
  std::uint32_t out_of_memory = 0;  ///< the kernel's killer acted
};

/// The control groups that a keeper makes carry its pid, so that keepers never meet and the harness can
/// remove those of a keeper that was killed.
[[nodiscard]] inline std::string kill_group_path(const std::string& base, pid_t keeper) {
  return base + "/repro-" + std::to_string(keeper);
}
[[nodiscard]] inline std::string memory_group_path(const std::string& base, pid_t keeper) {
  return base + "/repro-" + std::to_string(keeper) + "-memory";
}

static_assert(std::is_trivially_copyable_v<Command> && std::is_trivially_copyable_v<SpawnHeader> &&
              std::is_trivially_copyable_v<Reply>);

}  // namespace repro::process::keeper
