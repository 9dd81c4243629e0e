#include "harness/campaign/scenario.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/located_json.h"
#include "harness/campaign/scenario_fields.h"
#include "harness/campaign/subject.h"

namespace repro::campaign {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSchema = 1;
constexpr std::string_view kFileName = "scenario.json";
constexpr std::uint64_t kFileLimit = 1U << 20U;  ///< bytes; the longest of ours has 4 KiB

const std::vector<std::string>& scenario_keys() {
  static const std::vector<std::string> keys{"schema",   "name",          "summary",      "story",
                                             "program",  "found_on_path", "build_script", "timeout",
                                             "defaults", "builds",        "oracle",       "variants"};
  return keys;
}
const std::vector<std::string>& system_program_keys() {
  static const std::vector<std::string> keys{"install"};
  return keys;
}
const std::vector<std::string>& variant_keys() {
  static const std::vector<std::string> keys{"name", "summary", "arguments", "environment", "expect"};
  return keys;
}
const std::vector<std::string>& defaults_keys() {
  static const std::vector<std::string> keys{"variants"};
  return keys;
}

std::vector<std::string> variant_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ScenarioVariant& variant : scenario.variants) names.push_back(variant.name);
  return names;
}

constexpr std::array<std::string_view, 2> kPlaceholders{"${folder}", "${program}"};

std::string expand_for(std::string text, const std::string& folder, const std::string& program) {
  return expand(std::move(text),
                {{std::string(kPlaceholders[0]), folder}, {std::string(kPlaceholders[1]), program}});
}

/// Turns one scenario file into a Scenario. Each function reads one part of the file.
class ScenarioReader {
 public:
  ScenarioReader(std::string file, std::string folder) : file_(std::move(file)) {
    scenario_.folder = std::move(folder);
  }

  Result<Scenario> read(const LocatedJson& root) {
    REPRO_ASSIGN(const ObjectReader fields, ObjectReader::open(root, file_, "the scenario", scenario_keys()));
    REPRO_TRY(read_head(fields));
    REPRO_TRY(read_timeout(fields));
    REPRO_TRY(read_builds(fields));
    REPRO_TRY(read_system_program(fields));
    REPRO_TRY(read_build_script(fields));
    REPRO_TRY(read_variants(fields));
    REPRO_TRY(read_defaults(fields));
    REPRO_ASSIGN(scenario_.oracle, read_oracle_field(fields, file_, kPlaceholders));
    return std::move(scenario_);
  }

 private:
  Result<void> read_head(const ObjectReader& fields) {
    REPRO_ASSIGN(const std::int64_t schema, fields.required_integer("schema"));
    if (schema != kSchema) {
      return fields.wrong(*fields.find("schema"),
                          fmt::format("has schema {}; this version reads {}", schema, kSchema));
    }
    REPRO_ASSIGN(scenario_.name, fields.required_string("name"));
    REPRO_TRY(check_name_field(fields));
    const std::string folder_name = fs::path(scenario_.folder).filename();
    if (scenario_.name != folder_name) {
      return fields.wrong(*fields.find("name"), fmt::format("is named '{}' but stands in folder '{}'",
                                                            scenario_.name, printable(folder_name)));
    }
    REPRO_ASSIGN(scenario_.summary, read_line_field(fields, "summary"));
    REPRO_ASSIGN(const std::string story, fields.string_or("story", "README.md"));
    scenario_.story = fs::path(scenario_.folder) / story;
    REPRO_ASSIGN(scenario_.program, fields.required_string("program"));
    if (scenario_.program.empty() || fs::path(scenario_.program).is_absolute()) {
      return fields.wrong(*fields.find("program"), "needs a program path relative to its folder");
    }
    return {};
  }

  Result<void> read_timeout(const ObjectReader& fields) {
    if (fields.find("timeout") == nullptr) return {};
    REPRO_ASSIGN(const std::string text, fields.required_string("timeout"));
    const Result<std::chrono::nanoseconds> timeout = parse_duration(text);
    if (!timeout) {
      return fields.wrong(*fields.find("timeout"), "has a wrong timeout: " + timeout.error().message);
    }
    if (timeout->count() == 0) {
      return fields.wrong(*fields.find("timeout"), "has a timeout of 0; leave it out for an adaptive one");
    }
    scenario_.timeout = *timeout;
    return {};
  }

