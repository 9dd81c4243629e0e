#pragma once

// Functions, files and lines of one address, from the debugging information of its file. Internal to
// harness/hang; callers hold the lock over libdwfl.

#include <cstdint>
#include <mutex>
#include <vector>

#include "harness/model/finding.h"

struct Dwfl_Module;

namespace repro::hang {

/// Innermost first: the functions that were inlined there and the one that is really there. At least one
/// frame, with what is known. `address` as libdwfl has placed the module.
[[nodiscard]] std::vector<Frame> frames_of_address(Dwfl_Module* module, std::uint64_t address);

/// libdwfl keeps tables of its own behind all sessions and does not promise to be thread-safe: whoever calls
/// it holds this.
[[nodiscard]] std::mutex& libdwfl_mutex();

}  // namespace repro::hang
