#include "harness/report/json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/model/json.h"
#include "harness/report/bugs.h"
#include "harness/report/json_parts.h"
#include "harness/report/json_values.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

using Json = nlohmann::ordered_json;

Json ms(std::chrono::nanoseconds duration) { return in_milliseconds(duration); }

Json ms_or_null(const std::optional<std::chrono::nanoseconds>& duration) {
  return duration ? ms(*duration) : Json();
}

/// All text of ours was made valid UTF-8 before; what a damaged file may have brought in is replaced.
void write(std::ostream& out, const Json& json) {
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json key_to_json(const ArmKey& key) {
  return Json{{"variant", key.variant}, {"sanitizer", to_string(key.sanitizer)}, {"schedule", key.schedule}};
}

Json counts_to_json(const OutcomeCounts& counts) {
  return Json{{"runs", counts.counted()}, {"crash", counts.crash}, {"hang", counts.hang},
              {"fail", counts.fail},      {"ok", counts.ok},       {"infra", counts.infra}};
}

Json drift_to_json(const RateDrift& drift) {
  return Json{{"detected", drift.is_detected},
              {"p_value", drift.p_value},
              {"trend_p", drift.trend_p},
              {"clustering_p", drift.clustering_p},
              {"first_half", {{"runs", drift.first_half_runs}, {"bad", drift.first_half_bad}}},
              {"second_half", {{"runs", drift.second_half_runs}, {"bad", drift.second_half_bad}}}};
}

Json schedule_counts_to_json(const ScheduleSummary& schedule) {
  return Json{{"runs", schedule.runs},
              {"points", schedule.points},
              {"decisions", schedule.decisions},
              {"switches", schedule.switches},
              {"preemptions", schedule.preemptions},
              {"noise_actions", schedule.noise_actions},
              {"noise_delay_ms", ms(schedule.noise_delay)},
              {"deadlocks", schedule.deadlocks},
              {"step_limits", schedule.step_limits},
              {"left_control", schedule.left_control},
              {"runs_with_outside_waits", schedule.runs_with_outside_waits},
              {"runs_with_memory_points", schedule.runs_with_memory_points}};
}

const ArmSummary& arm_of(const CampaignSummary& summary, std::uint32_t id) {
  const auto found = std::find_if(summary.arms.begin(), summary.arms.end(),
                                  [&](const ArmSummary& arm) { return arm.id == id; });
  REPRO_CHECK(found != summary.arms.end());
  return *found;
}

Json arms_to_json(const CampaignSummary& summary, const std::map<std::uint32_t, std::uint64_t>& runs_by_arm) {
  Json arms = Json::array();
  for (const auto& [arm, runs] : runs_by_arm) {
    Json entry = key_to_json(arm_of(summary, arm).key);
    entry["runs"] = runs;
    arms.push_back(std::move(entry));
  }
  return arms;
}

Json run_to_json(const CampaignSummary& summary, const RunRow& run) {
  Json json{{"index", run.slot.index}};
  json.update(key_to_json(arm_of(summary, run.slot.arm).key));
  json["arm_run"] = run.slot.arm_run;
  json["seed"] = run.slot.seed;
  json["outcome"] = to_string(run.outcome);
  json["reason"] = run.reason;
  json["exit_code"] = or_null(run.exit_code);
  json["signal"] = or_null(run.signal);
  json["stop_reason"] = to_string(run.stop_reason);
  json["started_at"] = utc_time(run.started_at);
  json["wall_ms"] = ms(run.wall);
  json["user_cpu_ms"] = ms(run.user_cpu);
  json["system_cpu_ms"] = ms(run.system_cpu);
  json["max_rss_kib"] = kibibytes(run.max_rss_bytes);
  json["stdout_bytes"] = run.stdout_bytes;
  json["stderr_bytes"] = run.stderr_bytes;
  json["signatures"] = run.signatures;
  return json;
}

Json logs_to_json(const RunLogs& logs) {
  Json reports = Json::array();
  for (const ReportFile& report : logs.reports) {
    reports.push_back(Json{{"name", report.name},
                           {"pid", report.pid},
                           {"total_bytes", report.total_bytes},
                           {"text", to_valid_utf8(report.text)}});
  }
  return Json{{"stdout", to_valid_utf8(logs.standard_output)},
              {"stderr", to_valid_utf8(logs.standard_error)},
              {"hang_evidence", to_valid_utf8(logs.hang_evidence)},
              {"reports", std::move(reports)}};
}

/// Writes `"name":[` item `,` item ... `]`, one item a line.
class ArrayWriter {
 public:
  ArrayWriter(std::ostream& out, std::string_view name) : out_(out) { out_ << ",\n\"" << name << "\":["; }
  void add(const Json& item) {
    out_ << (is_first_ ? "\n" : ",\n");
    is_first_ = false;
    write(out_, item);
  }
  void end() { out_ << (is_first_ ? "]" : "\n]"); }

 private:
  std::ostream& out_;
  bool is_first_ = true;
};

}  // namespace

