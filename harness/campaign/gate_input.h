#pragma once

// From a campaign file to the arms that a gate decides about.

#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/gate.h"
#include "harness/model/outcome.h"
#include "harness/model/sanitizer.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::campaign {

struct GateSelection {
  std::vector<std::string>
      variants;                     ///< to gate; empty: the only one, else an error. `all` means each of them
  std::vector<Sanitizer> builds;    ///< only these; empty: all
  std::vector<Outcome> outcomes;    ///< that fail the gate; empty: crash, hang and fail
  std::string signature;            ///< id, or the start of one in the campaign; then `outcomes` is not used
  std::optional<GateRule> rule;     ///< absent: fixed where the plan of the campaign was, else sequential
  std::string base_variant;         ///< whose rate the gate must refuse; empty: the worst other arm
  std::optional<double> base_rate;  ///< instead of a base variant
};

struct GateQuestion {
  std::string what;  ///< `hang`, `any bad outcome`, `signature s2-...`
  std::vector<GateInput> arms;
  std::vector<std::string> warnings;
};

/// Counts what the gate asks about. Errors: usage, when a variant or signature is unknown; those of the
/// store.
[[nodiscard]] Result<GateQuestion> read_gate_question(const store::Store& store,
                                                      const GateSelection& selection);

}  // namespace repro::campaign
