#include "harness/campaign/project.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/scenario_fields.h"

namespace repro::campaign {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSchema = 1;
constexpr std::uint64_t kFileLimit = 1U << 20U;  ///< bytes

constexpr std::array<std::string_view, 5> kPlaceholders{"${folder}", "${source}", "${build}", "${sanitizer}",
                                                        "${flags}"};
/// One oracle serves all arms, so it cannot name the build of one.
constexpr std::array<std::string_view, 1> kOraclePlaceholders{"${folder}"};

const std::vector<std::string>& build_keys() {
  static const std::vector<std::string> keys{"build_command", "environment"};
  return keys;
}
const std::vector<std::string>& variant_keys() {
  static const std::vector<std::string> keys{"name",        "summary",       "command",  "arguments",
                                             "environment", "build_command", "revision", "expect"};
  return keys;
}

/// What most projects pass to the compiler and the linker for a build. The same as our own subjects have:
/// release code in the plain build, readable stacks in the others.
std::string flags_of(Sanitizer sanitizer) {
  constexpr std::string_view kReadable = "-g -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls";
  switch (sanitizer) {
    case Sanitizer::plain:
    case Sanitizer::valgrind:
      return "-g -O2";
    case Sanitizer::address:
    case Sanitizer::thread:
    case Sanitizer::undefined:
    case Sanitizer::memory:
      return fmt::format("{} -fsanitize={}", kReadable, to_string(sanitizer));
  }
  return {};
}

/// Turns one project file into a Project. Each function reads one part of the file.
class ProjectReader {
 public:
  explicit ProjectReader(const std::string& file, std::string folder) : file_(file) {
    project_.file = file;
    project_.folder = std::move(folder);
  }

  Result<std::optional<Project>> read(const LocatedJson& root) {
    REPRO_ASSIGN(const ObjectReader fields, ObjectReader::open(root, file_, "the project", project_keys()));
    REPRO_ASSIGN(const std::int64_t schema, fields.required_integer("schema"));
    if (schema != kSchema) {
      return fields.wrong(*fields.find("schema"),
                          fmt::format("has schema {}; this version reads {}", schema, kSchema));
    }
    if (fields.find("command") == nullptr && fields.find("variants") == nullptr) {
      for (const std::string_view key : {"name", "summary", "builds", "build_command", "oracle"}) {
        if (const LocatedJson* stray = fields.find(key)) {
          return fields.wrong(
              *stray, fmt::format("has '{}' but nothing to run; 'command' or 'variants' is missing", key));
        }
      }
      return std::optional<Project>();
    }
    REPRO_TRY(read_head(fields));
    REPRO_TRY(read_builds(fields));
    REPRO_TRY(read_variants(fields));
    REPRO_ASSIGN(project_.oracle, read_oracle_field(fields, file_, kOraclePlaceholders));
    expand_oracle();
    return std::optional(std::move(project_));
  }

 private:
  Result<void> read_head(const ObjectReader& fields) {
    if (fields.find("summary") != nullptr) REPRO_TRY(read_line_field(fields, "summary"));
    REPRO_ASSIGN(project_.name, fields.string_or("name", ""));
    if (fields.find("name") != nullptr) {
      REPRO_TRY(check_name_field(fields));
    } else {
      project_.name = fs::path(project_.folder).filename();
    }
    REPRO_ASSIGN(project_.command, read_expandable_field(fields, "command", kPlaceholders));
    REPRO_ASSIGN(project_.build_command, read_expandable_field(fields, "build_command", kPlaceholders));
    return {};
  }

  /// `["plain", "address"]`, or an object when builds differ in more than their flags.
  Result<void> read_builds(const ObjectReader& fields) {
    const LocatedJson* value = fields.find("builds");
    if (value == nullptr) {
      project_.builds.push_back({});
      return {};
    }
    if (value->kind != LocatedJson::Kind::object) {
      REPRO_ASSIGN(const std::vector<std::string> names, fields.strings("builds"));
      for (std::size_t i = 0; i < names.size(); ++i) {
        REPRO_ASSIGN(ProjectBuild build, new_build(fields, value->items[i], names[i]));
        project_.builds.push_back(std::move(build));
      }
    }
    for (const LocatedJson::Member& member : value->members) {
      REPRO_ASSIGN(ProjectBuild build, new_build(fields, member.value, member.key));
      REPRO_ASSIGN(
          const ObjectReader inner,
          ObjectReader::open(member.value, file_, fmt::format("build '{}'", member.key), build_keys()));
      REPRO_ASSIGN(build.command, read_expandable_field(inner, "build_command", kPlaceholders));
      REPRO_ASSIGN(build.environment, read_environment_field(inner, file_, kPlaceholders));
      project_.builds.push_back(std::move(build));
    }
    if (project_.builds.empty()) return fields.wrong(*value, "needs at least one build");
    return {};
  }

  [[nodiscard]] Result<ProjectBuild> new_build(const ObjectReader& fields, const LocatedJson& where,
                                               const std::string& name) const {
    const std::optional<Sanitizer> sanitizer = parse_sanitizer(name);
    if (!sanitizer) {
      return fields.wrong(
          where, fmt::format("has the unknown build '{}'{}", printable(name), hint(name, build_names())));
    }
    for (const ProjectBuild& known : project_.builds) {
      if (known.sanitizer == *sanitizer) {
        return fields.wrong(where, fmt::format("names the build '{}' twice", name));
      }
    }
    ProjectBuild build;
    build.sanitizer = *sanitizer;
    return build;
  }

