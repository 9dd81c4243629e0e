#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/findings/frame_rules.h"
#include "harness/findings/suppressions.h"
#include "harness/model/triage.h"

namespace repro::campaign {

struct TriageOptions {
  std::vector<std::string> paths;  ///< files, folders, "-"
  std::vector<findings::Suppression> suppressions;
  const findings::FrameRules& frame_rules = findings::default_frame_rules();
  /// Completes the frames of a finding before it is signed; empty: they stay as printed.
  std::function<void(Finding&)> complete;
};

/// Reads logs one after the other and counts what they report. Memory grows with the number of different
/// signatures and not with the logs: one report and at most a thousand places are kept of each. Never fails:
/// what cannot be read is in the report's list, and the rest is done.
[[nodiscard]] TriageReport triage_logs(const TriageOptions& options);

}  // namespace repro::campaign
