#pragma once

// A user's own project as a subject: `repro.json` in its folder (docs/project-file.md,
// docs/project.schema.json). The words are those of a scenario file; what differs is that the project is
// built here, once per build and revision, and that its program is wherever that build leaves it.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/located_json.h"
#include "harness/model/campaign.h"
#include "harness/model/outcome.h"
#include "harness/model/sanitizer.h"
#include "harness/process/runner.h"

namespace repro::campaign {

/// One of the builds that the project can be made for.
struct ProjectBuild {
  Sanitizer sanitizer = Sanitizer::plain;
  std::vector<std::string> command;                ///< empty: the project's
  std::map<std::string, std::string> environment;  ///< of the build command
};

struct ProjectVariant {
  std::string name;
  std::string summary;                             ///< may be empty
  std::vector<std::string> command;                ///< empty: the project's
  std::vector<std::string> arguments;              ///< behind the command
  std::map<std::string, std::string> environment;  ///< of the runs
  std::vector<std::string> build_command;          ///< empty: that of the build, else the project's
  std::string revision;                            ///< of git; empty: the folder as it is
  std::vector<Outcome> expect;                     ///< empty: nothing is claimed
};

struct Project {
  std::string file;
  std::string folder;  ///< absolute
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> build_command;
  std::vector<ProjectBuild> builds;      ///< at least one
  std::vector<ProjectVariant> variants;  ///< at least one
  OracleSpec oracle;                     ///< with placeholders replaced
};

/// The keys of a project file, `defaults` included, which is read with the options of a verb.
[[nodiscard]] std::span<const std::string> project_keys();

/// The subject that `path` describes; nothing when it has defaults only. Errors (usage): the file cannot be
/// read, and `FILE:LINE: ...` for whatever is wrong in it.
[[nodiscard]] Result<std::optional<Project>> load_project(const std::string& path);

/// What has to be made before an arm can run.
struct BuildStep {
  std::string title;                 ///< `the address build of variant 'old'`
  std::vector<std::string> command;  ///< empty: nothing but the sources of the revision is wanted
  std::map<std::string, std::string> environment;
  std::string project_folder;
  std::string revision;      ///< empty: the project's folder as it is
  std::string build_folder;  ///< made if it is not there; equal for arms that share a build
};

/// An arm of the project and its build. The first word of the command is absolute, or a name for PATH; it
/// need not exist yet.
struct ProjectArm {
  Arm arm;
  BuildStep build;
};

/// The arm of `variant` and `sanitizer`, which must be among the project's.
[[nodiscard]] ProjectArm project_arm(const Project& project, const ProjectVariant& variant,
                                     Sanitizer sanitizer);

/// Where the sources of a step are: the project's folder, or the same folder of its revision's checkout.
[[nodiscard]] std::string source_folder(const BuildStep& step);

/// Makes the builds, each folder once, in order. What a build command writes is kept as `build.log` in its
/// folder. Errors: environment, when a build fails, with its last line and the log's name, or when git is
/// missing; usage, when a revision is unknown; internal with ECANCELED when a stop was requested.
[[nodiscard]] Result<void> build_project(std::span<const BuildStep> steps,
                                         const std::map<std::string, std::string>& environment,
                                         process::ProcessRunner& runner);

}  // namespace repro::campaign
