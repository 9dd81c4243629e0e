#include "harness/cli/run_request.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "harness/base/files.h"
#include "harness/base/seed.h"
#include "harness/base/text.h"
#include "harness/campaign/decision.h"
#include "harness/campaign/run_schedule.h"
#include "harness/campaign/scenario.h"
#include "harness/campaign/subject.h"
#include "harness/cli/project_request.h"
#include "harness/cli/shared_options.h"
#include "harness/cli/suppress_files.h"
#include "harness/model/json.h"
#include "harness/model/schedule.h"

namespace repro::cli {
namespace {

/// A report about ten runs says little; a hundred take long under a sanitizer. 25 is what the write-ups used.
constexpr std::uint64_t kDefaultRuns = 25;
/// What `repro run` runs when nothing is named: the crash that the tool was built to reproduce.
constexpr std::string_view kDefaultScenario = "ractor-pool-uaf";
/// Enough to tell rates of 2 % and 8 % apart with more than 90 % power (283 runs per arm are); the end in
/// time of what is not decided.
constexpr std::uint64_t kDefaultBudget = 500;
constexpr std::uint64_t kMostRuns = 1'000'000'000;
constexpr std::uint64_t kMostJobs = 1024;

Result<std::optional<std::uint64_t>> bounded_number(const ParsedOptions& options, std::string_view name,
                                                    std::uint64_t most) {
  REPRO_ASSIGN(const std::optional<std::uint64_t> number, options.number(name));
  if (number && (*number == 0 || *number > most)) {
    return fail(ErrorKind::usage, fmt::format("{}: {} is out of range; 1 to {} are possible",
                                              options.origin(name), *number, most));
  }
  return number;
}

Result<std::optional<DecisionRule>> read_until(const ParsedOptions& options) {
  const std::optional<std::string> text = options.value("until");
  if (!text) return std::optional<DecisionRule>();
  if (*text != "decided") {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is not 'decided'", options.origin("until"), printable(*text)));
  }
  if (options.has("stop-after")) {
    return fail(ErrorKind::usage,
                fmt::format("either {} or {}: a campaign that stops at its failures cannot be decided",
                            options.origin("until"), options.origin("stop-after")));
  }
  return std::optional(DecisionRule());
}

Result<void> read_limits(const ParsedOptions& options, Request& request) {
  REPRO_ASSIGN(request.runs_per_arm, bounded_number(options, "runs", kMostRuns));
  REPRO_ASSIGN(request.duration, options.duration("duration"));
  REPRO_ASSIGN(request.stop_after_failures, bounded_number(options, "stop-after", kMostRuns));
  REPRO_ASSIGN(request.until, read_until(options));
  if (!request.runs_per_arm && !request.duration) {
    request.runs_per_arm = request.until ? kDefaultBudget : kDefaultRuns;
  }
  REPRO_ASSIGN(const std::optional<std::uint64_t> jobs, bounded_number(options, "jobs", kMostJobs));
  request.jobs = static_cast<std::uint32_t>(jobs.value_or(1));
  REPRO_ASSIGN(request.timeout, options.duration("timeout"));
  for (const auto& [name, given] :
       {std::pair("timeout", request.timeout), std::pair("duration", request.duration)}) {
    if (given && given->count() == 0) {
      return fail(ErrorKind::usage, fmt::format("{}: 0 would allow no run", options.origin(name)));
    }
  }
  REPRO_ASSIGN(const std::optional<std::chrono::nanoseconds> grace, options.duration("grace"));
  request.grace = grace.value_or(request.grace);
  REPRO_ASSIGN(request.memory_limit_bytes, options.size("memory-limit"));
  if (request.memory_limit_bytes && *request.memory_limit_bytes < (1U << 20U)) {
    return fail(ErrorKind::usage,
                fmt::format("{}: less than 1M starts no program", options.origin("memory-limit")));
  }
  REPRO_ASSIGN(const std::optional<std::uint64_t> capture, options.size("capture-limit"));
  request.capture_limit_bytes = capture.value_or(request.capture_limit_bytes);
  REPRO_ASSIGN(const std::optional<std::uint64_t> seed, options.number("seed"));
  if (seed && *seed > (std::uint64_t{1} << 53U)) {
    return fail(ErrorKind::usage,
                fmt::format("{}: at most 2^53, so that every reader of the JSON sees the same number",
                            options.origin("seed")));
  }
  request.seed = seed ? *seed : fresh_seed();
  return {};
}

Result<KeepLogs> read_keep_logs(const ParsedOptions& options) {
  REPRO_ASSIGN(const std::string which, read_choice(options, "keep-logs", {"failures", "all", "none"}));
  if (which == "all") return KeepLogs::all;
  return which == "none" ? KeepLogs::none : KeepLogs::failures;
}

std::vector<std::string> as_shell_command(const std::optional<std::string>& line) {
  return line ? std::vector<std::string>{"/bin/sh", "-c", *line} : std::vector<std::string>();
}

/// Lays the oracle options over the scenario's own.
Result<void> read_oracle(const ParsedOptions& options, OracleSpec& oracle) {
  REPRO_ASSIGN(const std::optional<std::vector<int>> ok_exit_codes, read_ok_exit_codes(options));
  if (ok_exit_codes) oracle.ok_exit_codes = *ok_exit_codes;
  if (options.has("expect")) {
    REPRO_ASSIGN(oracle.expect_file, readable_file(options, "expect"));
  }
  if (options.has("match")) oracle.match = options.list("match");
  if (options.has("no-match")) oracle.no_match = options.list("no-match");
  if (options.has("reference")) oracle.reference_command = as_shell_command(options.value("reference"));
  if (options.has("check")) oracle.check_command = as_shell_command(options.value("check"));
  if (options.flag("unordered")) oracle.ignore_line_order = true;
  if (oracle.ignore_line_order && oracle.expect_file.empty() && oracle.reference_command.empty()) {
    return fail(
        ErrorKind::usage,
        fmt::format("{} says how outputs are compared, but neither --expect nor --reference names one",
                    options.origin("unordered")));
  }
  return {};
}

// --- scenarios
// ---------------------------------------------------------------------------------------------------

Result<std::vector<std::string>> scenario_variants(const ParsedOptions& options,
                                                   const campaign::Scenario& scenario) {
  REPRO_ASSIGN(std::vector<std::string> names, read_names(options, "variant"));
  if (names.empty()) return scenario.default_variants;
  if (names == std::vector<std::string>{"all"}) {
    names.clear();
    for (const campaign::ScenarioVariant& variant : scenario.variants) names.push_back(variant.name);
  }
  return names;
}

Result<void> check_scenario_build(const campaign::Scenario& scenario, Sanitizer build,
                                  const std::string& origin) {
  const auto& builds = scenario.builds;
  if (std::find(builds.begin(), builds.end(), build) == builds.end()) {
    std::vector<std::string> names;
    names.reserve(builds.size());
    for (const Sanitizer known : builds) names.emplace_back(to_string(known));
    return fail(ErrorKind::usage, fmt::format("{}: scenario '{}' has no {} build; it has {}", origin,
                                              scenario.name, to_string(build), join(names, ", ")));
  }
  if (!campaign::is_built(scenario, build)) {
    return fail(ErrorKind::environment,
                fmt::format("the {} build of scenario '{}' is not there ('{}'); to get it: {}",
                            to_string(build), scenario.name, campaign::program_path(scenario, build),
                            campaign::how_to_build(scenario, build)));
  }
  return {};
}

/// The environment of the subject, as far as it is known here: the tool's own and what --env adds.
std::map<std::string, std::string> laid_over(std::map<std::string, std::string> environment,
                                             const std::map<std::string, std::string>& additions) {
  for (const auto& [name, value] : additions) environment[name] = value;
  return environment;
}

/// One arm for each schedule.
Result<void> add_arms(const ParsedOptions& options, Arm arm, const std::string& blind_note, RunRequest& run) {
  REPRO_ASSIGN(const std::vector<ScheduleSpec> schedules, read_schedules(options));
  for (const ScheduleSpec& schedule : schedules) {
    REPRO_TRY(check_preloadable(options, schedule, arm.command.argv.front()));
    arm.id = static_cast<std::uint32_t>(run.request.arms.size());
    arm.key.schedule = to_string(schedule);
    if (!blind_note.empty()) run.blind_notes[arm.id] = blind_note;
    run.request.arms.push_back(arm);
  }
  return {};
}

Result<void> add_scenario_arms(const ParsedOptions& options,
                               const std::map<std::string, std::string>& environment,
                               campaign::Scenario scenario, RunRequest& run) {
  REPRO_ASSIGN(std::vector<Sanitizer> builds, read_sanitizers(options));
  if (builds.empty()) builds = {Sanitizer::plain};
  REPRO_ASSIGN(const std::vector<std::string> names, scenario_variants(options, scenario));
  REPRO_ASSIGN(const auto additions, read_environment_option(options));
  campaign::find_system_program(scenario, search_path_of(laid_over(environment, additions)));
  run.request.oracle = campaign::scenario_oracle(scenario);
  REPRO_ASSIGN(const std::string folder, existing_folder(options, "cwd"));
  REPRO_ASSIGN(const std::string input, readable_file(options, "stdin"));
  std::vector<campaign::ScenarioVariant> variants;
  for (const std::string& name : names) {
    Result<campaign::ScenarioVariant> variant = campaign::find_variant(scenario, name);
    if (!variant) return Unexpected(std::move(variant).error().with_context(options.origin("variant")));
    variants.push_back(*std::move(variant));
  }
  // After the names: a request that is wrong is wrong on every machine, a missing build is this one's.
  for (const Sanitizer build : builds) {
    REPRO_TRY(check_scenario_build(scenario, build, options.origin("sanitizer")));
  }
  for (const campaign::ScenarioVariant& variant : variants) {
    for (const Sanitizer build : builds) {
      Arm arm;
      arm.key = {variant.name, build, ""};
      arm.command = campaign::scenario_command(scenario, variant, build);
      for (const auto& [key, value] : additions) arm.command.environment[key] = value;
      arm.command.working_directory = folder;
      arm.command.stdin_file = input;
      REPRO_TRY(add_arms(options, arm, {}, run));
    }
  }
  return {};
}

Result<void> read_scenario(const ParsedOptions& options,
                           const std::map<std::string, std::string>& environment, RunRequest& run) {
  const std::string name = names_subject(options) ? options.positional : std::string(kDefaultScenario);
  if (!names_subject(options))
    run.notes.push_back(fmt::format("nothing is named: running scenario {}", name));
  std::error_code error;
  if (name.find('/') != std::string::npos || std::filesystem::is_regular_file(name, error)) {
    return fail(ErrorKind::usage,
                fmt::format("'{0}' is not the name of a scenario; to run a program write: repro run -- {0}",
                            printable(name)));
  }
  REPRO_ASSIGN(const campaign::Scenario scenario, campaign::find_scenario(scenario_directory(), name));
  run.request.scenario = scenario.name;
  run.title = scenario.name;
  if (!run.request.timeout) run.request.timeout = scenario.timeout;
  return add_scenario_arms(options, environment, scenario, run);
}

// --- a command of the user
// ---------------------------------------------------------------------------------------

bool has_placeholder(const std::vector<std::string>& words, std::string_view placeholder) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return word.find(placeholder) != std::string::npos; });
}

