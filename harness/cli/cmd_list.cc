#include <algorithm>
#include <array>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/campaign/scenario.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/run_request.h"
#include "harness/cli/scenario_help.h"
#include "harness/cli/verbs.h"

namespace repro::cli {
namespace {

using campaign::Scenario;
using campaign::ScenarioVariant;
using Json = nlohmann::ordered_json;

constexpr std::array kOptions{
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "list",
    "list the built-in scenarios, or the variants and builds of one",
    "repro list [SCENARIO] [options]",
    "Lists the built-in scenarios with the builds that are there; with a name, the variants of that "
    "scenario, what\n"
    "each is expected to do, and which of them run by default.",
    "  repro list\n"
    "  repro list shm-spinlock\n"
    "  repro list --json\n",
    "scenario",
    false,
    kOptions,
};

std::string describe_builds(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Sanitizer build : scenario.builds) {
    const bool is_on_path = scenario.system_program && build == Sanitizer::plain;
    const std::string_view absence = is_on_path ? " (not installed)" : " (not built)";
    names.push_back(
        fmt::format("{}{}", to_string(build), campaign::is_built(scenario, build) ? "" : absence));
  }
  return join(names, ", ");
}

std::string describe_expectation(const ScenarioVariant& variant) {
  std::vector<std::string> names;
  for (const Outcome outcome : variant.expect) names.emplace_back(to_string(outcome));
  return names.empty() ? "-" : join(names, " or ");
}

bool is_default(const Scenario& scenario, const ScenarioVariant& variant) {
  const auto& names = scenario.default_variants;
  return std::find(names.begin(), names.end(), variant.name) != names.end();
}

void print_all(const std::vector<Scenario>& scenarios) {
  if (scenarios.empty()) std::cout << "no scenarios are built; try ./bootstrap build\n";
  for (const Scenario& scenario : scenarios) {
    std::cout << fmt::format("{}\n    {}\n    builds: {}\n", scenario.name, scenario.summary,
                             describe_builds(scenario));
  }
}

void print_one(const Scenario& scenario) {
  std::cout << fmt::format("{}: {}\nbuilds: {}\n", scenario.name, scenario.summary,
                           describe_builds(scenario));
  for (const Sanitizer build : scenario.builds) {
    if (campaign::is_built(scenario, build)) continue;
    std::cout << fmt::format("    for {}: {}\n", to_string(build), campaign::how_to_build(scenario, build));
  }
  if (scenario.timeout)
    std::cout << fmt::format("deadline of a run: {}\n", format_duration(*scenario.timeout));
  std::size_t width = std::string_view("variant").size();
  std::size_t expected_width = std::string_view("expected").size();
  for (const ScenarioVariant& variant : scenario.variants) {
    width = std::max(width, variant.name.size());
    expected_width = std::max(expected_width, describe_expectation(variant).size());
  }
  std::cout << fmt::format("\n  {:<{}}  {:<{}}  what it is (* runs by default)\n", "variant", width,
                           "expected", expected_width);
  for (const ScenarioVariant& variant : scenario.variants) {
    std::cout << fmt::format("{} {:<{}}  {:<{}}  {}\n", is_default(scenario, variant) ? '*' : ' ',
                             variant.name, width, describe_expectation(variant), expected_width,
                             variant.summary);
  }
  std::cout << fmt::format("\nThe story: {}\n", scenario.story);
}

Json to_json(const Scenario& scenario) {
  Json builds = Json::array();
  for (const Sanitizer build : scenario.builds) {
    builds.push_back(Json{{"name", to_string(build)},
                          {"program", campaign::program_path(scenario, build)},
                          {"built", campaign::is_built(scenario, build)},
                          {"how_to_build", campaign::how_to_build(scenario, build)}});
  }
  Json variants = Json::array();
  for (const ScenarioVariant& variant : scenario.variants) {
    Json expect = Json::array();
    for (const Outcome outcome : variant.expect) expect.push_back(to_string(outcome));
    variants.push_back(Json{{"name", variant.name},
                            {"summary", variant.summary},
                            {"default", is_default(scenario, variant)},
                            {"expect", std::move(expect)}});
  }
  return Json{{"name", scenario.name},
              {"summary", scenario.summary},
              {"story", scenario.story},
              {"builds", std::move(builds)},
              {"variants", std::move(variants)}};
}

}  // namespace

Result<void> print_scenario(const std::string& name, const std::map<std::string, std::string>& environment) {
  REPRO_ASSIGN(Scenario scenario, campaign::find_scenario(scenario_directory(), name));
  campaign::find_system_program(scenario, search_path_of(environment));
  print_one(scenario);
  return {};
}

Result<int> list_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  std::vector<Scenario> scenarios;
  if (options->positional.empty()) {
    REPRO_ASSIGN(scenarios, campaign::list_scenarios(scenario_directory()));
  } else {
    REPRO_ASSIGN(Scenario scenario, campaign::find_scenario(scenario_directory(), options->positional));
    scenarios.push_back(std::move(scenario));
  }
  const std::string search_path = search_path_of(invocation.environment);
  for (Scenario& scenario : scenarios) campaign::find_system_program(scenario, search_path);
  if (options->flag("json")) {
    Json all = Json::array();
    for (const Scenario& scenario : scenarios) all.push_back(to_json(scenario));
    std::cout << Json{{"schema", 1}, {"scenarios", std::move(all)}}.dump(2) << '\n';
  } else if (options->positional.empty()) {
    print_all(scenarios);
  } else {
    print_one(scenarios.front());
  }
  return kExitOk;
}

}  // namespace repro::cli
