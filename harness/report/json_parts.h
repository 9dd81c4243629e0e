#pragma once

// The objects of docs/json.md that more than one document holds. Internal to harness/report.

#include <nlohmann/json.hpp>

#include "harness/model/summary.h"

namespace repro::report {

[[nodiscard]] nlohmann::ordered_json campaign_to_json(const CampaignSummary& summary);
[[nodiscard]] nlohmann::ordered_json arm_to_json(const ArmSummary& arm);
[[nodiscard]] nlohmann::ordered_json signature_to_json(const CampaignSummary& summary,
                                                       const SignatureSummary& counted);
[[nodiscard]] nlohmann::ordered_json counted_bug_to_json(const CampaignSummary& summary,
                                                         const BugSummary& counted);

}  // namespace repro::report
