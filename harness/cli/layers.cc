#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/located_json.h"
#include "harness/campaign/project.h"
#include "harness/cli/options.h"

namespace repro::cli {
namespace {

using campaign::LocatedJson;
using campaign::ObjectReader;

std::string variable_name(std::string_view option) {
  std::string name = "REPRO_";
  for (const char c : option)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

void add_environment(const VerbSpec& verb, const std::map<std::string, std::string>& environment,
                     ParsedOptions& options) {
  for (const OptionSpec& spec : verb.options) {
    if (spec.layering == Layering::flag_only || options.has(spec.name)) continue;
    const std::string variable = variable_name(spec.name);
    const auto set = environment.find(variable);
    if (set == environment.end()) continue;
    options.set(spec.name, split_value(spec, set->second), variable);
  }
}

/// One default as the texts that the flag would have had.
Result<std::vector<std::string>> texts_of(const ObjectReader& defaults, const OptionSpec& spec,
                                          const LocatedJson& value) {
  const auto text_of = [&](const LocatedJson& item) -> Result<std::string> {
    if (item.kind == LocatedJson::Kind::string) return item.string;
    if (item.kind == LocatedJson::Kind::integer) return std::to_string(item.integer);
    return defaults.wrong(item, fmt::format("'{}' must be a string or a whole number", spec.name));
  };
  if (spec.kind == OptionKind::flag) {
    if (value.kind != LocatedJson::Kind::boolean) {
      return defaults.wrong(value, fmt::format("'{}' must be true or false", spec.name));
    }
    return value.boolean ? std::vector<std::string>{"true"} : std::vector<std::string>();
  }
  if (value.kind != LocatedJson::Kind::array) {
    REPRO_ASSIGN(const std::string text, text_of(value));
    return split_value(spec, text);
  }
  if (spec.kind == OptionKind::value) {
    return defaults.wrong(value, fmt::format("'{}' takes one value, not a list", spec.name));
  }
  std::vector<std::string> texts;
  for (const LocatedJson& item : value.items) {
    REPRO_ASSIGN(std::string text, text_of(item));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<void> add_project_file(const VerbSpec& verb, std::span<const OptionSpec> of_others,
                              const std::string& path, ParsedOptions& options) {
  REPRO_ASSIGN(const std::string text, read_file(path));
  REPRO_ASSIGN(const LocatedJson document, campaign::parse_located_json(text, path));
  REPRO_ASSIGN(const ObjectReader root,
               ObjectReader::open(document, path, "the project file", campaign::project_keys()));
  REPRO_ASSIGN(const std::int64_t schema, root.required_integer("schema"));
  if (schema != 1)
    return root.wrong(*root.find("schema"),
                      fmt::format("schema {} is not known; this tool reads schema 1", schema));
  const LocatedJson* section = root.find("defaults");
  if (section == nullptr) return {};
  std::vector<std::string> names;
  for (const std::span<const OptionSpec> known : {verb.options, of_others}) {
    for (const OptionSpec& spec : known) {
      if (spec.layering == Layering::layered) names.emplace_back(spec.name);
    }
  }
  REPRO_ASSIGN(const ObjectReader defaults, ObjectReader::open(*section, path, "'defaults'", names));
  for (const OptionSpec& spec : verb.options) {
    const LocatedJson* value = defaults.find(spec.name);
    if (value == nullptr || options.has(spec.name)) continue;
    REPRO_ASSIGN(std::vector<std::string> texts, texts_of(defaults, spec, *value));
    if (!texts.empty()) {
      options.set(spec.name, std::move(texts), fmt::format("{}:{}: {}", path, value->line, spec.name));
    }
  }
  return {};
}

}  // namespace

std::string find_project_file() {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::current_path(error);
  while (!error && !folder.empty()) {
    const std::filesystem::path file = folder / "repro.json";
    if (std::filesystem::exists(file, error)) return file;
    if (std::filesystem::exists(folder / ".git", error) || folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return {};
}

Result<void> add_layers(const VerbSpec& verb, const std::map<std::string, std::string>& environment,
                        ParsedOptions& options, std::span<const OptionSpec> of_others) {
  add_environment(verb, environment, options);
  const std::string project = find_project_file();
  return project.empty() ? Result<void>() : add_project_file(verb, of_others, project, options);
}

}  // namespace repro::cli
