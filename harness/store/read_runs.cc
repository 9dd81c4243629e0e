// Reading: the campaign's head, single runs and the walk over all runs.

#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/model/json.h"
#include "harness/store/store.h"
#include "harness/store/store_impl.h"

namespace repro::store {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRowColumns =
    "run_index, arm, arm_run, seed, outcome, reason, exit_code, signal, stop_reason, started_at_ns, wall_ns, "
    "user_cpu_ns, system_cpu_ns, max_rss_bytes, stdout_bytes, stderr_bytes";

std::optional<int> as_int(std::optional<std::int64_t> number) {
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

/// A row of a SELECT that begins with kRowColumns. A name that this version does not know can only come from
/// a damaged file, since new names raise the schema version.
Result<RunRow> read_row(const Database& database, const Statement& select) {
  RunRow row;
  row.slot.index = static_cast<std::uint64_t>(select.integer(0));
  row.slot.arm = static_cast<std::uint32_t>(select.integer(1));
  row.slot.arm_run = static_cast<std::uint64_t>(select.integer(2));
  row.slot.seed = static_cast<std::uint64_t>(select.integer(3));
  const std::optional<Outcome> outcome = parse_outcome(select.bytes(4));
  const std::optional<StopReason> stop_reason = parse_stop_reason(select.bytes(8));
  if (!outcome || !stop_reason) {
    return fail_about(database, ErrorKind::store,
                      fmt::format("is damaged: run {} has an unknown outcome", row.slot.index));
  }
  row.outcome = *outcome;
  row.reason = select.bytes(5);
  row.exit_code = as_int(select.optional_integer(6));
  row.signal = as_int(select.optional_integer(7));
  row.stop_reason = *stop_reason;
  row.started_at = std::chrono::nanoseconds(select.integer(9));
  row.wall = std::chrono::nanoseconds(select.integer(10));
  row.user_cpu = std::chrono::nanoseconds(select.integer(11));
  row.system_cpu = std::chrono::nanoseconds(select.integer(12));
  row.max_rss_bytes = static_cast<std::uint64_t>(select.integer(13));
  row.stdout_bytes = static_cast<std::uint64_t>(select.integer(14));
  row.stderr_bytes = static_cast<std::uint64_t>(select.integer(15));
  return row;
}

/// Walks table run_signatures beside the runs: both are in order of run_index.
class SignatureCursor {
 public:
  [[nodiscard]] static Result<SignatureCursor> open(const Database& database) {
    REPRO_ASSIGN(Statement select, Statement::prepare(database,
                                                      "SELECT run_index, signature FROM run_signatures "
                                                      "ORDER BY run_index, signature"));
    SignatureCursor cursor(std::move(select));
    REPRO_TRY(cursor.advance());
    return cursor;
  }

  /// The ids of this run, which must not be before the last one that was asked for.
  [[nodiscard]] Result<std::vector<std::string>> take(std::uint64_t run_index) {
    std::vector<std::string> ids;
    while (has_row_ && static_cast<std::uint64_t>(select_.integer(0)) <= run_index) {
      if (static_cast<std::uint64_t>(select_.integer(0)) == run_index) ids.emplace_back(select_.bytes(1));
      REPRO_TRY(advance());
    }
    return ids;
  }

 private:
  explicit SignatureCursor(Statement select) : select_(std::move(select)) {}

  Result<void> advance() {
    REPRO_ASSIGN(has_row_, select_.step());
    return {};
  }

  Statement select_;
  bool has_row_ = false;
};

/// JSON of the file; a text that is none is damage.
Result<Json> parse(const Database& database, std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    return fail_about(database, ErrorKind::store, "is damaged: a stored text is not JSON");
  }
  return json;
}

Result<Finding> read_finding(const Database& database, std::string_view frame) {
  const Result<std::string> text = decompress(frame);
  if (!text) return damaged(database, text.error());
  REPRO_ASSIGN(const Json json, parse(database, *text));
  Result<Finding> finding = finding_from_json(json);
  if (!finding) return damaged(database, finding.error());
  return finding;
}

Result<std::vector<Finding>> read_findings(const Database& database, std::uint64_t index) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database,
                                                    "SELECT json_zstd FROM finding_texts WHERE run_index = ? "
                                                    "ORDER BY position"));
  select.bind(1, static_cast<std::int64_t>(index));
  std::vector<Finding> findings;
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return findings;
    REPRO_ASSIGN(Finding finding, read_finding(database, select.bytes(0)));
    findings.push_back(std::move(finding));
  }
}

