#pragma once

// From campaign files to the pairs of arms that are compared, with what must be said about each pair.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/compare.h"
#include "harness/model/sanitizer.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::campaign {

/// A campaign with the outcome of every run, in order of starting.
struct RecordedCampaign {
  struct Run {
    std::uint64_t arm_run = 0;
    Outcome outcome = Outcome::ok;
  };
  CampaignSummary summary;
  std::map<std::uint32_t, std::vector<Run>> runs;  ///< by Arm::id
};

/// Errors: those of the store.
[[nodiscard]] Result<RecordedCampaign> read_recorded(const store::Store& store);

struct CompareSelection {
  std::vector<std::string>
      names;  ///< variants; or schedules, or builds. The first is the base. Empty: all of them
  std::vector<Sanitizer> builds;     ///< only these; empty: all
  std::optional<EvidenceRule> rule;  ///< absent: what the campaign's plan allows
};

/// Pairs of one campaign: the arms named first against each of the others, where variant, build and schedule
/// are otherwise the same. Errors: usage, when a name is unknown or there is nothing to compare.
[[nodiscard]] Result<std::vector<ArmPair>> select_pairs(const RecordedCampaign& campaign,
                                                        const CompareSelection& selection);

/// Pairs of two campaigns: arms of equal variant, build and schedule; or, where each has one variant only, of
/// equal build and schedule. selection.names is not used. Errors: usage, when none match.
[[nodiscard]] Result<std::vector<ArmPair>> match_campaigns(const RecordedCampaign& a,
                                                           const RecordedCampaign& b,
                                                           const CompareSelection& selection);

/// What two campaigns cost a conclusion in comparison with one: another machine, no interleaving, other
/// limits.
[[nodiscard]] std::vector<std::string> differing_conditions(const CampaignSummary& a,
                                                            const CampaignSummary& b);

}  // namespace repro::campaign
