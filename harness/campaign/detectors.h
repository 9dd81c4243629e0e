#pragma once

// Can this machine see what it should? A detector that misses its canary is blind, and a column of zeros
// under a blind detector is no evidence. Canaries are real little programs with one real bug each
// (harness/canaries), built with the tool in every build, and run here exactly as a campaign runs its
// subject.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/sanitizer.h"
#include "harness/process/runner.h"

namespace repro::campaign {

enum class Sight : std::uint8_t {
  sees,      ///< the canary's bug was reported, with function names
  nameless,  ///< reported, but without function names: findings cannot be told apart
  blind,     ///< not reported
  absent,    ///< the canary was not built for this build
};

[[nodiscard]] std::string_view to_string(Sight sight);

/// What one canary showed.
struct DetectorReport {
  Sanitizer build = Sanitizer::plain;
  std::string detector;  ///< `use-after-free`, `data race`, ...
  std::string canary;    ///< the command, for a person who wants to repeat it
  Sight sight = Sight::blind;
  std::string why;   ///< empty when it sees
  std::string mend;  ///< what to do about it; empty when it sees or nothing is known to help
};

struct ProbeOptions {
  std::string canary_folder;            ///< holds `canary.BUILD`
  std::vector<Sanitizer> builds;        ///< which to probe, in this order
  std::string symbolizer;               ///< as from findings::find_symbolizer
  bool with_slow_canaries = false;      ///< also those that need a deadline (seconds)
  process::DeadlineHook deadline_hook;  ///< given to the hang canary
};

/// Runs the canaries of each build, each until it is seen and at most five times (a race may hide once).
/// Errors: those of the runner of kind environment or internal.
[[nodiscard]] Result<std::vector<DetectorReport>> probe_detectors(const ProbeOptions& options,
                                                                  process::ProcessRunner& runner);

/// The note for the table's row of `build`: what its detectors do not see, with the reason; empty when they
/// see all.
[[nodiscard]] std::string blind_note(std::span<const DetectorReport> reports, Sanitizer build);

}  // namespace repro::campaign
