#include "harness/report/wording.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::report {
namespace {

/// `number` with two significant digits and without an exponent.
std::string two_digits(double number) {
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(number))));
  return fmt::format("{:.{}f}", number, decimals);
}

const ArmSummary* find_arm(const CampaignSummary& summary, std::uint32_t arm) {
  const auto found = std::find_if(summary.arms.begin(), summary.arms.end(),
                                  [&](const ArmSummary& candidate) { return candidate.id == arm; });
  return found == summary.arms.end() ? nullptr : &*found;
}

std::string_view state_words(CampaignState state) {
  switch (state) {
    case CampaignState::complete:
      return "complete";
    case CampaignState::stopped_early:
      return "stopped early";
    case CampaignState::interrupted:
      return "interrupted";
    case CampaignState::running:
      return "still running";
  }
  return "";
}

std::string subject(const Request& request) {
  if (!request.scenario.empty()) return fmt::format("scenario {}", one_line(request.scenario));
  if (request.arms.empty()) return "no arms";
  return one_line(shell_quote(request.arms.front().command.argv));
}

}  // namespace

std::string percent(double share) {
  const double value = share * 100;
  if (value <= 0) return "0%";
  if (value >= 100) return "100%";
  // Below 9.95 two digits still fit before rounding makes it 10.
  if (value < 9.95) return two_digits(value) + "%";
  if (value < 99.5) return fmt::format("{:.0f}%", value);
  // Towards 100 the distance is what matters. It gets one digit, from the first that is not 9: 99.6, 99.97.
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(100 - value))), 1, 12);
  const double scale = std::pow(10, decimals);
  return fmt::format("{:.{}f}%", std::min(std::round(value * scale), 100 * scale - 1) / scale, decimals);
}

std::string p_value_text(double p_value) {
  if (p_value >= 0.995) return "1";
  if (p_value < 1e-300) return "<1e-300";
  if (p_value >= 0.0001) return two_digits(p_value);
  return fmt::format("{:.1e}", p_value);
}

std::string e_value_text(double log_e) {
  // Beyond what a double holds the power of ten is written by hand.
  constexpr double kLargest = 700;
  if (log_e > kLargest) return fmt::format("1e+{:.0f}", log_e / std::log(10.0));
  return fmt::format("{:.3g}", std::exp(log_e));
}

bool has_drift(const ArmSummary& arm) { return arm.drift && arm.drift->is_detected; }

RateText rate_text(const ArmSummary& arm) {
  if (!arm.rate) return {"-", "", ""};
  return {
      fmt::format("{}/{}", arm.counts.bad(), arm.counts.counted()), percent(arm.rate->rate),
      has_drift(arm) ? "(drifts)" : fmt::format("[{}, {}]", percent(arm.rate->low), percent(arm.rate->high))};
}

bool shows_schedule(const CampaignSummary& summary) {
  return std::any_of(summary.arms.begin(), summary.arms.end(),
                     [](const ArmSummary& arm) { return arm.key.schedule != "os"; });
}

std::string arm_label(const CampaignSummary& summary, std::uint32_t arm) {
  const ArmSummary* found = find_arm(summary, arm);
  if (found == nullptr) return fmt::format("arm {}", arm);
  std::string label = fmt::format("{} {}", one_line(found->key.variant), to_string(found->key.sanitizer));
  if (shows_schedule(summary)) label += " " + one_line(found->key.schedule);
  return label;
}

std::string arm_counts(const CampaignSummary& summary,
                       const std::map<std::uint32_t, std::uint64_t>& runs_by_arm) {
  std::vector<std::string> pieces;
  for (const ArmSummary& arm : summary.arms) {
    const auto counted = runs_by_arm.find(arm.id);
    if (counted == runs_by_arm.end()) continue;
    pieces.push_back(fmt::format("{} {}", arm_label(summary, arm.id), counted->second));
  }
  return join(pieces, ", ");
}

BlindNotes::BlindNotes(const CampaignSummary& summary) {
  for (const ArmSummary& arm : summary.arms) {
    const bool is_known = std::find(notes_.begin(), notes_.end(), arm.blind) != notes_.end();
    if (!arm.blind.empty() && !is_known) notes_.push_back(arm.blind);
  }
}

std::string BlindNotes::mark(const ArmSummary& arm) const {
  const auto found = std::find(notes_.begin(), notes_.end(), arm.blind);
  return found == notes_.end() ? std::string() : fmt::format(" ({})", found - notes_.begin() + 1);
}

const BugSummary* bug_of(const CampaignSummary& summary, const std::string& signature_id) {
  for (const BugSummary& one : summary.bugs) {
    const std::vector<std::string>& ids = one.bug.signatures;
    if (std::find(ids.begin(), ids.end(), signature_id) != ids.end()) return &one;
  }
  return nullptr;
}

std::string run_count(std::uint64_t runs) { return fmt::format("{} run{}", runs, runs == 1 ? "" : "s"); }

std::string utc_time(std::chrono::nanoseconds since_epoch) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "-";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string ending(const RunRow& run) {
  if (run.signal) return fmt::format("killed by {}", signal_name(*run.signal));
  if (run.exit_code) return fmt::format("exit code {}", *run.exit_code);
  return "unknown";
}

std::string one_line(std::string_view text) {
  std::string line = printable(trim(text));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return line;
}

std::string campaign_line(const CampaignSummary& summary) {
  std::string line = fmt::format("{}: {}", subject(summary.request), state_words(summary.state));
  if (!summary.state_note.empty()) line += fmt::format(" ({})", one_line(summary.state_note));
  const OutcomeCounts totals = summary.totals();
  line += fmt::format(", {} in {}", run_count(totals.all()), format_duration(summary.wall));
  return line;
}

double in_milliseconds(std::chrono::nanoseconds duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

std::uint64_t kibibytes(std::uint64_t bytes) { return bytes / 1024; }

}  // namespace repro::report