Result<std::optional<RunLogs>> read_logs(const Database& database, std::uint64_t index) {
  REPRO_ASSIGN(Statement select,
               Statement::prepare(database,
                                  "SELECT stream, name, pid, total_bytes, content_zstd FROM logs "
                                  "WHERE run_index = ? ORDER BY id"));
  select.bind(1, static_cast<std::int64_t>(index));
  std::optional<RunLogs> logs;
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return logs;
    if (!logs) logs.emplace();
    Result<std::string> content = decompress(select.bytes(4));
    if (!content) return damaged(database, content.error());
    const std::string_view stream = select.bytes(0);
    if (stream == "stdout") {
      logs->standard_output = *std::move(content);
    } else if (stream == "stderr") {
      logs->standard_error = *std::move(content);
    } else if (stream == "hang") {
      logs->hang_evidence = *std::move(content);
    } else {
      logs->reports.push_back({std::string(select.bytes(1)), static_cast<pid_t>(select.integer(2)),
                               *std::move(content), static_cast<std::uint64_t>(select.integer(3))});
    }
  }
}

/// "runs 0 to 24", for the message that a run is not there.
Result<std::string> describe_range(const Database& database) {
  REPRO_ASSIGN(Statement select,
               Statement::prepare(database, "SELECT COUNT(*), MIN(run_index), MAX(run_index) FROM runs"));
  REPRO_ASSIGN(const bool has_row, select.step());
  if (!has_row || select.integer(0) == 0) return std::string("no runs yet");
  return fmt::format("{} runs, {} to {}", select.integer(0), select.integer(1), select.integer(2));
}

}  // namespace

Unexpected fail_about(const Database& database, ErrorKind kind, std::string_view what) {
  return fail(kind, fmt::format("'{}' {}", printable(database.path()), what));
}

Unexpected damaged(const Database& database, const Error& error) {
  return fail_about(database, ErrorKind::store, fmt::format("is damaged: {}", printable(error.message)));
}

Result<CampaignRow> read_campaign(const Database& database) {
  REPRO_ASSIGN(Statement select,
               Statement::prepare(database,
                                  "SELECT request, machine, started_at_ns, state, state_note, wall_ns "
                                  "FROM campaign"));
  REPRO_ASSIGN(const bool has_row, select.step());
  if (!has_row) return fail_about(database, ErrorKind::store, "is damaged: it holds no request");
  REPRO_ASSIGN(const Json request_json, parse(database, select.bytes(0)));
  REPRO_ASSIGN(const Json machine_json, parse(database, select.bytes(1)));
  CampaignRow campaign;
  Result<Request> request = request_from_json(request_json);
  if (!request) return damaged(database, request.error());
  campaign.request = *std::move(request);
  for (const auto& [name, value] : machine_json.items()) {
    if (value.is_string()) campaign.machine[name] = value.get<std::string>();
  }
  campaign.started_at = std::chrono::nanoseconds(select.integer(2));
  campaign.state = parse_campaign_state(select.bytes(3)).value_or(CampaignState::running);
  campaign.state_note = select.bytes(4);
  campaign.wall = std::chrono::nanoseconds(select.integer(5));
  return campaign;
}

Result<std::vector<std::uint64_t>> Store::stored_indexes() const {
  REPRO_ASSIGN(Statement select,
               Statement::prepare(impl_->database_, "SELECT run_index FROM runs ORDER BY run_index"));
  std::vector<std::uint64_t> indexes;
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return indexes;
    indexes.push_back(static_cast<std::uint64_t>(select.integer(0)));
  }
}