Json arm_to_json(const ArmSummary& arm) {
  Json json{{"id", arm.id}};
  json.update(key_to_json(arm.key));
  json.update(counts_to_json(arm.counts));
  json["rate"] = arm.rate ? Json(arm.rate->rate) : Json();
  const bool has_interval = arm.rate && !has_drift(arm);
  json["rate_low"] = has_interval ? Json(arm.rate->low) : Json();
  json["rate_high"] = has_interval ? Json(arm.rate->high) : Json();
  json["drift"] = arm.drift ? drift_to_json(*arm.drift) : Json();
  json["wall_ms"] =
      arm.wall
          ? Json{{"median", ms(arm.wall->median)}, {"p95", ms(arm.wall->p95)}, {"max", ms(arm.wall->max)}}
          : Json();
  json["max_rss_kib"] = kibibytes(arm.max_rss_bytes);
  json["first_failure_run"] = or_null(arm.first_failure_run);
  json["runs_by_finding"] = Json::object();
  for (const auto& [finding, runs] : arm.runs_by_finding) json["runs_by_finding"][finding] = runs;
  json["blind"] = arm.blind.empty() ? Json() : Json(arm.blind);
  json["schedule_counts"] = arm.schedule ? schedule_counts_to_json(*arm.schedule) : Json();
  return json;
}

Json signature_to_json(const CampaignSummary& summary, const SignatureSummary& counted) {
  Json json = to_json(counted.signature);
  json["runs"] = counted.runs;
  json["arms"] = arms_to_json(summary, counted.runs_by_arm);
  json["first_run"] = counted.first_run;
  return json;
}

Json counted_bug_to_json(const CampaignSummary& summary, const BugSummary& counted) {
  Json json = bug_to_json(counted.bug);
  json["runs"] = counted.runs;
  json["arms"] = arms_to_json(summary, counted.runs_by_arm);
  json["first_run"] = counted.first_run;
  return json;
}

Json campaign_to_json(const CampaignSummary& summary) {
  Json infra = Json::array();
  for (const InfraReason& one : summary.infra) {
    infra.push_back(Json{{"reason", one.reason}, {"runs", one.runs}, {"first_run", one.first_run}});
  }
  return Json{{"file", to_valid_utf8(summary.file)},
              {"scenario", summary.request.scenario},
              {"seed", summary.request.seed},
              {"state", to_string(summary.state)},
              {"state_note", summary.state_note},
              {"started_at", utc_time(summary.started_at)},
              {"wall_ms", ms(summary.wall)},
              {"adaptive_timeout_ms", ms_or_null(summary.adaptive_timeout)},
              {"totals", counts_to_json(summary.totals())},
              {"infra", std::move(infra)},
              {"warnings", summary.warnings},
              {"machine", summary.machine},
              {"request", to_json(summary.request)}};
}

Result<void> write_json(std::ostream& out, const CampaignSummary& summary, const RunSource& runs) {
  out << "{\"schema\":" << kJsonSchema << ",\n\"campaign\":";
  write(out, campaign_to_json(summary));
  ArrayWriter arms(out, "arms");
  for (const ArmSummary& arm : summary.arms) arms.add(arm_to_json(arm));
  arms.end();
  ArrayWriter signatures(out, "signatures");
  for (const SignatureSummary& one : summary.signatures) signatures.add(signature_to_json(summary, one));
  signatures.end();
  ArrayWriter bugs(out, "bugs");
  for (const BugSummary& one : summary.bugs) bugs.add(counted_bug_to_json(summary, one));
  bugs.end();
  out << ",\n\"unseen\":";
  write(out, unseen_to_json(summary.unseen));
  ArrayWriter rows(out, "runs");
  REPRO_TRY(runs([&](const RunRow& run) { rows.add(run_to_json(summary, run)); }));
  rows.end();
  out << "}\n";
  return {};
}

void write_run_json(std::ostream& out, const CampaignSummary& summary, const RunDetails& run) {
  Json json = run_to_json(summary, run.row);
  json["timeout_ms"] = run.timeout.count() > 0 ? ms(run.timeout) : Json();
  json["core_dumped"] = run.core_dumped;
  json["stop_step"] = to_string(run.stop_step);
  json["pid"] = run.pid;
  json["max_rss_floor_kib"] = kibibytes(run.max_rss_floor_bytes);
  json["leftover_processes"] = run.leftover_processes;
  json["pipes_held_open"] = run.pipes_held_open;
  json["out_of_memory"] = run.out_of_memory;
  json["files"] = run.files_directory.empty() ? Json() : Json(to_valid_utf8(run.files_directory));
  json["findings"] = Json::array();
  for (const Finding& finding : run.findings) json["findings"].push_back(to_json(finding));
  json["schedule_record"] = run.schedule ? to_json(*run.schedule) : Json();
  json["minimised"] = run.minimised.empty() ? Json() : Json::parse(run.minimised, nullptr, false);
  json["logs"] = run.logs ? logs_to_json(*run.logs) : Json();
  write(out, Json{{"schema", kJsonSchema}, {"file", to_valid_utf8(summary.file)}, {"run", std::move(json)}});
  out << "\n";
}

void write_signature_json(std::ostream& out, const CampaignSummary& summary,
                          const SignatureSummary& signature, const Finding& example,
                          const SignatureLevels& levels) {
  const BugSummary* bug = bug_of(summary, signature.signature.id);
  Json document{{"schema", kJsonSchema},
                {"file", to_valid_utf8(summary.file)},
                {"signature", signature_to_json(summary, signature)},
                {"bug", bug == nullptr ? Json() : counted_bug_to_json(summary, *bug)}};
  if (!levels.exact.empty()) document["levels"] = {{"exact", levels.exact}, {"cluster", levels.cluster}};
  document["example"] = to_json(example);
  write(out, document);
  out << "\n";
}

}  // namespace repro::report