  Result<void> read_builds(const ObjectReader& fields) {
    REPRO_ASSIGN(const LocatedJson* array, fields.required("builds"));
    REPRO_ASSIGN(const std::vector<std::string> names, fields.strings("builds"));
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::optional<Sanitizer> build = parse_sanitizer(names[i]);
      if (!build) {
        return fields.wrong(array->items[i], fmt::format("has the unknown build '{}'{}", printable(names[i]),
                                                         hint(names[i], build_names())));
      }
      if (std::count(names.begin(), names.end(), names[i]) > 1) {
        return fields.wrong(array->items[i], fmt::format("names the build '{}' twice", names[i]));
      }
      scenario_.builds.push_back(*build);
    }
    if (scenario_.builds.empty()) return fields.wrong(*array, "needs at least one build");
    return {};
  }

  Result<void> read_system_program(const ObjectReader& fields) {
    const LocatedJson* object = fields.find("found_on_path");
    if (object == nullptr) return {};
    REPRO_ASSIGN(const ObjectReader inner,
                 ObjectReader::open(*object, file_, "found_on_path", system_program_keys()));
    SystemProgram program;
    REPRO_ASSIGN(program.install, inner.required_string("install"));
    if (!is_one_line(program.install)) {
      return inner.wrong(*inner.find("install"), "needs an install command of one line");
    }
    if (scenario_.program.find('/') != std::string::npos) {
      return fields.wrong(*fields.find("program"), "has a path as its program; a name is found on PATH");
    }
    if (std::find(scenario_.builds.begin(), scenario_.builds.end(), Sanitizer::plain) ==
        scenario_.builds.end()) {
      return fields.wrong(*fields.find("builds"),
                          "needs the plain build, which is the program found on PATH");
    }
    scenario_.system_program = std::move(program);
    return {};
  }

  Result<void> read_build_script(const ObjectReader& fields) {
    if (fields.find("build_script") == nullptr) return {};
    REPRO_ASSIGN(const std::string script, fields.required_string("build_script"));
    if (script.empty() || fs::path(script).is_absolute()) {
      return fields.wrong(*fields.find("build_script"), "needs a script path relative to its folder");
    }
    scenario_.build_script = (fs::path(scenario_.folder) / script).lexically_normal();
    return {};
  }

  Result<void> read_variants(const ObjectReader& fields) {
    REPRO_ASSIGN(const LocatedJson* array, fields.required("variants"));
    REPRO_TRY(fields.for_each("variants", [&](const LocatedJson& item) { return read_variant(item); }));
    if (scenario_.variants.empty()) return fields.wrong(*array, "needs at least one variant");
    return {};
  }

  Result<void> read_variant(const LocatedJson& item) {
    REPRO_ASSIGN(const ObjectReader fields,
                 ObjectReader::open(item, file_, title_of_variant(item), variant_keys()));
    ScenarioVariant variant;
    REPRO_ASSIGN(variant.name, fields.required_string("name"));
    REPRO_TRY(check_name_field(fields));
    const std::vector<std::string> names = variant_names(scenario_);
    if (std::find(names.begin(), names.end(), variant.name) != names.end()) {
      return fields.wrong(*fields.find("name"), "is there twice");
    }
    REPRO_ASSIGN(variant.summary, read_line_field(fields, "summary"));
    REPRO_ASSIGN(variant.arguments, read_expandable_field(fields, "arguments", kPlaceholders));
    REPRO_ASSIGN(variant.environment, read_environment_field(fields, file_, kPlaceholders));
    REPRO_ASSIGN(variant.expect, read_expect_field(fields));
    scenario_.variants.push_back(std::move(variant));
    return {};
  }

  /// The name if there is one that can be shown, else the position.
  std::string title_of_variant(const LocatedJson& item) const {
    for (const LocatedJson::Member& member : item.members) {
      if (member.key == "name" && is_name(member.value.string)) {
        return fmt::format("variant '{}'", member.value.string);
      }
    }
    return fmt::format("variant {}", scenario_.variants.size() + 1);
  }

  Result<void> read_defaults(const ObjectReader& fields) {
    const std::vector<std::string> known = variant_names(scenario_);
    scenario_.default_variants = known;
    const LocatedJson* object = fields.find("defaults");
    if (object == nullptr) return {};
    REPRO_ASSIGN(const ObjectReader defaults,
                 ObjectReader::open(*object, file_, "defaults", defaults_keys()));
    REPRO_ASSIGN(std::vector<std::string> names, defaults.strings("variants"));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::find(known.begin(), known.end(), names[i]) != known.end()) continue;
      return defaults.wrong(
          defaults.find("variants")->items[i],
          fmt::format("names the unknown variant '{}'{}", printable(names[i]), hint(names[i], known)));
    }
    if (!names.empty()) scenario_.default_variants = std::move(names);
    return {};
  }

  std::string file_;
  Scenario scenario_;
};

