#include "harness/model/summary.h"

namespace repro {

OutcomeCounts CampaignSummary::totals() const {
  OutcomeCounts totals;
  for (const ArmSummary& arm : arms) {
    for (const Outcome outcome : kOutcomes) totals.add(outcome, arm.counts.of(outcome));
  }
  return totals;
}

}  // namespace repro
