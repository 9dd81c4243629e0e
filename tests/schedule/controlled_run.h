#pragma once

// Runs a program under the preloaded scheduler, for tests: a run, its status, its output, and its trace.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/schedule/protocol.h"

namespace repro::schedule {

/// What the test looks at of a trace, copied out of the mapping.
struct TraceFacts {
  RunEnd end = RunEnd::not_started;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t outside_waits = 0;
  std::uint64_t virtual_time_ns = 0;
  std::uint64_t ignored_plan_entries = 0;
  std::uint32_t threads = 0;
  bool has_memory_points = false;
  std::vector<Deviation> deviations;
  std::vector<WaitEdge> waits;
  std::vector<std::string> modules;
};

struct ControlledResult {
  int status = -1;       ///< exit status; 128 + signal where one ended it
  bool is_late = false;  ///< it did not end within the bound, and was killed
  std::string output;    ///< standard output and error
  TraceFacts trace;
};

/// One arm: a folder with a trace, a profile and a plan, removed at the end. Not for two threads at once.
class ControlledArm {
 public:
  ControlledArm();
  ~ControlledArm();
  ControlledArm(const ControlledArm&) = delete;
  ControlledArm& operator=(const ControlledArm&) = delete;

  /// Runs `command` with `strategy` (empty: the library is loaded and told nothing). Bounded by 60 s.
  ControlledResult run(const std::vector<std::string>& command, const std::string& strategy,
                       std::uint64_t seed, const std::vector<std::string>& environment = {});
  /// The same with strategy replay, following `deviations`.
  ControlledResult replay(const std::vector<std::string>& command, const std::vector<Deviation>& deviations);

 private:
  std::filesystem::path folder_;
};

/// The test program, in a build.
[[nodiscard]] std::vector<std::string> program(const std::string& build, const std::string& name);

}  // namespace repro::schedule
