#include "harness/cli/project_request.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/campaign/subject.h"
#include "harness/cli/shared_options.h"

namespace repro::cli {
namespace {

using campaign::Project;
using campaign::ProjectVariant;

Result<std::vector<ProjectVariant>> chosen_variants(const ParsedOptions& options, const Project& project) {
  REPRO_ASSIGN(const std::vector<std::string> names, read_names(options, "variant"));
  if (names.empty() || names == std::vector<std::string>{"all"}) return project.variants;
  std::vector<std::string> known;
  for (const ProjectVariant& variant : project.variants) known.push_back(variant.name);
  std::vector<ProjectVariant> variants;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      const std::string nearest = suggestion(name, known);
      return fail(ErrorKind::usage,
                  fmt::format("{}: {} has no variant '{}'{}", options.origin("variant"), project.file,
                              printable(name), nearest.empty() ? "; it has " + join(known, ", ") : nearest));
    }
    variants.push_back(project.variants[static_cast<std::size_t>(found - known.begin())]);
  }
  return variants;
}

Result<std::vector<Sanitizer>> chosen_builds(const ParsedOptions& options, const Project& project) {
  REPRO_ASSIGN(std::vector<Sanitizer> builds, read_sanitizers(options));
  std::vector<Sanitizer> known;
  std::vector<std::string> names;
  for (const campaign::ProjectBuild& build : project.builds) {
    known.push_back(build.sanitizer);
    names.emplace_back(to_string(build.sanitizer));
  }
  if (builds.empty()) builds = {known.front()};
  for (const Sanitizer build : builds) {
    if (std::find(known.begin(), known.end(), build) != known.end()) continue;
    return fail(ErrorKind::usage,
                fmt::format("{}: {} has no {} build; it has {}", options.origin("sanitizer"), project.file,
                            to_string(build), join(names, ", ")));
  }
  return builds;
}

}  // namespace

Result<std::optional<Project>> current_project() {
  const std::string file = find_project_file();
  if (file.empty()) return std::optional<Project>();
  return campaign::load_project(file);
}

Result<void> add_project_arms(const ParsedOptions& options, const Project& project, RunRequest& run) {
  REPRO_ASSIGN(const std::vector<ProjectVariant> variants, chosen_variants(options, project));
  REPRO_ASSIGN(const std::vector<Sanitizer> builds, chosen_builds(options, project));
  REPRO_ASSIGN(const auto additions, read_environment_option(options));
  REPRO_ASSIGN(const std::string folder, existing_folder(options, "cwd"));
  REPRO_ASSIGN(const std::string input, readable_file(options, "stdin"));
  REPRO_ASSIGN(const std::vector<ScheduleSpec> schedules, read_schedules(options));
  run.title = project.name;
  run.request.oracle = project.oracle;
  for (const ProjectVariant& variant : variants) {
    for (const Sanitizer build : builds) {
      campaign::ProjectArm made = campaign::project_arm(project, variant, build);
      for (const auto& [key, value] : additions) made.arm.command.environment[key] = value;
      if (!folder.empty()) made.arm.command.working_directory = folder;
      made.arm.command.stdin_file = input;
      for (const ScheduleSpec& schedule : schedules) {
        made.arm.id = static_cast<std::uint32_t>(run.request.arms.size());
        made.arm.key.schedule = to_string(schedule);
        run.request.arms.push_back(made.arm);
        run.builds.push_back(made.build);
      }
    }
  }
  run.notes.push_back(fmt::format("nothing is named: running {}", project.file));
  return {};
}

Result<void> find_built_programs(const ParsedOptions& options,
                                 const std::map<std::string, std::string>& environment, RunRequest& run) {
  for (std::size_t i = 0; i < run.builds.size(); ++i) {
    Arm& arm = run.request.arms[i];
    const auto own_path = arm.command.environment.find("PATH");
    const std::string search_path =
        own_path == arm.command.environment.end() ? search_path_of(environment) : own_path->second;
    Result<std::string> program =
        campaign::find_program(arm.command.argv.front(), search_path, arm.command.working_directory);
    if (!program) return Unexpected(std::move(program).error().with_context(run.builds[i].title));
    arm.command.argv.front() = *std::move(program);
    REPRO_ASSIGN(const ScheduleSpec schedule, parse_schedule(arm.key.schedule));
    REPRO_TRY(check_preloadable(options, schedule, arm.command.argv.front()));
    REPRO_ASSIGN(const campaign::SubjectFacts facts, campaign::inspect_subject(arm.command.argv.front()));
    const std::string note = instrumentation_note(facts, arm.key.sanitizer);
    if (!note.empty()) run.blind_notes[arm.id] = note;
  }
  return {};
}

}  // namespace repro::cli
