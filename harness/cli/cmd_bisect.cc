#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/seed.h"
#include "harness/base/text.h"
#include "harness/campaign/bisect.h"
#include "harness/campaign/bisect_subject.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/shared_options.h"
#include "harness/cli/signals.h"
#include "harness/cli/verbs.h"
#include "harness/findings/sanitizer_options.h"
#include "harness/hang/crash_stacks.h"
#include "harness/hang/diagnose.h"
#include "harness/process/supervisor.h"

namespace repro::cli {
namespace {

using campaign::BisectionState;
using Json = nlohmann::ordered_json;

constexpr std::array kOptions{
    OptionSpec{"good", OptionKind::value, "REV", "What", "a revision without the failure",
               Layering::flag_only},
    OptionSpec{"bad", OptionKind::value, "REV", "What", "a later one with it (default HEAD)",
               Layering::flag_only},
    OptionSpec{"first-parent", OptionKind::flag, "", "What", "follow the first parents of merges only",
               Layering::flag_only},
    OptionSpec{"values", OptionKind::list, "V,...", "What",
               "in place of revisions: values of {revision} in the command, from good to bad",
               Layering::flag_only},
    OptionSpec{"range", OptionKind::value, "A..B", "What", "the same with all whole numbers from A to B",
               Layering::flag_only},
    OptionSpec{"build", OptionKind::value, "CMD", "What",
               "shell command that builds a revision, in its work tree", Layering::flag_only},
    OptionSpec{"signature", OptionKind::value, "ID", "What",
               "the failure that is looked for (default: the bad end's first one)", Layering::flag_only},
    OptionSpec{"any-failure", OptionKind::flag, "", "What", "every failure counts, whatever its signature",
               Layering::flag_only},

    OptionSpec{"confidence", OptionKind::value, "C", "How sure", "stop at this probability (default 0.95)",
               Layering::flag_only},
    OptionSpec{"least-rate", OptionKind::value, "P", "How sure",
               "give the bad end up after 3/P runs that do not show the failure three times (default 0.02)",
               Layering::flag_only},
    OptionSpec{"max-runs", OptionKind::value, "N", "How sure", "give up after N runs (default 5000)",
               Layering::flag_only},

    OptionSpec{"timeout", OptionKind::value, "T", "Limits", "deadline of a run (default 60s)",
               Layering::flag_only},
    OptionSpec{"build-timeout", OptionKind::value, "T", "Limits", "deadline of a build (default 60m)",
               Layering::flag_only},
    OptionSpec{"ok-exit-codes", OptionKind::list, "N,...", "Oracles", "exit codes that are ok (default 0)",
               Layering::flag_only},
    OptionSpec{"match", OptionKind::texts, "REGEX", "Oracles", "must occur in the output (repeatable)",
               Layering::flag_only},
    OptionSpec{"no-match", OptionKind::texts, "REGEX", "Oracles", "must not occur in the output (repeatable)",
               Layering::flag_only},

    OptionSpec{"log", OptionKind::value, "FILE", "Result",
               "where to keep what was done (default repro-results/bisect-TIME.log)", Layering::flag_only},
    OptionSpec{"resume", OptionKind::flag, "", "Result", "go on from --log", Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Result", "JSON in place of text", Layering::flag_only},
    OptionSpec{"quiet", OptionKind::flag, "", "Result", "no progress", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "bisect",
    "the first bad revision of a failure that does not always show",
    "repro bisect --good REV [--bad REV] [options] -- COMMAND ...",
    "Finds the commit that brought a failure in, when the failure shows in some runs only and even good "
    "commits may fail now\n"
    "and then. Plain bisection trusts each answer and is led astray; this keeps a probability for every "
    "commit, runs where\n"
    "a run tells most for its cost, and stops at --confidence. Each commit is built once, in a work tree of "
    "its own; your checkout\n"
    "is only read. A build that fails, or a run that exits 125, says that this commit cannot be tested. Only "
    "the failure that\n"
    "the bad end shows first counts (--any-failure for all).\n"
    "\n"
    "Exit codes: 0 found, 11 not found, 2 wrong request, 130 interrupted (--resume goes on).",
    "  repro bisect --good v1.2 --bad HEAD --build 'make -j4' -- ./my_test --case 7\n"
    "  repro bisect --good HEAD~40 --first-parent --build 'cmake --build build' --timeout=10s -- "
    "build/stress\n"
    "  repro bisect --range=1..64 -- ./my_test --threads={revision}\n"
    "  repro bisect --values=clang-14,clang-16,clang-19 --build 'make CXX={revision}' -- ./my_test\n",
    "",
    true,
    kOptions,
};

struct Request {
  campaign::BisectRequest bisect;
  campaign::SubjectRecipe recipe;
  std::optional<campaign::GitRange> git;
  std::string log;
  bool is_resumed = false;
};

Result<std::vector<std::string>> read_range(const std::string& text) {
  const std::size_t dots = text.find("..");
  Result<std::uint64_t> first = fail(ErrorKind::usage, "");
  Result<std::uint64_t> last = fail(ErrorKind::usage, "");
  if (dots != std::string::npos) {
    first = parse_unsigned(std::string_view(text).substr(0, dots));
    last = parse_unsigned(std::string_view(text).substr(dots + 2));
  }
  if (!first || !last)
    return fail(ErrorKind::usage, fmt::format("--range: '{}' is not of the form 1..64", printable(text)));
  constexpr std::uint64_t kMost = 1'000'000;
  const std::uint64_t distance = *first < *last ? *last - *first : *first - *last;
  if (distance == 0 || distance > kMost) {
    return fail(ErrorKind::usage, fmt::format("--range: from two to {} values are possible", kMost));
  }
  std::vector<std::string> values;
  for (std::uint64_t i = 0; i <= distance; ++i) {
    values.push_back(std::to_string(*first < *last ? *first + i : *first - i));
  }
  return values;
}

/// The values that are bisected in place of revisions; empty: revisions.
Result<std::vector<std::string>> read_values(const ParsedOptions& options) {
  const int given = static_cast<int>(options.has("good")) + static_cast<int>(options.has("values")) +
                    static_cast<int>(options.has("range"));
  if (given != 1)
    return fail(ErrorKind::usage, "what to bisect? name one of --good REV, --values V,... and --range A..B");
  if (options.has("good")) return std::vector<std::string>();
  for (const char* of_git : {"bad", "first-parent"}) {
    if (options.has(of_git)) return fail(ErrorKind::usage, fmt::format("--{} belongs to --good", of_git));
  }
  std::vector<std::string> values = options.list("values");
  if (options.has("range")) {
    REPRO_ASSIGN(values, read_range(*options.value("range")));
  }
  if (values.size() < 2)
    return fail(ErrorKind::usage, "--values: at least two are needed, the good one first");
  const auto has_placeholder = [](const std::string& word) {
    return word.find("{revision}") != std::string::npos;
  };
  if (std::none_of(options.command.begin(), options.command.end(), has_placeholder) &&
      !has_placeholder(options.value("build").value_or(""))) {
    return fail(ErrorKind::usage,
                "every value would run the same command; write {revision} where they differ");
  }
  return values;
}

Result<void> read_limits(const ParsedOptions& options, Request& request) {
  campaign::BisectionOptions& limits = request.bisect.options;
  REPRO_ASSIGN(const std::optional<double> confidence, options.share("confidence"));
  REPRO_ASSIGN(const std::optional<double> least_rate, options.share("least-rate"));
  REPRO_ASSIGN(const std::optional<std::uint64_t> most_runs, options.number("max-runs"));
  limits.confidence = confidence.value_or(limits.confidence);
  limits.least_rate = least_rate.value_or(limits.least_rate);
  limits.most_runs = most_runs.value_or(limits.most_runs);
  if (limits.confidence <= 0.5) return fail(ErrorKind::usage, "--confidence: it must be above 0.5");
  REPRO_ASSIGN(const std::optional<nanoseconds> timeout, options.duration("timeout"));
  REPRO_ASSIGN(const std::optional<nanoseconds> build_timeout, options.duration("build-timeout"));
  request.recipe.request.timeout = timeout.value_or(std::chrono::seconds(60));
  request.recipe.build_timeout = build_timeout.value_or(request.recipe.build_timeout);
  if (request.recipe.request.timeout->count() == 0)
    return fail(ErrorKind::usage, "--timeout: 0 would allow no run");
  return {};
}

Result<void> read_oracle(const ParsedOptions& options, OracleSpec& oracle) {
  oracle.match = options.list("match");
  oracle.no_match = options.list("no-match");
  REPRO_ASSIGN(const std::optional<std::vector<int>> ok_exit_codes, read_ok_exit_codes(options));
  if (ok_exit_codes) oracle.ok_exit_codes = *ok_exit_codes;
  return {};
}

Result<Request> read_request(const ParsedOptions& options,
                             const std::map<std::string, std::string>& environment) {
  Request request;
  if (options.command.empty()) return fail(ErrorKind::usage, "no command after --");
  REPRO_ASSIGN(request.bisect.revisions, read_values(options));
  request.bisect.command = options.command;
  request.bisect.build_command = options.value("build").value_or("");
  request.bisect.signature = options.value("signature").value_or("");
  request.bisect.takes_any_failure = options.flag("any-failure");
  if (request.bisect.takes_any_failure && !request.bisect.signature.empty()) {
    return fail(ErrorKind::usage, "either --signature or --any-failure, not both");
  }
  REPRO_TRY(read_limits(options, request));
  REPRO_TRY(read_oracle(options, request.recipe.request.oracle));
  request.is_resumed = options.flag("resume");
  request.log = options.value("log").value_or("");
  if (request.is_resumed && request.log.empty()) {
    return fail(ErrorKind::usage, "--resume: which bisection? name its log with --log");
  }
  request.recipe.command = options.command;
  request.recipe.build_command = request.bisect.build_command;
  request.recipe.request.seed = fresh_seed() >> 11U;
  request.recipe.environment = environment;
  request.recipe.symbolizer =
      findings::find_symbolizer(environment.contains("PATH") ? environment.at("PATH") : "");
  request.recipe.deadline_hook = hang::diagnose;
  request.recipe.crash_hook = hang::describe_crash;
  return request;
}

std::string name_of(const Request& request, std::size_t revision) {
  if (!request.git) return request.bisect.revisions[revision];
  return fmt::format("{} {}", request.git->revisions[revision].substr(0, 12),
                     printable(request.git->subjects[revision]));
}

std::string state_sentence(const campaign::BisectResult& result) {
  switch (result.state) {
    case BisectionState::found:
      return "";
    case BisectionState::bad_end_is_clean:
      return "the failure did not show often enough at the bad end, or it cannot be built: nothing to bisect";
    case BisectionState::ends_alike:
      return "the good end fails as often as the bad one: the failure is older, or not of these revisions";
    case BisectionState::out_of_budget:
      return "not decided within --max-runs";
    case BisectionState::calibrating:
    case BisectionState::searching:
      break;
  }
  return "interrupted; --resume goes on";
}

void print_text(const Request& request, const campaign::BisectResult& result) {
  if (result.state == BisectionState::found && result.credible_set.size() == 1) {
    std::cout << fmt::format("first bad: {}\n", name_of(request, result.credible_set.front()));
  } else if (result.state == BisectionState::found) {
    std::cout << "first bad: one of these; what is between them cannot be tested\n";
  } else {
    std::cout << state_sentence(result) << "\n";
  }
  constexpr std::size_t kShown = 10;
  if (!result.credible_set.empty()) {
    std::cout << fmt::format("\nprobability  {} (together at least {:.0f} %)\n",
                             request.git ? "commit" : "value", request.bisect.options.confidence * 100);
  }
  for (std::size_t i = 0; i < std::min(kShown, result.credible_set.size()); ++i) {
    const std::size_t revision = result.credible_set[i];
    std::cout << fmt::format("{:>11.3f}  {}\n", result.posterior[revision], name_of(request, revision));
  }
  if (result.credible_set.size() > kShown) {
    std::cout << fmt::format("             and {} more\n", result.credible_set.size() - kShown);
  }
  const stats::RunCounts& good = result.runs.front();
  const stats::RunCounts& bad = result.runs.back();
  std::cout << fmt::format("\nbad end: {} of {} runs failed; good end: {} of {}\n", bad.failures,
                           bad.failures + bad.clean, good.failures, good.failures + good.clean);
  std::cout << fmt::format("{} runs of {} of {} revisions", result.total_runs, result.built,
                           result.runs.size());
  if (!result.skipped.empty())
    std::cout << fmt::format(", {} could not be built or tested", result.skipped.size());
  if (result.other_failures > 0)
    std::cout << fmt::format(", {} runs failed in another way", result.other_failures);
  if (result.infra_runs > 0) std::cout << fmt::format(", {} say nothing (infra)", result.infra_runs);
  std::cout << "\n";
  if (!result.signatures.empty()) std::cout << fmt::format("failure: {}\n", join(result.signatures, ", "));
  std::cout << fmt::format("log: {}\n", request.log);
}

void print_json(const Request& request, const campaign::BisectResult& result) {
  Json set = Json::array();
  for (const std::size_t revision : result.credible_set) {
    set.push_back(Json{{"revision", request.bisect.revisions[revision]},
                       {"position", revision},
                       {"subject", request.git ? Json(request.git->subjects[revision]) : Json()},
                       {"probability", result.posterior[revision]}});
  }
  Json runs = Json::array();
  for (std::size_t i = 0; i < result.runs.size(); ++i) {
    if (result.runs[i].failures + result.runs[i].clean == 0) continue;
    runs.push_back(Json{{"revision", request.bisect.revisions[i]},
                        {"position", i},
                        {"failures", result.runs[i].failures},
                        {"clean", result.runs[i].clean}});
  }
  Json skipped = Json::array();
  for (const std::size_t revision : result.skipped) skipped.push_back(request.bisect.revisions[revision]);
  const Json json{{"schema", 1},
                  {"bisect",
                   {{"state", result.is_interrupted ? "interrupted" : campaign::to_string(result.state)},
                    {"first_bad", result.state == BisectionState::found && result.credible_set.size() == 1
                                      ? Json(request.bisect.revisions[result.credible_set.front()])
                                      : Json()},
                    {"confidence", request.bisect.options.confidence},
                    {"credible_set", std::move(set)},
                    {"revisions", request.bisect.revisions.size()},
                    {"runs", result.total_runs},
                    {"built", result.built},
                    {"skipped", std::move(skipped)},
                    {"other_failures", result.other_failures},
                    {"infra_runs", result.infra_runs},
                    {"signatures", result.signatures},
                    {"runs_by_revision", std::move(runs)},
                    {"log", request.log}}}};
  std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

/// Where the work trees go: beside the log, so that they lie on a disk of the user's choice.
Result<std::string> work_folder(const std::string& log) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(log + ".work", error);
  std::filesystem::remove_all(folder, error);  // of a session that was killed
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorKind::usage,
                fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()));
  return folder.string();
}

}  // namespace

Result<int> bisect_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_ASSIGN(Request request, read_request(*options, invocation.environment));
  REPRO_ASSIGN(const std::unique_ptr<process::StopRequest> stop, process::StopRequest::create());
  const SignalScope signals(*stop);
  process::SupervisorOptions supervisor;
  supervisor.stop = stop.get();
  REPRO_ASSIGN(const std::unique_ptr<process::ProcessRunner> runner, process::Supervisor::create(supervisor));
  if (options->has("good")) {
    const campaign::GitWalk walk =
        options->flag("first-parent") ? campaign::GitWalk::first_parent : campaign::GitWalk::all_parents;
    REPRO_ASSIGN(request.git,
                 campaign::read_git_range(*options->value("good"), options->value("bad").value_or("HEAD"),
                                          walk, *runner, invocation.environment));
    request.bisect.revisions = request.git->revisions;
  }
  if (request.log.empty()) {
    REPRO_ASSIGN(const std::string file, default_campaign_file("bisect", system_clock().unix_time()));
    request.log = std::filesystem::path(file).replace_extension(".log");
  }
  const bool is_quiet = options->flag("quiet");
  const campaign::BisectListener listener = [is_quiet](std::string_view line) {
    if (!is_quiet) std::cerr << "repro: " << printable(line) << '\n';
  };
  if (request.git && request.git->has_merges) {
    listener(
        "warning: the history has merges; commits of parallel lines are taken in git's order (--first-parent "
        "avoids it)");
  }
  std::unique_ptr<campaign::RevisionSubject> subject;
  if (request.git) {
    REPRO_ASSIGN(const std::string folder, work_folder(request.log));
    subject = campaign::make_git_subject(*request.git, request.recipe, folder, *runner);
  } else {
    subject = campaign::make_value_subject(request.bisect.revisions, request.recipe, *runner);
  }
  const auto mode = request.is_resumed ? campaign::BisectLogMode::resume : campaign::BisectLogMode::create;
  REPRO_ASSIGN(const campaign::BisectResult result,
               campaign::bisect(request.bisect, *subject, request.log, mode, listener));
  if (options->flag("json")) {
    print_json(request, result);
  } else {
    print_text(request, result);
  }
  if (signals.received() != 0) return 128 + signals.received();
  return result.state == BisectionState::found ? kExitOk : kExitInconclusive;
}

}  // namespace repro::cli