std::string replace_all(std::string text, std::string_view placeholder, std::string_view value) {
  for (std::size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
}

/// Without a placeholder every variant or build would run the same file, and the table would compare a thing
/// with itself.
Result<void> check_placeholders(const ParsedOptions& options, std::size_t variants, std::size_t builds) {
  if (variants > 1 && !has_placeholder(options.command, "{variant}")) {
    return fail(ErrorKind::usage, fmt::format("{}: {} variants of one command; write {{variant}} where they "
                                              "differ, as in: -- ./{{variant}}/test",
                                              options.origin("variant"), variants));
  }
  if (builds > 1 && !has_placeholder(options.command, "{build}")) {
    return fail(ErrorKind::usage, fmt::format("{}: one program cannot be {} builds; write {{build}} where "
                                              "they differ, as in: -- ./build-{{build}}/test",
                                              options.origin("sanitizer"), builds));
  }
  return {};
}

Result<void> add_command_arm(const ParsedOptions& options,
                             const std::map<std::string, std::string>& environment,
                             const std::string& variant, std::optional<Sanitizer> build, RunRequest& run) {
  Arm arm;
  for (const std::string& word : options.command) {
    std::string text = replace_all(word, "{variant}", variant);
    if (build) text = replace_all(std::move(text), "{build}", to_string(*build));
    arm.command.argv.push_back(std::move(text));
  }
  REPRO_ASSIGN(arm.command.environment, read_environment_option(options));
  REPRO_ASSIGN(arm.command.working_directory, existing_folder(options, "cwd"));
  REPRO_ASSIGN(arm.command.stdin_file, readable_file(options, "stdin"));
  REPRO_ASSIGN(arm.command.argv.front(),
               campaign::find_program(arm.command.argv.front(),
                                      search_path_of(laid_over(environment, arm.command.environment)),
                                      arm.command.working_directory));
  REPRO_ASSIGN(const campaign::SubjectFacts facts, campaign::inspect_subject(arm.command.argv.front()));
  const Sanitizer detected = facts.sanitizer.value_or(Sanitizer::plain);
  if (!build && detected != Sanitizer::plain) {
    run.notes.push_back(fmt::format("{} is built with -fsanitize={}: --sanitizer={} assumed", facts.path,
                                    to_string(detected), to_string(detected)));
  }
  arm.key = {variant, build.value_or(detected), ""};
  return add_arms(options, arm, instrumentation_note(facts, arm.key.sanitizer), run);
}

Result<void> read_command(const ParsedOptions& options, const std::map<std::string, std::string>& environment,
                          RunRequest& run) {
  if (options.command.empty()) return fail(ErrorKind::usage, "no command after --");
  REPRO_ASSIGN(std::vector<std::string> variants, read_names(options, "variant"));
  REPRO_ASSIGN(const std::vector<Sanitizer> builds, read_sanitizers(options));
  REPRO_TRY(check_placeholders(options, variants.size(), builds.size()));
  run.title = std::filesystem::path(options.command.front()).filename();
  if (variants.empty()) variants = {replace_all(replace_all(run.title, "{variant}", ""), "{build}", "")};
  if (variants.front().empty()) variants = {"command"};
  if (run.title.find('{') != std::string::npos || run.title.empty()) run.title = "command";
  std::vector<std::optional<Sanitizer>> columns(builds.begin(), builds.end());
  if (columns.empty()) columns.emplace_back();
  for (const std::string& variant : variants) {
    for (const std::optional<Sanitizer>& build : columns) {
      REPRO_TRY(add_command_arm(options, environment, variant, build, run));
    }
  }
  return {};
}

Result<void> read_subject(const ParsedOptions& options, const std::map<std::string, std::string>& environment,
                          RunRequest& run) {
  if (options.has_command) return read_command(options, environment, run);
  if (options.positional.empty()) {
    REPRO_ASSIGN(const std::optional<campaign::Project> project, current_project());
    if (project) return add_project_arms(options, *project, run);
  }
  return read_scenario(options, environment, run);
}

}  // namespace

