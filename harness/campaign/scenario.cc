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
const std::vector<std::string>& oracle_keys() {
  static const std::vector<std::string> keys{"ok_exit_codes", "expect_file",       "match",
                                             "no_match",      "reference_command", "ignore_line_order",
                                             "check_command"};
  return keys;
}
const std::vector<std::string>& defaults_keys() {
  static const std::vector<std::string> keys{"variants"};
  return keys;
}

std::vector<std::string> outcome_names() {
  std::vector<std::string> names;
  for (const Outcome outcome : kOutcomes) {
    if (outcome != Outcome::infra) names.emplace_back(to_string(outcome));
  }
  return names;
}

std::vector<std::string> build_names() {
  std::vector<std::string> names;
  names.reserve(kSanitizers.size());
  for (const Sanitizer build : kSanitizers) names.emplace_back(to_string(build));
  return names;
}

std::vector<std::string> variant_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ScenarioVariant& variant : scenario.variants) names.push_back(variant.name);
  return names;
}

/// "; did you mean 'X'?", or all that there is to choose from.
std::string hint(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = suggestion(word, known);
  return nearest.empty() ? fmt::format("; known: {}", fmt::join(known, ", ")) : nearest;
}

/// Names appear in file names, option lists (split at commas) and tables.
bool is_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos && text.front() != '-' &&
         text.front() != '.';
}

bool is_one_line(std::string_view text) {
  return !trim(text).empty() && text.find('\n') == std::string_view::npos;
}

constexpr std::array<std::string_view, 2> kPlaceholders{"${folder}", "${program}"};

/// The first `${...}` that scenario_command() would not replace, or "".
std::string unknown_placeholder(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const std::string_view rest = text.substr(at);
    if (std::any_of(kPlaceholders.begin(), kPlaceholders.end(),
                    [&](std::string_view known) { return rest.starts_with(known); })) {
      continue;
    }
    return std::string(rest.substr(0, rest.find('}') == std::string_view::npos ? 2 : rest.find('}') + 1));
  }
  return {};
}

