#pragma once

// The campaign file `NAME.repro`: an SQLite database that holds one campaign (docs/campaign-file.md lists the
// tables).
//
// One transaction per finished run, in WAL mode: a harness that dies at any moment loses the runs in flight
// and no other, and a reader can look while it is written. With synchronous=NORMAL a power cut may lose the
// last transactions as well, but never leaves a broken file; paying an fsync per run (some milliseconds)
// to save them is not worth it, because --resume repeats exactly those runs.
//
// While a harness writes, `NAME.repro-lock` is held with flock(2). SQLite's own locks keep transactions
// apart, not harnesses: two of them would take turns and store two plans in one file. The lock is a file
// of its own because SQLite keeps POSIX locks on the database, and closing any descriptor of the database
// would silently drop those. It is released by the kernel when the harness dies.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/campaign.h"
#include "harness/model/run_record.h"
#include "harness/model/signature.h"
#include "harness/model/summary.h"

namespace repro::store {

/// Stored in the header of every campaign file: "Repr" in ASCII.
inline constexpr std::int32_t kApplicationId = 0x52657072;
/// Raised by every change of the tables; an older tool refuses a newer file.
inline constexpr std::int32_t kSchemaVersion = 2;

/// Whether the policy keeps the output of a run that ended like this. `failures` keeps everything but ok.
[[nodiscard]] bool keeps_logs(KeepLogs policy, Outcome outcome);

/// The folder beside the campaign file for what its runs leave in REPRO_TMPDIR, `NAME.repro-files`.
[[nodiscard]] std::string files_directory(const std::string& campaign_path);
/// The folder in it of one run, `run-17`.
[[nodiscard]] std::string run_files_directory(const std::string& campaign_path, std::uint64_t run_index);

/// What can be counted from the file alone. The rates and quantiles are completed by campaign::summarise.
struct Aggregate {
  /// Complete but for ArmSummary::rate and ArmSummary::wall.
  CampaignSummary summary;
  /// Wall times in nanoseconds of the counted runs, one list per entry of summary.arms, in order of run
  /// index.
  std::vector<std::vector<std::int64_t>> counted_wall_ns;
  /// Failing runs of each signature that decided one: the finding that stands first in its run.
  std::vector<std::uint64_t> runs_by_deciding_signature;
  /// Whether each counted run was not ok, likewise.
  std::vector<std::vector<bool>> counted_failed;
};

/// One open campaign file. Moves; one thread at a time (it may be handed to another thread).
///
/// Every Error names the file and what to do. Kind `usage`: there is no such file, or one that may not be
/// overwritten; an index or id that is not in it. Kind `store`: unreadable, not a campaign file, written by a
/// newer version, damaged, in use by another harness, no space left. After an Error of add_run nothing of
/// that run is stored, and the store can still be used.
class Store {
 public:
  /// Starts a campaign file with state `running`. The file appears whole or not at all. An existing file is
  /// refused (usage), whatever it holds.
  [[nodiscard]] static Result<Store> create(const std::string& path, const Request& request,
                                            const MachineFacts& machine,
                                            std::chrono::nanoseconds started_at_unix);
  /// Opens a campaign to add runs to it (--resume). Waits up to a second for another harness to let go.
  /// Sets the state to `running`.
  [[nodiscard]] static Result<Store> open_for_append(const std::string& path);
  /// Opens a campaign to look at it; also while another process writes it, and without write permission.
  [[nodiscard]] static Result<Store> open_read_only(const std::string& path);

  Store(Store&& other) noexcept;
  Store& operator=(Store&& other) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  /// Closes; the files beside the campaign file (`-wal`, `-shm`, `-lock`) are gone afterwards unless another
  /// process still uses them.
  ~Store();

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] const Request& request() const;
  [[nodiscard]] const MachineFacts& machine() const;

  /// Stores one finished run with its findings, their signatures and, when Request::keep_logs says so, its
  /// logs, in one transaction. Signatures already known are not stored again. `signatures` holds one entry
  /// for each id that a finding names (checked). An index that is stored already is an Error (store).
  [[nodiscard]] Result<void> add_run(const RunRecord& run, std::span<const Signature> signatures);

  /// Records how the campaign stands. `session_wall` is the time since this Store was opened: earlier
  /// sessions of a resumed campaign are added to it. May be called often.
  [[nodiscard]] Result<void> set_state(CampaignState state, std::string_view note,
                                       std::chrono::nanoseconds session_wall);
  /// Records something that a reader must know before believing the numbers. The same text counts once.
  [[nodiscard]] Result<void> add_warning(std::string_view text);
  /// Records what the detector of this arm was found unable to see (ArmSummary::blind); "" takes it back.
  [[nodiscard]] Result<void> set_arm_blind(std::uint32_t arm, std::string_view note);

  /// Keeps the minimised schedule of a run, in place of an earlier one.
  [[nodiscard]] Result<void> set_minimised(const MinimisedSchedule& minimised);

  /// Indexes of the stored runs, ascending. For --resume.
  [[nodiscard]] Result<std::vector<std::uint64_t>> stored_indexes() const;
  /// Visits all runs in order of their index, from one consistent snapshot, one row in memory at a time.
  /// `visit` must not use this Store.
  [[nodiscard]] Result<void> for_each_run(const std::function<void(const RunRow&)>& visit) const;
  /// One run with its findings and logs. An index that is not stored is a usage error.
  [[nodiscard]] Result<RunDetails> run(std::uint64_t index) const;
  /// The signature whose id is, or alone begins with, `id`; none or several are a usage error.
  [[nodiscard]] Result<SignatureSummary> signature(std::string_view id) const;
  /// The finding with this signature (whole id) in the first run that had it; an unknown id is a usage error.
  [[nodiscard]] Result<Finding> first_finding(std::string_view signature_id) const;

  /// Counts everything, from one consistent snapshot. A file that says `running` and that no harness has open
  /// is reported as `interrupted`.
  [[nodiscard]] Result<Aggregate> aggregate() const;

  class Impl;  // store_impl.h, for the files of this folder

 private:
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace repro::store
