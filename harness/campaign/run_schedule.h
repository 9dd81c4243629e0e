#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/hang/code_lookup.h"
#include "harness/model/campaign.h"
#include "harness/model/process_result.h"
#include "harness/model/schedule.h"
#include "harness/model/schedule_record.h"
#include "harness/process/run_directory.h"
#include "harness/process/runner.h"
#include "harness/schedule/trace_reader.h"

namespace repro::campaign {

/// What the schedule of one run is to be.
struct ScheduleOrder {
  ScheduleSpec spec;
  std::uint64_t seed = 0;
  std::uint32_t job = 0;
  std::string knowledge;                              ///< path of the arm's profile; empty: none is kept
  const std::vector<ScheduleSwitch>* plan = nullptr;  ///< followed in place of the strategy; not owned
};

/// The files by which the runs of one job get a preloaded schedule and tell what it did. Not thread-safe.
class RunSchedule {
 public:
  /// Errors: environment, when the files cannot be made.
  [[nodiscard]] static Result<RunSchedule> create(const std::string& temporary_base);

  /// Completes `spec` so that the run gets this schedule: library, variables, processor, fixed addresses.
  /// Errors: environment, when a file cannot be written or the library is not installed.
  [[nodiscard]] Result<void> prepare(const ScheduleOrder& order, process::RunSpec& spec);
  /// What the last run left.
  [[nodiscard]] ScheduleRecord read(const ScheduleSpec& spec) const;

 private:
  RunSchedule(process::RunDirectory folder, schedule::TraceFile trace)
      : folder_(std::move(folder)), trace_(std::move(trace)) {}

  process::RunDirectory folder_;
  schedule::TraceFile trace_;
};

/// Where the arm with this id keeps what its controlled runs learn.
[[nodiscard]] std::string knowledge_file(const std::string& folder, std::uint32_t arm);

/// Makes the files in `folder` in which the controlled arms of `request` collect what they learn.
/// Errors: environment.
[[nodiscard]] Result<void> make_knowledge_files(const Request& request, const std::string& folder);

/// Turns the end of a schedule into facts of the run: a proved deadlock or a reached limit into
/// ProcessResult::proved_hang, a schedule that did not act into ProcessResult::schedule_problem.
void add_schedule_evidence(const ScheduleSpec& spec, const ScheduleRecord& record, hang::CodeLookup& code,
                           ProcessResult& result);

/// The functions at a place of a schedule, innermost first; never empty.
[[nodiscard]] std::vector<Frame> frames_of(const CodeSite& site, const ScheduleRecord& record,
                                           hang::CodeLookup& code);

/// The frame that people want to see of frames_of(): the first with a source file outside of the system's
/// headers, else the innermost.
[[nodiscard]] Frame telling_frame(const std::vector<Frame>& frames);

/// Why no library can be preloaded into the program at `path`: statically linked, or setuid. Empty when it
/// can, or when that cannot be told (a script).
[[nodiscard]] std::string why_not_preloadable(const std::string& path);

}  // namespace repro::campaign
