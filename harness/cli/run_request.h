#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/project.h"
#include "harness/campaign/subject.h"
#include "harness/cli/options.h"
#include "harness/findings/oracle.h"
#include "harness/findings/suppressions.h"
#include "harness/model/campaign.h"
#include "harness/model/schedule.h"

namespace repro::cli {

/// What `repro run` was asked for, read from the options and checked against the files that it names.
struct RunRequest {
  Request request;
  /// What a reader must know of an arm before believing its zeros, by Arm::id: `./t is not instrumented ...`.
  std::map<std::uint32_t, std::string> blind_notes;
  std::vector<std::string> notes;  ///< lines for the user: what was detected or assumed
  /// Of a project: what to make before its arms can run, one for each arm. Empty otherwise.
  std::vector<campaign::BuildStep> builds;
  std::vector<findings::Suppression> suppressions;  ///< the rules of --suppress
  std::string title;  ///< scenario or program name: the default name of the campaign file
};

/// Builds the request. Runs nothing. Errors: usage, naming the option; environment, when a scenario's binary
/// for an instrumented build is missing.
[[nodiscard]] Result<RunRequest> read_run_request(const ParsedOptions& options,
                                                  const std::map<std::string, std::string>& environment);

/// What the program's own symbol tables say against what it was said to be; empty when they agree.
[[nodiscard]] std::string instrumentation_note(const campaign::SubjectFacts& facts, Sanitizer claimed);

/// The schedules of --schedule without doubles, and those of --pressure, which stand beside an untouched arm.
[[nodiscard]] Result<std::vector<ScheduleSpec>> read_schedules(const ParsedOptions& options);

/// That `schedule` can act on `program`: told before the first run. Errors: usage.
[[nodiscard]] Result<void> check_preloadable(const ParsedOptions& options, const ScheduleSpec& schedule,
                                             const std::string& program);

/// Whether the options name a subject at all (a scenario or a command).
[[nodiscard]] bool names_subject(const ParsedOptions& options);

/// Why `asked` is not the campaign that `stored` describes, or nothing when it is. Jobs may differ, and the
/// seed when none was asked for.
[[nodiscard]] std::optional<std::string> difference(const Request& stored, const Request& asked,
                                                    const ParsedOptions& options);

/// Where programs are looked for: PATH of `environment`, or the folders that a shell uses without one.
[[nodiscard]] std::string search_path_of(const std::map<std::string, std::string>& environment);

/// Path below lib/repro of the scenarios.
[[nodiscard]] std::string scenario_directory();

}  // namespace repro::cli
