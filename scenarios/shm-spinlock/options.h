#pragma once

#include <optional>
#include <span>
#include <string>

#include "scenarios/shm-spinlock/variant.h"

namespace shm_spinlock {

struct Options {
  Variant variant;
  unsigned workers = 3;  ///< processes, each with one writing thread
  unsigned readers = 1;  ///< reading threads of each process
  /// Work that each survivor must still do after the disaster: so many documents written, and every entry
  /// read so many times by each reader.
  unsigned rounds = 20;
};

/// Reads the command line without the program's name. Returns nothing, and one line in `problem`, when it is
/// wrong.
[[nodiscard]] std::optional<Options> parse_options(std::span<const std::string> arguments,
                                                   std::string& problem);

[[nodiscard]] std::string usage();

}  // namespace shm_spinlock