std::string expand(std::string text, const std::string& folder, const std::string& program) {
  const auto replace_all = [&text](std::string_view name, const std::string& value) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  };
  replace_all(kPlaceholders[0], folder);
  replace_all(kPlaceholders[1], program);
  return text;
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
    REPRO_TRY(read_oracle(fields));
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
    REPRO_TRY(check_name(fields));
    const std::string folder_name = fs::path(scenario_.folder).filename();
    if (scenario_.name != folder_name) {
      return fields.wrong(*fields.find("name"), fmt::format("is named '{}' but stands in folder '{}'",
                                                            scenario_.name, printable(folder_name)));
    }
    REPRO_ASSIGN(scenario_.summary, read_summary(fields));
    REPRO_ASSIGN(const std::string story, fields.string_or("story", "README.md"));
    scenario_.story = fs::path(scenario_.folder) / story;
    REPRO_ASSIGN(scenario_.program, fields.required_string("program"));
    if (scenario_.program.empty() || fs::path(scenario_.program).is_absolute()) {
      return fields.wrong(*fields.find("program"), "needs a program path relative to its folder");
    }
    return {};
  }

  static Result<void> check_name(const ObjectReader& fields) {
    const LocatedJson& name = *fields.find("name");
    if (is_name(name.string)) return {};
    return fields.wrong(
        name, fmt::format("has the name '{}'; use a-z, 0-9, '-', '.' and '_'", printable(name.string)));
  }

  static Result<std::string> read_summary(const ObjectReader& fields) {
    REPRO_ASSIGN(std::string summary, fields.required_string("summary"));
    if (!is_one_line(summary)) return fields.wrong(*fields.find("summary"), "needs a summary of one line");
    return summary;
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
    REPRO_TRY(check_name(fields));
    const std::vector<std::string> names = variant_names(scenario_);
    if (std::find(names.begin(), names.end(), variant.name) != names.end()) {
      return fields.wrong(*fields.find("name"), "is there twice");
    }
    REPRO_ASSIGN(variant.summary, read_summary(fields));
    REPRO_ASSIGN(variant.arguments, read_expandable(fields, "arguments"));
    REPRO_ASSIGN(variant.environment, read_environment(fields));
    REPRO_ASSIGN(variant.expect, read_expect(fields));
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

  /// Strings in which placeholders will be replaced.
  static Result<std::vector<std::string>> read_expandable(const ObjectReader& fields, std::string_view key) {
    REPRO_ASSIGN(std::vector<std::string> words, fields.strings(key));
    for (std::size_t i = 0; i < words.size(); ++i) {
      REPRO_TRY(check_placeholders(fields, fields.find(key)->items[i]));
    }
    return words;
  }

  static Result<void> check_placeholders(const ObjectReader& fields, const LocatedJson& text) {
    const std::string unknown = unknown_placeholder(text.string);
    if (unknown.empty()) return {};
    return fields.wrong(text, fmt::format("has the unknown placeholder '{}'; known: {}", printable(unknown),
                                          fmt::join(kPlaceholders, ", ")));
  }

  Result<std::map<std::string, std::string>> read_environment(const ObjectReader& fields) const {
    std::map<std::string, std::string> environment;
    const LocatedJson* object = fields.find("environment");
    if (object == nullptr) return environment;
    std::vector<std::string> names;  // any name is a known key here
    for (const LocatedJson::Member& member : object->members) names.push_back(member.key);
    REPRO_ASSIGN(const ObjectReader values,
                 ObjectReader::open(*object, file_, "the environment of " + fields.what(), names));
    for (const std::string& name : names) {
      if (name.empty() || name.find('=') != std::string::npos) {
        return values.wrong(*values.find(name),
                            fmt::format("has the impossible variable name '{}'", printable(name)));
      }
      REPRO_ASSIGN(environment[name], values.required_string(name));
      REPRO_TRY(check_placeholders(values, *values.find(name)));
    }
    return environment;
  }

  /// `"hang"` or `["crash", "hang"]`.
  static Result<std::vector<Outcome>> read_expect(const ObjectReader& fields) {
    const LocatedJson* value = fields.find("expect");
    std::vector<Outcome> outcomes;
    if (value == nullptr) return outcomes;
    std::vector<std::string> names{value->string};
    if (value->kind == LocatedJson::Kind::array) {
      REPRO_ASSIGN(names, fields.strings("expect"));
    } else {
      REPRO_TRY(fields.required_string("expect"));
    }
    for (const std::string& name : names) {
      const std::optional<Outcome> outcome = parse_outcome(name);
      if (!outcome || *outcome == Outcome::infra) {
        return fields.wrong(*value, fmt::format("expects the unknown outcome '{}'{}", printable(name),
                                                hint(name, outcome_names())));
      }
      outcomes.push_back(*outcome);
    }
    return outcomes;
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

  Result<void> read_oracle(const ObjectReader& fields) {
    const LocatedJson* object = fields.find("oracle");
    if (object == nullptr) return {};
    REPRO_ASSIGN(const ObjectReader oracle, ObjectReader::open(*object, file_, "the oracle", oracle_keys()));
    OracleSpec& spec = scenario_.oracle;
    REPRO_TRY(read_exit_codes(oracle));
    REPRO_ASSIGN(spec.expect_file, oracle.string_or("expect_file", ""));
    REPRO_ASSIGN(spec.match, oracle.strings("match"));
    REPRO_ASSIGN(spec.no_match, oracle.strings("no_match"));
    REPRO_ASSIGN(spec.reference_command, read_expandable(oracle, "reference_command"));
    REPRO_ASSIGN(spec.ignore_line_order, oracle.boolean_or("ignore_line_order", false));
    REPRO_ASSIGN(spec.check_command, read_expandable(oracle, "check_command"));
    return {};
  }

  Result<void> read_exit_codes(const ObjectReader& oracle) {
    if (oracle.find("ok_exit_codes") == nullptr) return {};
    std::vector<int> codes;
    REPRO_TRY(oracle.for_each("ok_exit_codes", [&](const LocatedJson& item) -> Result<void> {
      if (item.kind != LocatedJson::Kind::integer || item.integer < 0 || item.integer > 255) {
        return oracle.wrong(item, "has an exit code that is not a whole number from 0 to 255");
      }
      codes.push_back(static_cast<int>(item.integer));
      return {};
    }));
    if (codes.empty()) return oracle.wrong(*oracle.find("ok_exit_codes"), "needs at least one exit code");
    scenario_.oracle.ok_exit_codes = std::move(codes);
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
    command.argv.push_back(expand(argument, scenario.folder, program));
  }
  for (const auto& [name, value] : variant.environment) {
    command.environment[name] = expand(value, scenario.folder, program);
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
  for (std::string& word : oracle.reference_command) word = expand(word, scenario.folder, program);
  for (std::string& word : oracle.check_command) word = expand(word, scenario.folder, program);
  return oracle;
}

}  // namespace repro::campaign