std::string scenario_directory() { return library_directory() + "/scenarios"; }

std::string search_path_of(const std::map<std::string, std::string>& environment) {
  const auto path = environment.find("PATH");
  return path == environment.end() ? "/usr/bin:/bin" : path->second;
}

std::string instrumentation_note(const campaign::SubjectFacts& facts, Sanitizer claimed) {
  if (!facts.sanitizer || claimed == Sanitizer::plain || *facts.sanitizer == claimed) return {};
  // The runtimes of ASan and TSan bring UBSan's checks along, so those files are named after the larger one.
  if (claimed == Sanitizer::undefined && *facts.sanitizer != Sanitizer::plain) return {};
  if (*facts.sanitizer == Sanitizer::plain) {
    return fmt::format(
        "{} is not instrumented: its symbol tables name no {} sanitizer; build it with -fsanitize={}",
        facts.path, to_string(claimed), to_string(claimed));
  }
  return fmt::format("{} is built with -fsanitize={}, not {}", facts.path, to_string(*facts.sanitizer),
                     to_string(claimed));
}

Result<std::vector<ScheduleSpec>> read_schedules(const ParsedOptions& options) {
  std::vector<ScheduleSpec> schedules;
  const auto add = [&](std::string_view origin, const std::string& text) -> Result<void> {
    Result<ScheduleSpec> spec = parse_schedule(text);
    if (!spec) return Unexpected(std::move(spec).error().with_context(origin));
    if (std::find(schedules.begin(), schedules.end(), *spec) == schedules.end()) schedules.push_back(*spec);
    return {};
  };
  REPRO_ASSIGN(const std::vector<std::string> names, read_names(options, "schedule"));
  for (const std::string& name : names) REPRO_TRY(add(options.origin("schedule"), name));
  REPRO_ASSIGN(const std::vector<std::string> pressures, read_names(options, "pressure"));
  if (schedules.empty() || !pressures.empty()) REPRO_TRY(add("", "os"));
  for (const std::string& pressure : pressures) REPRO_TRY(add(options.origin("pressure"), "os+" + pressure));
  return schedules;
}

