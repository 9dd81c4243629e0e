#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/finding.h"
#include "harness/model/outcome.h"
#include "harness/model/process_result.h"
#include "harness/model/schedule_record.h"

namespace repro {

/// Which run of the campaign this is. The plan fixes all of it before anything is started.
struct RunSlot {
  std::uint64_t index = 0;    ///< position in the whole campaign: the order of starting
  std::uint32_t arm = 0;      ///< Arm::id
  std::uint64_t arm_run = 0;  ///< 0-based number within the arm
  std::uint64_t seed = 0;     ///< REPRO_SEED, derived from the campaign's seed and `index`
};

/// One finished run as it is stored: the facts, and what was made of them.
struct RunRecord {
  RunSlot slot;
  ProcessResult process;
  Outcome outcome = Outcome::ok;
  std::string
      reason;  ///< why this outcome, one line: `exit code 1`, `killed by SIGSEGV`, `no output for 10s`
  std::vector<Finding> findings;
  std::chrono::nanoseconds timeout{0};     ///< the deadline that this run had, 0 for none
  std::optional<ScheduleRecord> schedule;  ///< of an arm whose schedule is preloaded
};

/// One row of the table of runs, without logs and findings: what listings and exports need.
struct RunRow {
  RunSlot slot;
  Outcome outcome = Outcome::ok;
  std::string reason;
  std::optional<int> exit_code;  ///< absent when a signal ended it
  std::optional<int> signal;
  StopReason stop_reason = StopReason::none;
  std::chrono::nanoseconds started_at{0};
  std::chrono::nanoseconds wall{0};
  std::chrono::nanoseconds user_cpu{0};
  std::chrono::nanoseconds system_cpu{0};
  std::uint64_t max_rss_bytes = 0;
  std::uint64_t stdout_bytes = 0;
  std::uint64_t stderr_bytes = 0;
  std::vector<std::string> signatures;  ///< ids, sorted, each once
};

/// What one run wrote, as it was kept: bounded, bytes and not text.
struct RunLogs {
  std::string standard_output;  ///< as CapturedStream::text()
  std::string standard_error;   ///< likewise
  std::string hang_evidence;
  std::vector<ReportFile> reports;
};

/// Everything that a campaign file holds about one run.
struct RunDetails {
  RunRow row;
  std::chrono::nanoseconds timeout{0};  ///< the deadline that this run had, 0 for none
  bool core_dumped = false;
  StopStep stop_step = StopStep::none;
  pid_t pid = 0;
  std::uint64_t max_rss_floor_bytes = 0;
  std::uint32_t leftover_processes = 0;
  bool pipes_held_open = false;
  bool out_of_memory = false;
  std::vector<Finding> findings;
  std::optional<RunLogs> logs;             ///< absent when they were not kept
  std::optional<ScheduleRecord> schedule;  ///< absent: of an arm without one, or not kept
  std::string minimised;                   ///< JSON of the minimised schedule; "" when it was not minimised
  std::string files_directory;             ///< what it left in REPRO_TMPDIR; "" when nothing is there
};

}  // namespace repro