/// The subfolders of `directory` that hold a scenario file, sorted.
Result<std::vector<std::string>> scenario_names(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;  // a folder that we may not look into is not a scenario
    if (fs::exists(entry->path() / kFileName, ignored)) names.push_back(entry->path().filename());
  }
  if (error) {
    return fail_errno(ErrorKind::usage,
                      fmt::format("no scenarios are installed with this tool (./bootstrap build makes them): "
                                  "cannot read '{}'",
                                  printable(directory)),
                      error.value());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string file_of(const std::string& directory, std::string_view name) {
  return fs::path(directory) / name / kFileName;
}

}  // namespace

Result<Scenario> load_scenario(const std::string& path) {
  REPRO_ASSIGN(const std::string text, read_file(path, kFileLimit));
  REPRO_ASSIGN(const LocatedJson root, parse_located_json(text, path));
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error)
    return fail_errno(ErrorKind::internal, fmt::format("find the folder of {}", path), error.value());
  return ScenarioReader(path, absolute.parent_path()).read(root);
}

Result<std::vector<Scenario>> list_scenarios(const std::string& directory) {
  REPRO_ASSIGN(const std::vector<std::string> names, scenario_names(directory));
  std::vector<Scenario> scenarios;
  for (const std::string& name : names) {
    REPRO_ASSIGN(scenarios.emplace_back(), load_scenario(file_of(directory, name)));
  }
  return scenarios;
}

Result<Scenario> find_scenario(const std::string& directory, std::string_view name) {
  REPRO_ASSIGN(const std::vector<std::string> names, scenario_names(directory));
  if (std::find(names.begin(), names.end(), name) != names.end())
    return load_scenario(file_of(directory, name));
  return fail(ErrorKind::usage, fmt::format("unknown scenario '{}'{}", printable(name), hint(name, names)));
}

Result<ScenarioVariant> find_variant(const Scenario& scenario, std::string_view name) {
  for (const ScenarioVariant& variant : scenario.variants) {
    if (variant.name == name) return variant;
  }
  return fail(ErrorKind::usage, fmt::format("unknown variant '{}' of scenario '{}'{}", printable(name),
                                            scenario.name, hint(name, variant_names(scenario))));
}

void find_system_program(Scenario& scenario, const std::string& search_path) {
  if (!scenario.system_program) return;
  if (Result<std::string> path = find_program(scenario.program, search_path, "")) {
    scenario.system_program->path = *std::move(path);
  }
}

std::string program_path(const Scenario& scenario, Sanitizer build) {
  if (scenario.system_program && build == Sanitizer::plain) {
    return scenario.system_program->path.empty() ? scenario.program : scenario.system_program->path;
  }
  return (fs::path(scenario.folder) / fmt::format("{}.{}", scenario.program, to_string(build)))
      .lexically_normal();
}

bool is_built(const Scenario& scenario, Sanitizer build) {
  if (scenario.system_program && build == Sanitizer::plain) return !scenario.system_program->path.empty();
  return ::access(program_path(scenario, build).c_str(), X_OK) == 0;
}

std::string how_to_build(const Scenario& scenario, Sanitizer build) {
  if (scenario.system_program && build == Sanitizer::plain) return scenario.system_program->install;
  if (!scenario.build_script.empty()) return fmt::format("{} {}", scenario.build_script, to_string(build));
  return "./bootstrap build";
}

Command scenario_command(const Scenario& scenario, const ScenarioVariant& variant, Sanitizer build) {
  const std::string program = program_path(scenario, build);
  Command command;
  command.argv.push_back(program);
  for (const std::string& argument : variant.arguments) {
    command.argv.push_back(expand_for(argument, scenario.folder, program));
  }
  for (const auto& [name, value] : variant.environment) {
    command.environment[name] = expand_for(value, scenario.folder, program);
  }
  return command;
}

OracleSpec scenario_oracle(const Scenario& scenario) {
  const bool has_plain =
      std::find(scenario.builds.begin(), scenario.builds.end(), Sanitizer::plain) != scenario.builds.end();
  const std::string program = program_path(scenario, has_plain ? Sanitizer::plain : scenario.builds.front());
  OracleSpec oracle = scenario.oracle;
  if (!oracle.expect_file.empty()) {
    oracle.expect_file = (fs::path(scenario.folder) / oracle.expect_file).lexically_normal();
  }
  for (std::string& word : oracle.reference_command) word = expand_for(word, scenario.folder, program);
  for (std::string& word : oracle.check_command) word = expand_for(word, scenario.folder, program);
  return oracle;
}

}  // namespace repro::campaign