Result<void> check_preloadable(const ParsedOptions& options, const ScheduleSpec& schedule,
                               const std::string& program) {
  if (!schedule.needs_preload()) return {};
  const std::string why = campaign::why_not_preloadable(program);
  if (why.empty()) return {};
  return fail(ErrorKind::usage,
              fmt::format("{}: '{}' cannot act: {}", options.origin("schedule"), to_string(schedule), why));
}

bool names_subject(const ParsedOptions& options) {
  return options.has_command || !options.positional.empty();
}

Result<RunRequest> read_run_request(const ParsedOptions& options,
                                    const std::map<std::string, std::string>& environment) {
  RunRequest run;
  REPRO_TRY(read_limits(options, run.request));
  REPRO_ASSIGN(run.request.keep_logs, read_keep_logs(options));
  if (options.has_command && !options.positional.empty()) {
    return fail(ErrorKind::usage, fmt::format("either the scenario '{}' or a command after --, not both",
                                              printable(options.positional)));
  }
  REPRO_TRY(read_subject(options, environment, run));
  REPRO_TRY(read_oracle(options, run.request.oracle));
  REPRO_ASSIGN(run.suppressions, read_suppressions(options));
  for (const findings::Suppression& rule : run.suppressions) run.request.suppressions.push_back(rule.text);
  if (run.request.until && campaign::compared_arms(run.request).empty()) {
    return fail(ErrorKind::usage,
                fmt::format("{}: there is nothing to tell apart; name two variants or more: "
                            "--variant=OLD,NEW",
                            options.origin("until")));
  }
  return run;
}

std::optional<std::string> difference(const Request& stored, const Request& asked,
                                      const ParsedOptions& options) {
  Request comparable = asked;
  comparable.jobs = stored.jobs;
  // It may have been raised above what was asked, to fit the text that the output is compared with.
  comparable.capture_limit_bytes = stored.capture_limit_bytes;
  if (!options.has("seed")) comparable.seed = stored.seed;
  const nlohmann::ordered_json left = to_json(stored);
  const nlohmann::ordered_json right = to_json(comparable);
  std::vector<std::string> keys;
  for (const auto& [key, value] : left.items()) {
    if (right.at(key) != value) keys.push_back(key);
  }
  if (keys.empty()) return std::nullopt;
  return fmt::format("it was started with other values of: {}", join(keys, ", "));
}

}  // namespace repro::cli
