#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace repro::hang {

/// One thread at one moment, as /proc tells it.
struct ThreadSnapshot {
  pid_t tid = 0;
  std::string name;
  char state = '?';             ///< R, S, D, T, t, Z as in proc(5)
  std::uint64_t cpu_ticks = 0;  ///< user and system time so far, in clock ticks
  std::uint64_t switches = 0;   ///< voluntary and involuntary context switches so far
  std::string wait_channel;     ///< kernel function that it sleeps in; empty when running or not told
  std::string system_call;  ///< number and arguments as in /proc/PID/task/TID/syscall; empty when not told
};

struct ProcessSnapshot {
  pid_t pid = 0;
  std::string command;  ///< command line, bounded
  std::vector<ThreadSnapshot> threads;
};

/// Reads `pids` once. Needs no ptrace stop and disturbs nothing; a process that is gone is left out.
[[nodiscard]] std::vector<ProcessSnapshot> take_snapshot(std::span<const pid_t> pids);

}  // namespace repro::hang
