#pragma once

// Who descends from whom, read from /proc, and signals that reach exactly the process that was seen.
//
// Linked into the keeper too, so nothing here pulls in more than the C library and <vector>.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace repro::process {

/// The fields of /proc/PID/stat that matter here (proc(5)).
struct ProcessStat {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  char state = '?';
  std::uint32_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< since boot; together with `pid` the identity of a process
  std::uint64_t rss_pages = 0;

  /// False for a zombie: it is dead and waits for its parent. A zombie leader with other threads is alive.
  [[nodiscard]] bool is_alive() const { return (state != 'Z' && state != 'X') || threads > 1; }
};

/// Reads the text of one stat file; nothing when it is cut off or no such text.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// Nothing when the process is gone.
[[nodiscard]] std::optional<ProcessStat> read_process_stat(pid_t pid);

/// Every process that this one can see. Not a snapshot: processes come and go while it is taken.
[[nodiscard]] std::vector<ProcessStat> read_all_processes();

/// Those of `processes` that descend from `root`, without itself, parents before their children.
[[nodiscard]] std::vector<ProcessStat> descendants_of(pid_t root, std::span<const ProcessStat> processes);

/// Sends `signal` to the process that `target` described and to no other: a pid that was reused since is
/// noticed by its start time, and can no longer change hands once the pidfd is open. False when it is gone.
bool signal_process(const ProcessStat& target, int signal);

}  // namespace repro::process
