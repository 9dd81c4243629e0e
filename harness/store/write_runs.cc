// Writing: one finished run is one transaction, and so is each change of the campaign's state.

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/model/json.h"
#include "harness/store/store.h"
#include "harness/store/store_impl.h"

namespace repro::store {
namespace {

/// SQLite's integers are signed; sizes and counts of ours never reach the sign bit.
std::int64_t as_signed(std::uint64_t number) {
  REPRO_CHECK(number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  return static_cast<std::int64_t>(number);
}

struct Ending {
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> signal;
  bool core_dumped = false;
};

Ending ending_of(const ProcessResult& process) {
  if (process.stop_reason == StopReason::lost) return {};  // how it ended is unknown
  if (const auto* exited = std::get_if<Exited>(&process.termination)) return {exited->code, {}, false};
  const auto& signaled = std::get<Signaled>(process.termination);
  return {{}, signaled.signal, signaled.core_dumped};
}

Result<void> insert_run(Statement& insert, const RunRecord& run) {
  const ProcessResult& process = run.process;
  const Ending ending = ending_of(process);
  const std::string reason = to_valid_utf8(run.reason);
  insert.bind(1, as_signed(run.slot.index)).bind(2, std::int64_t{run.slot.arm});
  // Seeds use all 64 bits and are stored as the signed number with the same bits.
  insert.bind(3, as_signed(run.slot.arm_run)).bind(4, static_cast<std::int64_t>(run.slot.seed));
  insert.bind(5, to_string(run.outcome)).bind(6, reason);
  insert.bind_optional(7, ending.exit_code).bind_optional(8, ending.signal);
  insert.bind(9, std::int64_t{ending.core_dumped});
  insert.bind(10, to_string(process.stop_reason)).bind(11, to_string(process.stop_step));
  insert.bind(12, std::int64_t{process.pid}).bind(13, process.started_at.count());
  insert.bind(14, process.wall.count()).bind(15, process.usage.user_cpu.count());
  insert.bind(16, process.usage.system_cpu.count());
  insert.bind(17, as_signed(process.usage.max_rss_bytes));
  insert.bind(18, as_signed(process.usage.max_rss_floor_bytes)).bind(19, run.timeout.count());
  insert.bind(20, as_signed(process.standard_output.total_bytes));
  insert.bind(21, as_signed(process.standard_error.total_bytes));
  insert.bind(22, std::int64_t{process.leftover_processes});
  insert.bind(23, std::int64_t{process.pipes_held_open}).bind(24, std::int64_t{process.out_of_memory});
  return insert.run();
}

Result<void> insert_findings(RunWriter& writer, const RunRecord& run) {
  const std::int64_t index = as_signed(run.slot.index);
  std::int64_t position = 0;
  for (const Finding& finding : run.findings) {
    const std::string kind = to_valid_utf8(finding.kind);
    writer.insert_finding.bind(1, index).bind(2, position).bind(3, to_string(finding.source));
    writer.insert_finding.bind(4, kind).bind(5, to_string(finding.implies)).bind(6, finding.signature);
    REPRO_TRY(writer.insert_finding.run());
    const std::string text = writer.compressor.compress(to_json(finding).dump());
    writer.insert_finding_text.bind(1, index).bind(2, position).bind_blob(3, text);
    REPRO_TRY(writer.insert_finding_text.run());
    ++position;
  }
  return {};
}

Result<void> insert_signatures(RunWriter& writer, const RunRecord& run,
                               std::span<const Signature> signatures) {
  std::set<std::string_view> ids;
  for (const Finding& finding : run.findings) {
    if (!finding.signature.empty()) ids.insert(finding.signature);
  }
  for (const std::string_view id : ids) {
    const auto found = std::ranges::find(signatures, id, &Signature::id);
    REPRO_CHECK(found != signatures.end());
    const nlohmann::ordered_json json = to_json(*found);
    const std::string kind = json.at("kind").get<std::string>();
    const std::string title = json.at("title").get<std::string>();
    const std::string text = json.dump();
    writer.insert_signature.bind(1, id).bind(2, to_string(found->source)).bind(3, kind);
    writer.insert_signature.bind(4, to_string(found->implies)).bind(5, title).bind(6, text);
    REPRO_TRY(writer.insert_signature.run());
    writer.insert_run_signature.bind(1, as_signed(run.slot.index)).bind(2, id);
    REPRO_TRY(writer.insert_run_signature.run());
  }
  return {};
}

struct LogEntry {
  std::string_view stream;
  std::string_view name;
  std::int64_t pid = 0;
  std::uint64_t total_bytes = 0;
  std::string_view content;
};

Result<void> insert_log(RunWriter& writer, std::uint64_t index, const LogEntry& entry) {
  const std::string name = to_valid_utf8(entry.name);
  const std::string frame = writer.compressor.compress(entry.content);
  writer.insert_log.bind(1, as_signed(index)).bind(2, entry.stream).bind(3, name);
  writer.insert_log.bind(4, entry.pid).bind(5, as_signed(entry.total_bytes)).bind_blob(6, frame);
  return writer.insert_log.run();
}

/// Both streams are always written, so that "wrote nothing" and "was not kept" stay different facts.
Result<void> insert_logs(RunWriter& writer, const RunRecord& run) {
  const ProcessResult& process = run.process;
  const std::string out = process.standard_output.text();
  const std::string err = process.standard_error.text();
  const std::array<LogEntry, 2> streams{LogEntry{"stdout", "", 0, process.standard_output.total_bytes, out},
                                        LogEntry{"stderr", "", 0, process.standard_error.total_bytes, err}};
  for (const LogEntry& entry : streams) REPRO_TRY(insert_log(writer, run.slot.index, entry));
  if (!process.hang.text.empty()) {
    const LogEntry entry{"hang", "", 0, process.hang.text.size(), process.hang.text};
    REPRO_TRY(insert_log(writer, run.slot.index, entry));
  }
  for (const ReportFile& report : process.report_files) {
    const LogEntry entry{"report", report.name, report.pid, report.total_bytes, report.text};
    REPRO_TRY(insert_log(writer, run.slot.index, entry));
  }
  return {};
}

Result<void> write_run(Store::Impl& impl, const RunRecord& run, std::span<const Signature> signatures) {
  RunWriter& writer = *impl.writer_;
  REPRO_ASSIGN(Transaction transaction, Transaction::begin(impl.database_, Transaction::Kind::write));
  if (Result<void> inserted = insert_run(writer.insert_run, run); !inserted) {
    // SQLite's words for a broken UNIQUE would not tell which run. Asked before the rollback forgets it.
    if (sqlite3_extended_errcode(impl.database_.handle()) != SQLITE_CONSTRAINT_PRIMARYKEY) return inserted;
    return fail_about(impl.database_, ErrorKind::store, fmt::format("has run {} already", run.slot.index));
  }
  REPRO_TRY(insert_findings(writer, run));
  REPRO_TRY(insert_signatures(writer, run, signatures));
  const bool is_kept = keeps_logs(impl.campaign_.request.keep_logs, run.outcome);
  if (is_kept) REPRO_TRY(insert_logs(writer, run));
  REPRO_TRY(insert_schedule(writer, run, is_kept));
  return transaction.commit();
}

}  // namespace

Result<RunWriter> RunWriter::prepare(const Database& database) {
  REPRO_ASSIGN(Statement run, Statement::prepare(database, R"sql(
      INSERT INTO runs (run_index, arm, arm_run, seed, outcome, reason, exit_code, signal, core_dumped,
        stop_reason, stop_step, pid, started_at_ns, wall_ns, user_cpu_ns, system_cpu_ns, max_rss_bytes,
        max_rss_floor_bytes, timeout_ns, stdout_bytes, stderr_bytes, leftover_processes, pipes_held_open,
        out_of_memory)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"));
  REPRO_ASSIGN(Statement finding, Statement::prepare(database, R"sql(
      INSERT INTO findings (run_index, position, source, kind, implies, signature)
      VALUES (?, ?, ?, ?, ?, ?))sql"));
  REPRO_ASSIGN(Statement text, Statement::prepare(database, R"sql(
      INSERT INTO finding_texts (run_index, position, json_zstd) VALUES (?, ?, ?))sql"));
  REPRO_ASSIGN(Statement signature, Statement::prepare(database, R"sql(
      INSERT OR IGNORE INTO signatures (signature, source, kind, outcome, title, json)
      VALUES (?, ?, ?, ?, ?, ?))sql"));
  REPRO_ASSIGN(Statement run_signature, Statement::prepare(database, R"sql(
      INSERT INTO run_signatures (run_index, signature) VALUES (?, ?))sql"));
  REPRO_ASSIGN(Statement log, Statement::prepare(database, R"sql(
      INSERT INTO logs (run_index, stream, name, pid, total_bytes, content_zstd)
      VALUES (?, ?, ?, ?, ?, ?))sql"));
  REPRO_ASSIGN(Statement schedule, Statement::prepare(database, R"sql(
      INSERT INTO schedules (run_index, ended, points, decisions, switches, preemptions, outside_waits,
        memory_points, noise_actions, noise_delay_ns, trace_zstd)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"));
  return RunWriter{std::move(run),           std::move(finding), std::move(text),     std::move(signature),
                   std::move(run_signature), std::move(log),     std::move(schedule), Compressor()};
}

Result<void> Store::add_run(const RunRecord& run, std::span<const Signature> signatures) {
  REPRO_CHECK(impl_->writer_.has_value());
  REPRO_CHECK(std::ranges::any_of(request().arms, [&](const Arm& arm) { return arm.id == run.slot.arm; }));
  return write_run(*impl_, run, signatures);
}

Result<void> Store::set_state(CampaignState state, std::string_view note,
                              std::chrono::nanoseconds session_wall) {
  REPRO_CHECK(impl_->writer_.has_value());
  const std::string text = to_valid_utf8(note);
  REPRO_ASSIGN(
      Statement update,
      Statement::prepare(impl_->database_, "UPDATE campaign SET state = ?, state_note = ?, wall_ns = ?"));
  update.bind(1, to_string(state)).bind(2, text);
  update.bind(3, (impl_->campaign_.wall + session_wall).count());
  return update.run();
}

Result<void> Store::add_warning(std::string_view text) {
  REPRO_CHECK(impl_->writer_.has_value());
  const std::string valid = to_valid_utf8(text);
  REPRO_ASSIGN(Statement insert,
               Statement::prepare(impl_->database_, "INSERT OR IGNORE INTO warnings (text) VALUES (?)"));
  return insert.bind(1, valid).run();
}

Result<void> Store::set_arm_blind(std::uint32_t arm, std::string_view note) {
  REPRO_CHECK(impl_->writer_.has_value());
  const std::string text = to_valid_utf8(note);
  REPRO_ASSIGN(Statement update,
               Statement::prepare(impl_->database_, "UPDATE arms SET blind = ? WHERE arm = ?"));
  return update.bind(1, text).bind(2, std::int64_t{arm}).run();
}

}  // namespace repro::store
