#pragma once

// The inside of Store, shared by the files that implement it. Internal to harness/store.

#include <optional>
#include <string>

#include "harness/store/compression.h"
#include "harness/store/sqlite.h"
#include "harness/store/store.h"
#include "harness/store/writer_lock.h"

namespace repro::store {

/// The statements of add_run, prepared once.
struct RunWriter {
  Statement insert_run;
  Statement insert_finding;
  Statement insert_finding_text;
  Statement insert_signature;
  Statement insert_run_signature;
  Statement insert_log;
  Statement insert_schedule;
  Compressor compressor;

  [[nodiscard]] static Result<RunWriter> prepare(const Database& database);
};

/// The one row of table `campaign`.
struct CampaignRow {
  Request request;
  MachineFacts machine;
  std::chrono::nanoseconds started_at{0};
  CampaignState state = CampaignState::running;
  std::string state_note;
  std::chrono::nanoseconds wall{0};
};

[[nodiscard]] Result<CampaignRow> read_campaign(const Database& database);

/// A message about this file: "'x.repro' ..." .
[[nodiscard]] Unexpected fail_about(const Database& database, ErrorKind kind, std::string_view what);
/// An Error of a decoder (JSON, zstd), which does not know the file.
[[nodiscard]] Unexpected damaged(const Database& database, const Error& error);

/// The signatures with their counts, most runs first, then by first run, then by id.
[[nodiscard]] Result<std::vector<SignatureSummary>> count_signatures(const Database& database);

/// Counts of the run's schedule, and the schedule itself when the run's logs are kept.
[[nodiscard]] Result<void> insert_schedule(RunWriter& writer, const RunRecord& run, bool keeps_trace);
[[nodiscard]] Result<void> read_schedule(const Database& database, std::uint64_t run_index, RunDetails& run);
[[nodiscard]] Result<void> count_schedules(const Database& database, CampaignSummary& summary);

class Store::Impl {
 public:
  Impl(std::optional<WriterLock> lock, Database database, CampaignRow campaign)
      : lock_(std::move(lock)), database_(std::move(database)), campaign_(std::move(campaign)) {}

  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] static Result<std::unique_ptr<Impl>> open_for_writing(const std::string& path,
                                                                      WriterLock lock);

  // The order matters: the statements go before their connection, and the lock goes last, so that nobody
  // else starts writing while this connection still closes.
  std::optional<WriterLock> lock_;
  Database database_;
  CampaignRow campaign_;
  std::optional<RunWriter> writer_;  ///< present exactly when opened for writing
};

}  // namespace repro::store
