// Counting. Each number is one walk over a narrow table; only wall times are kept, 8 bytes a run, because
// quantiles need them all.

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/model/json.h"
#include "harness/store/store.h"
#include "harness/store/store_impl.h"

namespace repro::store {
namespace {

using Json = nlohmann::ordered_json;

/// Position in Aggregate::summary.arms by Arm::id.
using ArmPositions = std::unordered_map<std::int64_t, std::size_t>;

Result<ArmPositions> read_arms(const Database& database, CampaignSummary& summary) {
  ArmPositions positions;
  for (const Arm& arm : summary.request.arms) {
    positions[arm.id] = summary.arms.size();
    ArmSummary& added = summary.arms.emplace_back();
    added.id = arm.id;
    added.key = arm.key;
  }
  REPRO_ASSIGN(Statement select, Statement::prepare(database, "SELECT arm, blind FROM arms"));
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return positions;
    const auto found = positions.find(select.integer(0));
    if (found != positions.end()) summary.arms[found->second].blind = select.bytes(1);
  }
}

/// The end of the last run and the longest deadline, which only the walk over the runs knows.
struct Extremes {
  std::chrono::nanoseconds last_end{0};
  std::chrono::nanoseconds longest_timeout{0};
};

Result<Extremes> count_runs(const Database& database, const ArmPositions& positions, Aggregate& aggregate) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT run_index, arm, outcome, wall_ns, max_rss_bytes, started_at_ns, timeout_ns
      FROM runs ORDER BY run_index)sql"));
  Extremes extremes;
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return extremes;
    const auto position = positions.find(select.integer(1));
    const std::optional<Outcome> outcome = parse_outcome(select.bytes(2));
    if (position == positions.end() || !outcome) {
      return fail_about(database, ErrorKind::store,
                        fmt::format("is damaged: run {} has an unknown arm or outcome", select.integer(0)));
    }
    ArmSummary& arm = aggregate.summary.arms[position->second];
    arm.counts.add(*outcome);
    arm.max_rss_bytes = std::max(arm.max_rss_bytes, static_cast<std::uint64_t>(select.integer(4)));
    const std::chrono::nanoseconds wall(select.integer(3));
    extremes.last_end = std::max(extremes.last_end, std::chrono::nanoseconds(select.integer(5)) + wall);
    extremes.longest_timeout =
        std::max(extremes.longest_timeout, std::chrono::nanoseconds(select.integer(6)));
    if (*outcome == Outcome::infra) continue;
    aggregate.counted_wall_ns[position->second].push_back(wall.count());
    aggregate.counted_failed[position->second].push_back(*outcome != Outcome::ok);
    const bool is_first_failure = *outcome != Outcome::ok && !arm.first_failure_run;
    if (is_first_failure) arm.first_failure_run = static_cast<std::uint64_t>(select.integer(0));
  }
}

Result<void> count_findings(const Database& database, const ArmPositions& positions,
                            CampaignSummary& summary) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT arm, source || ' ' || kind, COUNT(DISTINCT run_index)
      FROM findings JOIN runs USING (run_index) GROUP BY 1, 2)sql"));
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return {};
    const auto position = positions.find(select.integer(0));
    if (position == positions.end()) continue;  // count_runs has refused such a file before
    summary.arms[position->second].runs_by_finding[std::string(select.bytes(1))] =
        static_cast<std::uint64_t>(select.integer(2));
  }
}

Result<std::vector<std::uint64_t>> count_deciding(const Database& database) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT COUNT(*) FROM findings JOIN runs USING (run_index)
      WHERE position = 0 AND outcome NOT IN ('ok', 'infra') GROUP BY signature ORDER BY signature)sql"));
  std::vector<std::uint64_t> counts;
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return counts;
    counts.push_back(static_cast<std::uint64_t>(select.integer(0)));
  }
}

Result<void> count_infra(const Database& database, CampaignSummary& summary) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT reason, COUNT(*), MIN(run_index) FROM runs WHERE outcome = 'infra'
      GROUP BY reason ORDER BY 2 DESC, 3)sql"));
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return {};
    summary.infra.push_back({std::string(select.bytes(0)), static_cast<std::uint64_t>(select.integer(1)),
                             static_cast<std::uint64_t>(select.integer(2))});
  }
}

Result<void> read_warnings(const Database& database, CampaignSummary& summary) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database, "SELECT text FROM warnings ORDER BY id"));
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) return {};
    summary.warnings.emplace_back(select.bytes(0));
  }
}

