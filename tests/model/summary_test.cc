#include "harness/model/summary.h"

#include <gtest/gtest.h>

namespace repro {
namespace {

TEST(CampaignState, ReadsBackEachOfItsNames) {
  for (const CampaignState state : kCampaignStates) EXPECT_EQ(parse_campaign_state(to_string(state)), state);
  EXPECT_EQ(parse_campaign_state("bored"), std::nullopt);
}

TEST(CampaignSummary, AddsUpItsArms) {
  CampaignSummary summary;
  summary.arms.resize(2);
  summary.arms[0].counts = {1, 2, 3, 4, 5};
  summary.arms[1].counts = {10, 20, 30, 40, 50};
  EXPECT_EQ(summary.totals(), (OutcomeCounts{11, 22, 33, 44, 55}));
}

}  // namespace
}  // namespace repro
