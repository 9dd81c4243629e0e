#pragma once

// The outcome of one run: what the supervisor saw, what the reports say and what the oracles expect, weighed
// in the fixed order infra, crash, hang, fail, ok.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/findings/frame_rules.h"
#include "harness/findings/oracle.h"
#include "harness/model/finding.h"
#include "harness/model/outcome.h"
#include "harness/model/process_result.h"
#include "harness/model/sanitizer.h"
#include "harness/model/signature.h"

namespace repro::findings {

struct JudgeInput {
  const ProcessResult& run;
  const Oracle& oracle;
  Sanitizer sanitizer = Sanitizer::plain;
  std::chrono::nanoseconds timeout{0};  ///< the deadline that the run had, for the words of a hang
  /// Result of the oracle's check command on this run; null when there is none.
  const ProcessResult* check = nullptr;
  /// Gives frames of a report their names before it is signed; empty: they stay as printed.
  std::function<void(Finding&)> complete = {};
  /// Whether the user does not want to hear of this finding; asked once for each signature. Empty: of all.
  std::function<bool(const Finding&, const Signature&)> is_suppressed = {};
  const FrameRules& frame_rules = default_frame_rules();
};

struct Judgement {
  Outcome outcome = Outcome::ok;
  std::string reason;  ///< one line: `exit code 1`, `killed by SIGSEGV`, `heap-use-after-free in f (a.cc)`
  std::vector<Finding> findings;  ///< all of the run, signed; the one that decided comes first
  std::vector<std::string>
      suppressed;  ///< titles of what was suppressed: neither judged nor among the findings
  std::vector<Signature> signatures;  ///< one per distinct `Finding::signature`, in the order of the findings
};

/// Judges one run. Pure; any thread. `nullopt` exactly when the run was interrupted by the harness
/// (StopReason::interrupted): such a run is no result and must not be stored.
[[nodiscard]] std::optional<Judgement> judge(const JudgeInput& input);

}  // namespace repro::findings
