#pragma once

// What passes between the harness and the preloaded noise library. Both are built together, so there is no
// version but a magic number against files of another kind.

#include <cstdint>

namespace repro::schedule::noise {

/// Set for a run: the most that noise takes of a thread's time, in per cent. Without it the library is inert.
inline constexpr const char* kPercentVariable = "REPRO_NOISE";
/// Decimal, 64 bits.
inline constexpr const char* kSeedVariable = "REPRO_NOISE_SEED";
/// Path of a file of sizeof(NoiseReport) bytes that the harness has made; every process of the run maps it.
inline constexpr const char* kReportVariable = "REPRO_NOISE_REPORT";
inline constexpr std::uint64_t kReportMagic = 0x31657369'6f6e7072U;  // "rpnoise1"

/// Counters of all processes of a run, updated with relaxed atomic additions. The harness writes `magic`.
struct NoiseReport {
  std::uint64_t magic = kReportMagic;
  std::uint64_t processes = 0;   ///< that the library was loaded into; 0: it never was
  std::uint64_t threads = 0;     ///< made under its eyes, the first ones of the processes included
  std::uint64_t points = 0;      ///< calls of hooked functions
  std::uint64_t delays = 0;      ///< how often it acted
  std::uint64_t delayed_ns = 0;  ///< for how long, all threads together
};

}  // namespace repro::schedule::noise
