#include "harness/report/csv.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

/// A text cell. A spreadsheet runs what begins with one of these as a formula, quoted or not (CWE-1236).
std::string cell(std::string_view text) {
  std::string content = printable(text);
  if (!content.empty() && std::string_view("=+-@\t\r\n").find(content.front()) != std::string_view::npos) {
    content.insert(0, 1, '\'');
  }
  if (content.find_first_of(",\"\n\r") == std::string::npos) return content;
  std::string quoted = "\"";
  for (const char c : content) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string number(const std::optional<int>& value) { return value ? std::to_string(*value) : std::string(); }

std::string number_ms(std::chrono::nanoseconds duration) {
  return fmt::format("{:.3f}", in_milliseconds(duration));
}

/// The cells that all runs of an arm share: variant, sanitizer, schedule.
std::map<std::uint32_t, std::string> arm_cells(const CampaignSummary& summary) {
  std::map<std::uint32_t, std::string> cells;
  for (const ArmSummary& arm : summary.arms) {
    cells[arm.id] =
        fmt::format("{},{},{}", cell(arm.key.variant), to_string(arm.key.sanitizer), cell(arm.key.schedule));
  }
  return cells;
}

std::string line_of(const RunRow& run, const std::string& arm) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", run.slot.index, arm,
                     run.slot.arm_run, run.slot.seed, to_string(run.outcome), cell(run.reason),
                     number(run.exit_code), number(run.signal), to_string(run.stop_reason),
                     utc_time(run.started_at), number_ms(run.wall), number_ms(run.user_cpu),
                     number_ms(run.system_cpu), kibibytes(run.max_rss_bytes), run.stdout_bytes,
                     run.stderr_bytes, cell(join(run.signatures, " ")));
}

}  // namespace

Result<void> write_csv(std::ostream& out, const CampaignSummary& summary, const RunSource& runs) {
  out << "index,variant,sanitizer,schedule,arm_run,seed,outcome,reason,exit_code,signal,stop_reason,started_"
         "at,"
         "wall_ms,user_cpu_ms,system_cpu_ms,max_rss_kib,stdout_bytes,stderr_bytes,signatures\r\n";
  std::map<std::uint32_t, std::string> arms = arm_cells(summary);
  return runs([&](const RunRow& run) { out << line_of(run, arms[run.slot.arm]); });
}

}  // namespace repro::report
