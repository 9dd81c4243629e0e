// What a campaign file holds about schedules: counts of every run that had one, the whole schedule of those
// whose logs are kept, and the minimised ones.

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/model/json.h"
#include "harness/store/store.h"
#include "harness/store/store_impl.h"

namespace repro::store {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t as_signed(std::uint64_t number) { return static_cast<std::int64_t>(number); }

/// Files of schema version 1 have none of these tables and are read as they are.
Result<bool> has_schedules(const Database& database) {
  REPRO_ASSIGN(
      const std::int64_t tables,
      database.integer("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schedules'"));
  return tables != 0;
}

}  // namespace

Result<void> insert_schedule(RunWriter& writer, const RunRecord& run, bool keeps_trace) {
  if (!run.schedule) return {};
  const ScheduleRecord& schedule = *run.schedule;
  const ScheduleCounts& counts = schedule.counts;
  Statement& insert = writer.insert_schedule;
  insert.bind(1, as_signed(run.slot.index)).bind(2, to_string(schedule.end));
  insert.bind(3, as_signed(counts.points)).bind(4, as_signed(counts.decisions));
  insert.bind(5, as_signed(counts.switches)).bind(6, as_signed(counts.preemptions));
  insert.bind(7, as_signed(counts.outside_waits)).bind(8, std::int64_t{counts.has_memory_points});
  insert.bind(9, as_signed(counts.actions)).bind(10, as_signed(counts.delayed_ns));
  std::string frame;
  if (keeps_trace) frame = writer.compressor.compress(to_json(schedule).dump());
  if (keeps_trace) {
    insert.bind_blob(11, frame);
  } else {
    insert.bind_optional(11, std::nullopt);
  }
  return insert.run();
}

Result<void> read_schedule(const Database& database, std::uint64_t run_index, RunDetails& run) {
  REPRO_ASSIGN(const bool is_there, has_schedules(database));
  if (!is_there) return {};
  REPRO_ASSIGN(Statement select, Statement::prepare(database,
                                                    "SELECT trace_zstd FROM schedules WHERE run_index = ? "
                                                    "AND trace_zstd IS NOT NULL"));
  select.bind(1, as_signed(run_index));
  REPRO_ASSIGN(const bool has_row, select.step());
  if (has_row) {
    const Result<std::string> text = decompress(select.bytes(0));
    if (!text) return damaged(database, text.error());
    const Json json = Json::parse(*text, nullptr, false);
    if (json.is_discarded())
      return fail_about(database, ErrorKind::store, "is damaged: a schedule is not JSON");
    Result<ScheduleRecord> record = schedule_record_from_json(json);
    if (!record) return damaged(database, record.error());
    run.schedule = *std::move(record);
  }
  REPRO_ASSIGN(Statement minimised,
               Statement::prepare(database, "SELECT json FROM minimised WHERE run_index = ?"));
  minimised.bind(1, as_signed(run_index));
  REPRO_ASSIGN(const bool is_minimised, minimised.step());
  if (is_minimised) run.minimised = minimised.bytes(0);
  return {};
}

Result<void> count_schedules(const Database& database, CampaignSummary& summary) {
  REPRO_ASSIGN(const bool is_there, has_schedules(database));
  if (!is_there) return {};
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT arm, COUNT(*), SUM(points), SUM(decisions), SUM(switches), SUM(preemptions),
        SUM(outside_waits > 0), SUM(memory_points), SUM(noise_actions), SUM(noise_delay_ns),
        SUM(ended = 'deadlock'), SUM(ended = 'step-limit'), SUM(ended = 'left-control')
      FROM schedules JOIN runs USING (run_index) WHERE outcome <> 'infra' GROUP BY arm)sql"));
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return {};
    for (ArmSummary& arm : summary.arms) {
      if (arm.id != static_cast<std::uint32_t>(select.integer(0))) continue;
      const auto number = [&](int column) { return static_cast<std::uint64_t>(select.integer(column)); };
      ScheduleSummary& counted = arm.schedule.emplace();
      counted.runs = number(1);
      counted.points = number(2);
      counted.decisions = number(3);
      counted.switches = number(4);
      counted.preemptions = number(5);
      counted.runs_with_outside_waits = number(6);
      counted.runs_with_memory_points = number(7);
      counted.noise_actions = number(8);
      counted.noise_delay = std::chrono::nanoseconds(select.integer(9));
      counted.deadlocks = number(10);
      counted.step_limits = number(11);
      counted.left_control = number(12);
    }
  }
}

Result<void> Store::set_minimised(const MinimisedSchedule& minimised) {
  REPRO_CHECK(impl_->writer_.has_value());
  const std::string text = to_json(minimised).dump();
  REPRO_ASSIGN(Statement insert,
               Statement::prepare(impl_->database_,
                                  "INSERT OR REPLACE INTO minimised (run_index, json) VALUES (?, ?)"));
  return insert.bind(1, as_signed(minimised.run_index)).bind(2, text).run();
}

}  // namespace repro::store
