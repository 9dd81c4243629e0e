#pragma once

// The words and numbers that every format shows in the same way. Internal to harness/report.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/run_record.h"
#include "harness/model/summary.h"

namespace repro::report {

/// A share of 1 as a percentage: two significant digits below 10 %, none after the point above, and never
/// "0%" or "100%" for what is not exactly that: `0.0031%`, `4.2%`, `92%`, `99.6%`.
[[nodiscard]] std::string percent(double share);

/// A p-value with two significant digits: `0.0016`, `2.6e-08`, `1`; never 0.
[[nodiscard]] std::string p_value_text(double p_value);
/// An e-value from its logarithm, likewise: `275`, `1.2e+40`.
[[nodiscard]] std::string e_value_text(double log_e);

/// Whether the arm's failures are spread so unevenly that it has no single rate.
[[nodiscard]] bool has_drift(const ArmSummary& arm);

/// The three parts of a rate, apart so that tables can align them: `23/25`, `92%`, `[74%, 99%]`.
/// Without data: `-` and two empty texts. Where the rate drifts, `(drifts)` in place of the interval.
struct RateText {
  std::string fraction;
  std::string percentage;
  std::string interval;
};
[[nodiscard]] RateText rate_text(const ArmSummary& arm);

/// Whether any arm has a schedule other than the system's, so that it must be shown.
[[nodiscard]] bool shows_schedule(const CampaignSummary& summary);
/// `pre-fix address`, with the schedule where it is shown. One line of harmless text.
[[nodiscard]] std::string arm_label(const CampaignSummary& summary, std::uint32_t arm);
/// `pre-fix address 20, fixed address 3`, in the order of the arms.
[[nodiscard]] std::string arm_counts(const CampaignSummary& summary,
                                     const std::map<std::uint32_t, std::uint64_t>& runs_by_arm);

/// Footnotes for arms whose detector is blind: equal notes share a number.
class BlindNotes {
 public:
  explicit BlindNotes(const CampaignSummary& summary);
  /// ` (1)` for a blind arm, "" for one that sees.
  [[nodiscard]] std::string mark(const ArmSummary& arm) const;
  /// In the order of their numbers, from 1.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::vector<std::string> notes_;
};

/// The bug that this signature belongs to; null when the summary has none.
[[nodiscard]] const BugSummary* bug_of(const CampaignSummary& summary, const std::string& signature_id);

/// `25 runs`, `1 run`.
[[nodiscard]] std::string run_count(std::uint64_t runs);
/// `2023-11-14T22:13:20Z`.
[[nodiscard]] std::string utc_time(std::chrono::nanoseconds since_epoch);
/// How a run's process ended: `exit code 3`, `killed by SIGSEGV`, `unknown`.
[[nodiscard]] std::string ending(const RunRow& run);
/// Text of the subject on one line: printable, with line ends and tabs as spaces.
[[nodiscard]] std::string one_line(std::string_view text);
/// What the campaign was and how it ended, one line: scenario or command, state, time.
[[nodiscard]] std::string campaign_line(const CampaignSummary& summary);

[[nodiscard]] double in_milliseconds(std::chrono::nanoseconds duration);
[[nodiscard]] std::uint64_t kibibytes(std::uint64_t bytes);

}  // namespace repro::report
