#pragma once

// A scenario: a program that shows a concurrency bug, its variants (broken, repaired, half repaired) and what
// each is expected to do. One folder with a `scenario.json` (docs/scenario-file.md,
// docs/scenario.schema.json), the binaries `PROGRAM.BUILD` and a page that tells the story. The plain build
// may be a program of the machine instead, found on PATH.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/campaign.h"
#include "harness/model/outcome.h"
#include "harness/model/sanitizer.h"

namespace repro::campaign {

struct ScenarioVariant {
  std::string name;
  std::string summary;                             ///< one line
  std::vector<std::string> arguments;              ///< may hold placeholders, see scenario_command()
  std::map<std::string, std::string> environment;  ///< likewise
  /// The outcomes that this variant is known to have, never `infra`; empty: nothing is claimed.
  std::vector<Outcome> expect;
};

/// The plain build is a program that the machine has or has not.
struct SystemProgram {
  std::string install;  ///< command that installs it, for people; one line
  std::string path;     ///< absolute; empty until find_system_program() has found it
};

struct Scenario {
  std::string name;     ///< equals the name of its folder
  std::string summary;  ///< one line
  std::string folder;   ///< absolute
  std::string story;    ///< absolute path of the page; the file may be absent
  std::string program;  ///< relative to `folder`, without the build's suffix
  /// When set, `program` is also the name under which PATH has the plain build.
  std::optional<SystemProgram> system_program;
  /// Absolute path of the script that makes builds which the tool's own build does not; empty when there is
  /// none.
  std::string build_script;
  /// Deadline of one run, chosen by whoever knows the scenario; absent: adaptive.
  std::optional<std::chrono::nanoseconds> timeout;
  std::vector<ScenarioVariant> variants;  ///< at least one, in the order of the file
  /// What is run when the user names no variant; never empty (the file's `defaults`, else all).
  std::vector<std::string> default_variants;
  std::vector<Sanitizer> builds;  ///< those that the scenario can be built for; at least one
  /// As in the file: paths and commands may hold placeholders, see scenario_oracle().
  OracleSpec oracle;
};

/// Reads one scenario file. Errors (usage): the file cannot be read; `FILE:LINE: ...` for malformed JSON,
/// unknown, missing, repeated or wrongly typed keys and for values that make no sense.
[[nodiscard]] Result<Scenario> load_scenario(const std::string& path);

/// Every `SUBFOLDER/scenario.json` below `directory`, by name; a folder without one is not a scenario. Errors
/// (usage): the directory cannot be read, or the first broken file.
[[nodiscard]] Result<std::vector<Scenario>> list_scenarios(const std::string& directory);

/// The scenario `name` below `directory`. Errors (usage): those of load_scenario, and an unknown name, with
/// the nearest known one or all of them. A broken neighbour does not matter.
[[nodiscard]] Result<Scenario> find_scenario(const std::string& directory, std::string_view name);

/// The variant `name`. Errors (usage): unknown, with the nearest known one or all of them.
[[nodiscard]] Result<ScenarioVariant> find_variant(const Scenario& scenario, std::string_view name);

/// Looks for the system program of `scenario`, if it has one, as execvp(3) would with `search_path` in place
/// of PATH. Not finding it is no error here: is_built() and require_build() tell.
void find_system_program(Scenario& scenario, const std::string& search_path);

/// Where the binary of `build` is, whether it has been built or not; the bare name for a system program that
/// has not been found.
[[nodiscard]] std::string program_path(const Scenario& scenario, Sanitizer build);

/// Whether that binary is there and can be executed.
[[nodiscard]] bool is_built(const Scenario& scenario, Sanitizer build);

/// How to get a build that is not there: `apt-get install ruby`, `FOLDER/build-ruby address`, `./bootstrap
/// build`.
[[nodiscard]] std::string how_to_build(const Scenario& scenario, Sanitizer build);

/// The command of one arm, with the placeholders `${folder}` (of the scenario) and `${program}` (the binary
/// of `build`) replaced in arguments and environment values. No working directory and no standard input are
/// set.
[[nodiscard]] Command scenario_command(const Scenario& scenario, const ScenarioVariant& variant,
                                       Sanitizer build);

/// The oracle with its placeholders replaced and `expect_file` made absolute. One oracle serves all arms, so
/// `${program}` is the plain binary, or that of the first build where there is no plain one.
[[nodiscard]] OracleSpec scenario_oracle(const Scenario& scenario);

}  // namespace repro::campaign
