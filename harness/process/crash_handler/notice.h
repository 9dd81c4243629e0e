#pragma once

// What passes between a dying process and the harness. Both are built together, so there is no version.

#include <cstdint>

namespace repro::process {

/// One SOCK_SEQPACKET message. The process is told to go on (and die) by the end of the connection.
struct CrashMessage {
  std::int32_t tid = 0;  ///< of the thread that got the signal
  std::int32_t signal = 0;
  std::int32_t code = 0;      ///< si_code: why
  std::int32_t is_fault = 0;  ///< whether `address` means something
  std::uint64_t address = 0;  ///< si_addr of a fault
};

/// Names the harness's socket in the abstract namespace, without the leading NUL.
inline constexpr const char* kCrashSocketVariable = "REPRO_CRASH_SOCKET";

}  // namespace repro::process
