#pragma once

// The project of the current folder as a subject of `repro run`.

#include <map>
#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/project.h"
#include "harness/cli/options.h"
#include "harness/cli/run_request.h"

namespace repro::cli {

/// The project whose repro.json is nearest (options.h, find_project_file); nothing when there is none, or
/// when it has defaults only. Errors: usage, with file and line.
[[nodiscard]] Result<std::optional<campaign::Project>> current_project();

/// Adds an arm per variant, build and schedule, and what has to be built for it. Builds and runs nothing.
/// Errors: usage; a variant or build that the project does not have.
[[nodiscard]] Result<void> add_project_arms(const ParsedOptions& options, const campaign::Project& project,
                                            RunRequest& run);

/// After the builds: finds the programs of the arms and notes where one is not instrumented as it is said to
/// be. Errors: usage; a program is not
/// there, or a schedule cannot act on it.
[[nodiscard]] Result<void> find_built_programs(const ParsedOptions& options,
                                               const std::map<std::string, std::string>& environment,
                                               RunRequest& run);

}  // namespace repro::cli