  Result<void> read_variants(const ObjectReader& fields) {
    if (fields.find("variants") == nullptr) {
      ProjectVariant only;
      only.name = project_.name;
      project_.variants.push_back(std::move(only));
      return {};
    }
    REPRO_TRY(fields.for_each("variants", [&](const LocatedJson& item) { return read_variant(item); }));
    if (project_.variants.empty())
      return fields.wrong(*fields.find("variants"), "needs at least one variant");
    return {};
  }

  Result<void> read_variant(const LocatedJson& item) {
    REPRO_ASSIGN(const ObjectReader fields,
                 ObjectReader::open(item, file_, fmt::format("variant {}", project_.variants.size() + 1),
                                    variant_keys()));
    ProjectVariant variant;
    REPRO_ASSIGN(variant.name, fields.required_string("name"));
    REPRO_TRY(check_name_field(fields));
    for (const ProjectVariant& known : project_.variants) {
      if (known.name != variant.name) continue;
      return fields.wrong(*fields.find("name"), fmt::format("has the name '{}' of another one", known.name));
    }
    if (fields.find("summary") != nullptr) {
      REPRO_ASSIGN(variant.summary, read_line_field(fields, "summary"));
    }
    REPRO_ASSIGN(variant.command, read_expandable_field(fields, "command", kPlaceholders));
    REPRO_ASSIGN(variant.arguments, read_expandable_field(fields, "arguments", kPlaceholders));
    REPRO_ASSIGN(variant.environment, read_environment_field(fields, file_, kPlaceholders));
    REPRO_ASSIGN(variant.build_command, read_expandable_field(fields, "build_command", kPlaceholders));
    REPRO_ASSIGN(variant.expect, read_expect_field(fields));
    REPRO_TRY(read_revision(fields, variant));
    if (variant.command.empty() && project_.command.empty()) {
      return fields.wrong(item, "has no command, and neither has the project");
    }
    project_.variants.push_back(std::move(variant));
    return {};
  }

  static Result<void> read_revision(const ObjectReader& fields, ProjectVariant& variant) {
    REPRO_ASSIGN(variant.revision, fields.string_or("revision", ""));
    const LocatedJson* value = fields.find("revision");
    if (value == nullptr) return {};
    if (!is_one_line(variant.revision) || variant.revision.starts_with('-')) {
      return fields.wrong(*value, "needs a revision that git knows: a commit, a tag, a branch");
    }
    return {};
  }

  void expand_oracle() {
    const std::map<std::string, std::string> values{{"${folder}", project_.folder}};
    OracleSpec& oracle = project_.oracle;
    if (!oracle.expect_file.empty()) {
      oracle.expect_file = (fs::path(project_.folder) / oracle.expect_file).lexically_normal();
    }
    for (std::string& word : oracle.reference_command) word = expand(word, values);
    for (std::string& word : oracle.check_command) word = expand(word, values);
  }

  const std::string& file_;
  Project project_;
};

/// Variants that neither are a revision nor have a build command of their own share what is built.
std::string build_folder(const Project& project, const ProjectVariant& variant, Sanitizer sanitizer) {
  const bool is_shared = variant.revision.empty() && variant.build_command.empty();
  return fs::path(project.folder) / ".repro-build" / (is_shared ? "shared" : "variant-" + variant.name) /
         to_string(sanitizer);
}

}  // namespace

std::span<const std::string> project_keys() {
  static const std::vector<std::string> keys{"schema",        "name",   "summary",  "command", "builds",
                                             "build_command", "oracle", "variants", "defaults"};
  return keys;
}

Result<std::optional<Project>> load_project(const std::string& path) {
  REPRO_ASSIGN(const std::string text, read_file(path, kFileLimit));
  REPRO_ASSIGN(const LocatedJson root, parse_located_json(text, path));
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error) {
    return fail_errno(ErrorKind::internal, fmt::format("find the folder of {}", path), error.value());
  }
  return ProjectReader(path, absolute.parent_path()).read(root);
}

ProjectArm project_arm(const Project& project, const ProjectVariant& variant, Sanitizer sanitizer) {
  const auto build = std::find_if(project.builds.begin(), project.builds.end(),
                                  [&](const ProjectBuild& known) { return known.sanitizer == sanitizer; });
  REPRO_CHECK(build != project.builds.end());
  ProjectArm made;
  BuildStep& step = made.build;
  step.title = fmt::format("the {} build of variant '{}'", to_string(sanitizer), variant.name);
  step.project_folder = project.folder;
  step.revision = variant.revision;
  step.build_folder = build_folder(project, variant, sanitizer);
  const std::map<std::string, std::string> values{{"${folder}", project.folder},
                                                  {"${source}", source_folder(step)},
                                                  {"${build}", step.build_folder},
                                                  {"${sanitizer}", std::string(to_string(sanitizer))},
                                                  {"${flags}", flags_of(sanitizer)}};
  const auto& build_command = !variant.build_command.empty() ? variant.build_command
                              : !build->command.empty()      ? build->command
                                                             : project.build_command;
  for (const std::string& word : build_command) step.command.push_back(expand(word, values));
  for (const auto& [key, value] : build->environment) step.environment[key] = expand(value, values);

  Arm& arm = made.arm;
  arm.key = {variant.name, sanitizer, "os"};
  for (const std::string& word : variant.command.empty() ? project.command : variant.command) {
    arm.command.argv.push_back(expand(word, values));
  }
  for (const std::string& word : variant.arguments) arm.command.argv.push_back(expand(word, values));
  for (const auto& [key, value] : variant.environment) arm.command.environment[key] = expand(value, values);
  arm.command.working_directory = project.folder;
  std::string& program = arm.command.argv.front();
  if (program.find('/') != std::string::npos) {
    program = (fs::path(source_folder(step)) / program).lexically_normal();
  }
  return made;
}

}  // namespace repro::campaign
