#include "harness/model/summary.h"

namespace repro {

std::string_view to_string(CampaignState state) {
  switch (state) {
    case CampaignState::complete:
      return "complete";
    case CampaignState::stopped_early:
      return "stopped-early";
    case CampaignState::interrupted:
      return "interrupted";
    case CampaignState::running:
      return "running";
  }
  return "running";
}

std::optional<CampaignState> parse_campaign_state(std::string_view text) {
  for (const CampaignState state : kCampaignStates) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

OutcomeCounts CampaignSummary::totals() const {
  OutcomeCounts totals;
  for (const ArmSummary& arm : arms) {
    for (const Outcome outcome : kOutcomes) totals.add(outcome, arm.counts.of(outcome));
  }
  return totals;
}

}  // namespace repro
