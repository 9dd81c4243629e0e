#include "harness/campaign/scenario_fields.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/text.h"
#include "harness/model/sanitizer.h"

namespace repro::campaign {
namespace {

const std::vector<std::string>& oracle_keys() {
  static const std::vector<std::string> keys{"ok_exit_codes", "expect_file",       "match",
                                             "no_match",      "reference_command", "ignore_line_order",
                                             "check_command"};
  return keys;
}

std::vector<std::string> outcome_names() {
  std::vector<std::string> names;
  for (const Outcome outcome : kOutcomes) {
    if (outcome != Outcome::infra) names.emplace_back(to_string(outcome));
  }
  return names;
}

/// The first `${...}` that is not known, or "".
std::string unknown_placeholder(std::string_view text, Placeholders known) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const std::string_view rest = text.substr(at);
    if (std::any_of(known.begin(), known.end(),
                    [&](std::string_view name) { return rest.starts_with(name); })) {
      continue;
    }
    return std::string(rest.substr(0, rest.find('}') == std::string_view::npos ? 2 : rest.find('}') + 1));
  }
  return {};
}

Result<void> read_exit_codes(const ObjectReader& oracle, std::vector<int>& into) {
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
  into = std::move(codes);
  return {};
}

}  // namespace

std::string hint(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = suggestion(word, known);
  return nearest.empty() ? fmt::format("; known: {}", fmt::join(known, ", ")) : nearest;
}

std::vector<std::string> build_names() {
  std::vector<std::string> names;
  names.reserve(kSanitizers.size());
  for (const Sanitizer build : kSanitizers) names.emplace_back(to_string(build));
  return names;
}

bool is_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos && text.front() != '-' &&
         text.front() != '.';
}

bool is_one_line(std::string_view text) {
  return !trim(text).empty() && text.find('\n') == std::string_view::npos;
}

std::string expand(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

Result<void> check_name_field(const ObjectReader& fields) {
  const LocatedJson& name = *fields.find("name");
  if (is_name(name.string)) return {};
  return fields.wrong(
      name, fmt::format("has the name '{}'; use a-z, 0-9, '-', '.' and '_'", printable(name.string)));
}

Result<std::string> read_line_field(const ObjectReader& fields, std::string_view key) {
  REPRO_ASSIGN(std::string line, fields.required_string(key));
  if (!is_one_line(line)) {
    return fields.wrong(*fields.find(key), fmt::format("needs a {} of one line", key));
  }
  return line;
}

Result<void> check_placeholders(const ObjectReader& fields, const LocatedJson& text, Placeholders known) {
  const std::string unknown = unknown_placeholder(text.string, known);
  if (unknown.empty()) return {};
  return fields.wrong(text, fmt::format("has the unknown placeholder '{}'; known: {}", printable(unknown),
                                        fmt::join(known, ", ")));
}

Result<std::vector<std::string>> read_expandable_field(const ObjectReader& fields, std::string_view key,
                                                       Placeholders known) {
  REPRO_ASSIGN(std::vector<std::string> words, fields.strings(key));
  for (std::size_t i = 0; i < words.size(); ++i) {
    REPRO_TRY(check_placeholders(fields, fields.find(key)->items[i], known));
  }
  return words;
}

Result<std::map<std::string, std::string>> read_environment_field(const ObjectReader& fields,
                                                                  const std::string& file,
                                                                  Placeholders known) {
  std::map<std::string, std::string> environment;
  const LocatedJson* object = fields.find("environment");
  if (object == nullptr) return environment;
  std::vector<std::string> names;  // any name is a known key here
  for (const LocatedJson::Member& member : object->members) names.push_back(member.key);
  REPRO_ASSIGN(const ObjectReader values,
               ObjectReader::open(*object, file, "the environment of " + fields.what(), names));
  for (const std::string& name : names) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return values.wrong(*values.find(name),
                          fmt::format("has the impossible variable name '{}'", printable(name)));
    }
    REPRO_ASSIGN(environment[name], values.required_string(name));
    REPRO_TRY(check_placeholders(values, *values.find(name), known));
  }
  return environment;
}

Result<std::vector<Outcome>> read_expect_field(const ObjectReader& fields) {
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

Result<OracleSpec> read_oracle_field(const ObjectReader& fields, const std::string& file,
                                     Placeholders known) {
  OracleSpec spec;
  const LocatedJson* object = fields.find("oracle");
  if (object == nullptr) return spec;
  REPRO_ASSIGN(const ObjectReader oracle, ObjectReader::open(*object, file, "the oracle", oracle_keys()));
  REPRO_TRY(read_exit_codes(oracle, spec.ok_exit_codes));
  REPRO_ASSIGN(spec.expect_file, oracle.string_or("expect_file", ""));
  REPRO_ASSIGN(spec.match, oracle.strings("match"));
  REPRO_ASSIGN(spec.no_match, oracle.strings("no_match"));
  REPRO_ASSIGN(spec.reference_command, read_expandable_field(oracle, "reference_command", known));
  REPRO_ASSIGN(spec.ignore_line_order, oracle.boolean_or("ignore_line_order", false));
  REPRO_ASSIGN(spec.check_command, read_expandable_field(oracle, "check_command", known));
  return spec;
}

}  // namespace repro::campaign