Result<Signature> read_signature(const Database& database, std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded())
    return fail_about(database, ErrorKind::store, "is damaged: a signature is not JSON");
  Result<Signature> signature = signature_from_json(json);
  if (!signature) return damaged(database, signature.error());
  return signature;
}

bool stands_before(const SignatureSummary& a, const SignatureSummary& b) {
  if (a.runs != b.runs) return a.runs > b.runs;
  if (a.first_run != b.first_run) return a.first_run < b.first_run;
  return a.signature.id < b.signature.id;
}

/// What the file says about the campaign as a whole.
void describe_campaign(const CampaignRow& campaign, const Database& database, CampaignSummary& summary) {
  summary.file = database.path();
  summary.request = campaign.request;
  summary.machine = campaign.machine;
  summary.started_at = campaign.started_at;
  summary.state = campaign.state;
  summary.state_note = campaign.state_note;
  summary.wall = campaign.wall;
}

/// A campaign that never told its end: its harness is at work, or was killed.
void complete_unfinished(bool is_written_now, const Extremes& extremes, CampaignSummary& summary) {
  if (summary.state != CampaignState::running) return;
  summary.wall =
      std::max({summary.wall, extremes.last_end - summary.started_at, std::chrono::nanoseconds(0)});
  if (is_written_now) return;
  summary.state = CampaignState::interrupted;
  summary.state_note = "the harness ended without finishing; --resume goes on";
}

}  // namespace

Result<std::vector<SignatureSummary>> count_signatures(const Database& database) {
  REPRO_ASSIGN(Statement select, Statement::prepare(database, R"sql(
      SELECT signature, arm, COUNT(*), MIN(run_index)
      FROM run_signatures JOIN runs USING (run_index) GROUP BY 1, 2)sql"));
  std::map<std::string, SignatureSummary, std::less<>> by_id;
  while (true) {
    REPRO_ASSIGN(const bool has_row, select.step());
    if (!has_row) break;
    const auto runs = static_cast<std::uint64_t>(select.integer(2));
    const auto first = static_cast<std::uint64_t>(select.integer(3));
    auto [entry, is_new] = by_id.try_emplace(std::string(select.bytes(0)));
    SignatureSummary& counted = entry->second;
    counted.first_run = is_new ? first : std::min(counted.first_run, first);
    counted.runs += runs;
    counted.runs_by_arm[static_cast<std::uint32_t>(select.integer(1))] = runs;
  }
  REPRO_ASSIGN(Statement details, Statement::prepare(database, "SELECT signature, json FROM signatures"));
  while (true) {
    REPRO_ASSIGN(const bool has_row, details.step());
    if (!has_row) break;
    const auto counted = by_id.find(details.bytes(0));
    if (counted == by_id.end()) continue;
    REPRO_ASSIGN(counted->second.signature, read_signature(database, details.bytes(1)));
  }
  std::vector<SignatureSummary> signatures;
  signatures.reserve(by_id.size());
  for (auto& [id, counted] : by_id) signatures.push_back(std::move(counted));
  std::ranges::sort(signatures, stands_before);
  return signatures;
}

Result<Aggregate> Store::aggregate() const {
  const Database& database = impl_->database_;
  // Asked first: a harness that ends in between has then stored its state before the snapshot is taken.
  const bool is_written_now = impl_->writer_.has_value() || is_being_written(database.path());
  REPRO_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::read));
  REPRO_ASSIGN(const CampaignRow campaign, read_campaign(database));
  Aggregate aggregate;
  CampaignSummary& summary = aggregate.summary;
  describe_campaign(campaign, database, summary);
  REPRO_ASSIGN(const ArmPositions positions, read_arms(database, summary));
  aggregate.counted_wall_ns.resize(summary.arms.size());
  aggregate.counted_failed.resize(summary.arms.size());
  REPRO_ASSIGN(const Extremes extremes, count_runs(database, positions, aggregate));
  REPRO_TRY(count_findings(database, positions, summary));
  REPRO_TRY(count_infra(database, summary));
  REPRO_ASSIGN(aggregate.runs_by_deciding_signature, count_deciding(database));
  REPRO_TRY(read_warnings(database, summary));
  REPRO_TRY(count_schedules(database, summary));
  REPRO_ASSIGN(summary.signatures, count_signatures(database));
  REPRO_TRY(snapshot.commit());
  complete_unfinished(is_written_now, extremes, summary);
  const bool is_adaptive = !summary.request.timeout && extremes.longest_timeout.count() > 0;
  if (is_adaptive) summary.adaptive_timeout = extremes.longest_timeout;
  return aggregate;
}

}  // namespace repro::store