Result<void> Store::for_each_run(const std::function<void(const RunRow&)>& visit) const {
  const Database& database = impl_->database_;
  REPRO_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::read));
  REPRO_ASSIGN(
      Statement select,
      Statement::prepare(database, fmt::format("SELECT {} FROM runs ORDER BY run_index", kRowColumns)));
  REPRO_ASSIGN(SignatureCursor signatures, SignatureCursor::open(database));
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return snapshot.commit();
    REPRO_ASSIGN(RunRow row, read_row(database, select));
    REPRO_ASSIGN(row.signatures, signatures.take(row.slot.index));
    visit(row);
  }
}

Result<RunDetails> Store::run(std::uint64_t index) const {
  const Database& database = impl_->database_;
  REPRO_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::read));
  REPRO_ASSIGN(Statement select,
               Statement::prepare(database, fmt::format("SELECT {}, timeout_ns, core_dumped, stop_step, pid, "
                                                        "max_rss_floor_bytes, leftover_processes, "
                                                        "pipes_held_open, out_of_memory FROM runs "
                                                        "WHERE run_index = ?",
                                                        kRowColumns)));
  select.bind(1, static_cast<std::int64_t>(index));
  REPRO_ASSIGN(const bool has_row, select.step());
  if (!has_row) {
    REPRO_ASSIGN(const std::string range, describe_range(database));
    return fail_about(database, ErrorKind::usage, fmt::format("has no run {}: it holds {}", index, range));
  }
  RunDetails run;
  REPRO_ASSIGN(run.row, read_row(database, select));
  run.timeout = std::chrono::nanoseconds(select.integer(16));
  run.core_dumped = select.integer(17) != 0;
  run.stop_step = parse_stop_step(select.bytes(18)).value_or(StopStep::none);
  run.pid = static_cast<pid_t>(select.integer(19));
  run.max_rss_floor_bytes = static_cast<std::uint64_t>(select.integer(20));
  run.leftover_processes = static_cast<std::uint32_t>(select.integer(21));
  run.pipes_held_open = select.integer(22) != 0;
  run.out_of_memory = select.integer(23) != 0;
  REPRO_ASSIGN(run.findings, read_findings(database, index));
  std::set<std::string> ids;
  for (const Finding& finding : run.findings) {
    if (!finding.signature.empty()) ids.insert(finding.signature);
  }
  run.row.signatures.assign(ids.begin(), ids.end());
  REPRO_ASSIGN(run.logs, read_logs(database, index));
  REPRO_TRY(read_schedule(database, index, run));
  const std::string files = run_files_directory(database.path(), index);
  if (::access(files.c_str(), F_OK) == 0) run.files_directory = files;
  select.reset();
  REPRO_TRY(snapshot.commit());
  return run;
}

Result<SignatureSummary> Store::signature(std::string_view id) const {
  const Database& database = impl_->database_;
  REPRO_ASSIGN(const std::vector<SignatureSummary> all, count_signatures(database));
  std::vector<std::string> ids;
  const SignatureSummary* found = nullptr;
  for (const SignatureSummary& candidate : all) {
    ids.push_back(candidate.signature.id);
    if (candidate.signature.id == id) return candidate;
    if (!candidate.signature.id.starts_with(id)) continue;
    if (found != nullptr) {
      return fail_about(database, ErrorKind::usage,
                        fmt::format("has several signatures that begin with '{}': {}, {}", printable(id),
                                    found->signature.id, candidate.signature.id));
    }
    found = &candidate;
  }
  if (found != nullptr) return *found;
  return fail_about(database, ErrorKind::usage,
                    fmt::format("has no signature '{}'{}", printable(id), suggestion(id, ids)));
}

Result<Finding> Store::first_finding(std::string_view signature_id) const {
  const Database& database = impl_->database_;
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT json_zstd FROM finding_texts WHERE (run_index, position) = (
        SELECT run_index, position FROM findings
        WHERE signature = ?1 AND run_index = (SELECT MIN(run_index) FROM run_signatures WHERE signature = ?1)
        ORDER BY position LIMIT 1))sql"));
  select.bind(1, signature_id);
  REPRO_ASSIGN(const bool has_row, select.step());
  if (!has_row) {
    return fail_about(database, ErrorKind::usage,
                      fmt::format("has no signature '{}'", printable(signature_id)));
  }
  return read_finding(database, select.bytes(0));
}

}  // namespace repro::store
