#pragma once

// What all reporters show. Computed once; a reporter only writes it down, so every format has the same
// numbers.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/bug.h"
#include "harness/model/campaign.h"
#include "harness/model/outcome.h"
#include "harness/model/signature.h"

namespace repro {

/// Share of counted runs that were not ok, with its two-sided 95 % Clopper-Pearson interval.
struct RateEstimate {
  double rate = 0;
  double low = 0;
  double high = 0;
};

struct WallTimes {
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds p95{0};
  std::chrono::nanoseconds max{0};
};

/// Whether an arm's runs look like independent runs with one rate. When they do not, its interval means
/// nothing.
struct RateDrift {
  double trend_p = 1;       ///< failures come early or late
  double clustering_p = 1;  ///< failures come together
  double p_value = 1;       ///< of both, after Holm
  bool is_detected = false;
  std::uint64_t first_half_runs = 0;
  std::uint64_t first_half_bad = 0;
  std::uint64_t second_half_runs = 0;
  std::uint64_t second_half_bad = 0;
};

/// What the schedule of an arm did, over its counted runs. Sums, not means.
struct ScheduleSummary {
  std::uint64_t runs = 0;
  std::uint64_t points = 0;       ///< places at which it could act
  std::uint64_t decisions = 0;    ///< controlled: places with a choice
  std::uint64_t switches = 0;     ///< controlled
  std::uint64_t preemptions = 0;  ///< controlled
  std::uint64_t noise_actions = 0;
  std::chrono::nanoseconds noise_delay{0};
  std::uint64_t deadlocks = 0;  ///< runs that it ended so; likewise below
  std::uint64_t step_limits = 0;
  std::uint64_t left_control = 0;             ///< runs that it gave up to control
  std::uint64_t runs_with_outside_waits = 0;  ///< that need not replay
  std::uint64_t runs_with_memory_points = 0;  ///< in which memory accesses were points
};

struct ArmSummary {
  std::uint32_t id = 0;
  ArmKey key;
  OutcomeCounts counts;
  std::optional<RateEstimate> rate;  ///< absent when no run was counted: no data is not 0
  std::optional<RateDrift> drift;    ///< absent likewise
  std::optional<WallTimes> wall;     ///< of counted runs
  std::uint64_t max_rss_bytes = 0;
  std::optional<std::uint64_t> first_failure_run;        ///< RunSlot::index
  std::map<std::string, std::uint64_t> runs_by_finding;  ///< `asan heap-use-after-free` -> runs that had it
  /// What `doctor` found this build's detector unable to see on this machine; empty when it sees everything.
  std::string blind;
  std::optional<ScheduleSummary> schedule;  ///< absent: an arm without a preloaded schedule
};

struct SignatureSummary {
  Signature signature;
  std::uint64_t runs = 0;
  std::map<std::uint32_t, std::uint64_t> runs_by_arm;  ///< Arm::id -> runs
  std::uint64_t first_run = 0;                         ///< RunSlot::index
};

/// A bug of a campaign, counted over all of its signatures: a run that shows two of them counts once.
struct BugSummary {
  Bug bug;
  std::uint64_t runs = 0;
  std::map<std::uint32_t, std::uint64_t> runs_by_arm;  ///< Arm::id -> runs
  std::uint64_t first_run = 0;                         ///< RunSlot::index
};

struct InfraReason {
  std::string reason;
  std::uint64_t runs = 0;
  std::uint64_t first_run = 0;
};

/// Whether the campaign did all that was asked.
enum class CampaignState : std::uint8_t { complete, stopped_early, interrupted, running };

inline constexpr std::array<CampaignState, 4> kCampaignStates{
    CampaignState::complete, CampaignState::stopped_early, CampaignState::interrupted,
    CampaignState::running};

/// The names in the campaign file and the exports: `complete`, `stopped-early`, `interrupted`, `running`.
[[nodiscard]] std::string_view to_string(CampaignState state);
[[nodiscard]] std::optional<CampaignState> parse_campaign_state(std::string_view text);

struct CampaignSummary {
  std::string file;  ///< path of the campaign file as the user named it
  Request request;
  MachineFacts machine;
  CampaignState state = CampaignState::complete;
  std::string state_note;  ///< why it ended: `25 runs per arm`, `3 failures seen (--stop-after)`, ...
  std::chrono::nanoseconds started_at{0};
  std::chrono::nanoseconds wall{0};
  std::vector<ArmSummary> arms;              ///< in the order of the request
  std::vector<SignatureSummary> signatures;  ///< most runs first, then by first run
  std::vector<BugSummary> bugs;              ///< of these signatures, most runs first
  std::optional<UnseenEstimate> unseen;      ///< of the failing runs; absent when their counts say nothing
  std::vector<InfraReason> infra;
  std::vector<std::string> warnings;  ///< what a reader must know before believing the numbers
  std::optional<std::chrono::nanoseconds>
      adaptive_timeout;  ///< the largest that was in force, when it was adaptive

  [[nodiscard]] OutcomeCounts totals() const;
};

}  // namespace repro
