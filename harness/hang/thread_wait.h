#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace repro::hang {

/// What a thread waits for, as far as its system call and the memory of its process tell it.
enum class WaitKind : std::uint8_t {
  none,   ///< it runs, or sleeps in no call that waits
  mutex,  ///< a pthread mutex (std::mutex too); the owner is known
  join,   ///< the end of another thread
  futex,  ///< a condition variable, semaphore, read-write lock, barrier, future or atomic: no owner is kept
  child,  ///< the end of a child process
  descriptor,  ///< input, output, a connection, a file lock
  timer,       ///< time to pass
  signal,      ///< a signal
  other,       ///< another system call
};

struct ThreadWait {
  WaitKind kind = WaitKind::none;
  bool is_timed = false;       ///< it ends by itself at some time
  std::uint64_t address = 0;   ///< of the mutex or futex word
  std::optional<pid_t> owner;  ///< thread that it waits for: holder of the mutex, thread to join
  std::optional<int> descriptor;
  std::string call;  ///< name of the system call, or `system call 318`
};

/// Copies memory of the process to `to`; false when not all of it could be read.
using ReadMemory = std::function<bool(std::uint64_t address, std::span<std::byte> to)>;

/// Reads a line of /proc/PID/task/TID/syscall. The rules are glibc's on x86-64 (2.36; nptl/lowlevellock.c and
/// struct __pthread_mutex_s: owner at offset 8): FUTEX_WAIT for the value 2 is a mutex, FUTEX_WAIT_BITSET for
/// a value that is the id of a live thread (`is_thread`) is a join. On other machines and C libraries only
/// the call is named.
[[nodiscard]] ThreadWait decode_wait(std::string_view line, const ReadMemory& memory,
                                     const std::function<bool(pid_t)>& is_thread);

}  // namespace repro::hang
