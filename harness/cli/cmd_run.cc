#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/compare_campaigns.h"
#include "harness/campaign/decision.h"
#include "harness/campaign/detectors.h"
#include "harness/campaign/machine_facts.h"
#include "harness/campaign/reference.h"
#include "harness/campaign/summarise.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/exports.h"
#include "harness/cli/options.h"
#include "harness/cli/progress_display.h"
#include "harness/cli/project_request.h"
#include "harness/cli/run_request.h"
#include "harness/cli/scenario_help.h"
#include "harness/cli/shared_options.h"
#include "harness/cli/signals.h"
#include "harness/cli/suppress_files.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/hang/crash_stacks.h"
#include "harness/hang/diagnose.h"
#include "harness/process/run_directory.h"
#include "harness/process/supervisor.h"
#include "harness/report/comparison.h"
#include "harness/report/json.h"
#include "harness/report/terminal.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"variant", OptionKind::list, "NAME,...", "What",
               "variants to run; 'all' for every one of a scenario"},
    OptionSpec{"sanitizer", OptionKind::list, "BUILD,...", "What",
               "builds to run: plain, address, thread, undefined, memory"},
    OptionSpec{"schedule", OptionKind::list, "NAME,...", "What",
               "how thread timing is treated, an arm for each: os (default), noise[:PERCENT], or controlled: "
               "random, pct[:DEPTH], pos, surw"},
    OptionSpec{"pressure", OptionKind::list, "WHAT,...", "What",
               "arms under pressure from outside, beside an untouched one: load:N busy threads, affinity:N "
               "processors"},
    OptionSpec{"env", OptionKind::texts, "K=V", "What", "set a variable for the subject (repeatable)"},
    OptionSpec{"cwd", OptionKind::value, "DIR", "What", "working directory of the subject"},
    OptionSpec{"stdin", OptionKind::value, "FILE", "What",
               "standard input of the subject (default: /dev/null)"},

    OptionSpec{"runs", OptionKind::value, "N", "How much",
               "runs per arm (default 25, or no limit with --duration)"},
    OptionSpec{"duration", OptionKind::value, "T", "How much",
               "start no run after this time (500ms, 10s, 5m, 2h)"},
    OptionSpec{"stop-after", OptionKind::value, "K", "How much",
               "start no run after K runs that were not ok"},
    OptionSpec{"until", OptionKind::value, "decided", "How much",
               "stop as soon as every variant is told from the first (sequential test; --runs is the budget, "
               "default 500)"},
    OptionSpec{
        "jobs", OptionKind::value, "N", "How much",
        "runs at the same time (default 1: more of them load the machine, and load changes failure rates)"},
    OptionSpec{"seed", OptionKind::value, "N", "How much", "seed of the order of runs and of REPRO_SEED"},

    OptionSpec{"timeout", OptionKind::value, "T", "Limits",
               "deadline of one run (default: learned from the ok runs, at least 10s)"},
    OptionSpec{"grace", OptionKind::value, "T", "Limits", "time between SIGTERM and SIGKILL (default 5s)"},
    OptionSpec{"memory-limit", OptionKind::value, "SIZE", "Limits", "of the whole process tree (512M, 2G)"},
    OptionSpec{"capture-limit", OptionKind::value, "SIZE", "Limits",
               "kept of each output stream, half head and half tail (default 1M)"},

    OptionSpec{"ok-exit-codes", OptionKind::list, "N,...", "Oracles",
               "exit codes that are as expected (default 0)"},
    OptionSpec{"expect", OptionKind::value, "FILE", "Oracles", "standard output must equal this file"},
    OptionSpec{"match", OptionKind::texts, "REGEX", "Oracles", "must occur in the output (repeatable)"},
    OptionSpec{"no-match", OptionKind::texts, "REGEX", "Oracles",
               "must not occur in the output (repeatable)"},
    OptionSpec{"reference", OptionKind::value, "CMD", "Oracles",
               "standard output must equal that of this shell command, run once"},
    OptionSpec{"unordered", OptionKind::flag, "", "Oracles", "compare outputs as sorted sets of lines"},
    OptionSpec{"check", OptionKind::value, "CMD", "Oracles",
               "shell command that reads the run's files; exits 0 ok, 1 fail, 125 infra"},

    OptionSpec{
        "suppress", OptionKind::texts, "FILE", "Oracles",
        "judge runs without the findings that the rules in this file mean (repeatable; docs/triage.md)"},

    OptionSpec{"out", OptionKind::value, "FILE", "Result",
               "campaign file (default repro-results/NAME-TIME.repro)"},
    OptionSpec{"resume", OptionKind::flag, "", "Result", "go on with the campaign in --out",
               Layering::flag_only},
    OptionSpec{"keep-logs", OptionKind::value, "WHICH", "Result", "failures (default), all or none"},
    OptionSpec{"export-json", OptionKind::value, "FILE", "Result",
               "write all runs as JSON ('-' for standard output)"},
    OptionSpec{"export-markdown", OptionKind::value, "FILE", "Result", "write the table as Markdown"},
    OptionSpec{"export-html", OptionKind::value, "FILE", "Result",
               "write one page that shows it all in a browser"},
    OptionSpec{"export-csv", OptionKind::value, "FILE", "Result", "write one line per run"},
    OptionSpec{"export-junit", OptionKind::value, "FILE", "Result", "write JUnit XML, one test case per arm"},
    OptionSpec{"json", OptionKind::flag, "", "Result", "JSON on standard output in place of the table"},
    OptionSpec{"progress", OptionKind::value, "MODE", "Result", "auto (default), plain or none"},
    OptionSpec{"quiet", OptionKind::flag, "", "Result", "print no table, no progress and no notes"},
    OptionSpec{"exit-zero", OptionKind::flag, "", "Result", "exit 0 even when runs were not ok"},
    OptionSpec{"no-crash-stacks", OptionKind::flag, "", "Result",
               "do not preload the handler that records the stacks of a plain build's fatal signals"},
    OptionSpec{"no-canaries", OptionKind::flag, "", "Result", "do not check first that the detectors see"},
};

constexpr VerbSpec kVerb{
    "run",
    "repeat a scenario or a command and count how it ends",
    "repro run [SCENARIO] [options] [-- COMMAND ...]",
    "Repeats a scenario (see repro list), a command, or, when nothing is named, the project of this folder\n"
    "(repro.json; where there is none, the scenario ractor-pool-uaf) over a matrix of "
    "variants\n"
    "and builds, judges each run (crash, hang, fail or ok; infra when it says nothing about the subject), "
    "and\n"
    "prints the table with 95 % intervals and the bugs behind it.\n"
    "\n"
    "In a command, {variant} and {build} stand for the arm's variant and build. --sanitizer says how the "
    "program\n"
    "was built; without it the program's own symbols are asked. Each run sees REPRO_RUN_INDEX, REPRO_SEED,\n"
    "REPRO_TMPDIR (private) and REPRO_JOB. Each option but --resume may also stand in the environment\n"
    "(REPRO_RUNS=100) or in repro.json ({\"schema\": 1, \"defaults\": {\"runs\": 100}}).\n"
    "\n"
    "Exit codes: 0 all counted runs were ok, 2 wrong request, 10 some were not ok, 20 unfit machine, 21 "
    "unusable\n"
    "campaign file, 130 interrupted. With --until=decided: 0 decided, 11 not within the budget.",
    "  repro run --sanitizer=address --runs=25\n"
    "  repro run shm-spinlock --sanitizer=plain,address,thread --runs=25\n"
    "  repro run --sanitizer=address --runs=200 --timeout=10s -- ./my_test --case 7\n"
    "  repro run --variant=old,new --runs=500 --jobs=2 -- ./{variant}/my_test\n"
    "  repro run --variant=old,new --until=decided -- ./{variant}/my_test\n"
    "  repro run --duration=10m --stop-after=3 --no-match='wrong result' -- ./stress\n"
    "  repro run --schedule=os,noise,pct --runs=100 -- ./my_test\n"
    "  repro run --resume --out=repro-results/my_test.repro\n",
    "scenario",
    true,
    kOptions,
};

/// What is not part of the campaign itself.
struct Settings {
  std::string out;
  bool is_resumed = false;
  bool is_quiet = false;
  bool wants_json = false;
  bool exits_zero = false;
  bool probes = true;
  bool records_crashes = true;
  ProgressMode progress = ProgressMode::none;
  std::vector<Export> exports;
};

Result<ProgressMode> read_progress(const ParsedOptions& options, const TerminalTraits& terminal,
                                   bool is_quiet) {
  REPRO_ASSIGN(const std::string mode, read_choice(options, "progress", {"auto", "plain", "none"}));
  if (is_quiet) return ProgressMode::silent;
  if (mode == "none") return ProgressMode::none;
  return mode == "auto" && terminal.is_terminal ? ProgressMode::bar : ProgressMode::heartbeat;
}

Result<Settings> read_settings(const ParsedOptions& options, const TerminalTraits& terminal) {
  Settings settings;
  settings.out = options.value("out").value_or("");
  settings.is_resumed = options.flag("resume");
  settings.is_quiet = options.flag("quiet");
  settings.wants_json = options.flag("json");
  settings.exits_zero = options.flag("exit-zero");
  settings.probes = !options.flag("no-canaries");
  settings.records_crashes = !options.flag("no-crash-stacks");
  REPRO_ASSIGN(settings.progress, read_progress(options, terminal, settings.is_quiet));
  REPRO_ASSIGN(settings.exports, read_exports(options));
  if (settings.is_resumed && settings.out.empty()) {
    return fail(ErrorKind::usage, "--resume: which campaign? name its file with --out");
  }
  return settings;
}

/// One `repro run` from its request to its exit code.
class RunCommand {
 public:
  RunCommand(Settings settings, const std::map<std::string, std::string>& environment)
      : settings_(std::move(settings)),
        environment_(environment),
        progress_(
            make_progress(settings_.progress, std::cerr, inspect_terminal(STDERR_FILENO, environment))) {}

  Result<int> run(const ParsedOptions& options) {
    REPRO_TRY(prepare_request(options));
    REPRO_ASSIGN(stop_, process::StopRequest::create());
    const SignalScope signals(*stop_);
    Result<void> ended = carry_out(options);
    if (!ended && !store_) return give_up(std::move(ended).error(), signals);
    REPRO_ASSIGN(const CampaignSummary summary, campaign::summarise(*store_));
    if (!ended && summary.totals().all() == 0 && !settings_.is_resumed)
      return discard(std::move(ended).error());
    REPRO_TRY(show(summary));
    if (!ended) return Unexpected(std::move(ended).error());
    if (signals.received() != 0) return 128 + signals.received();
    return judge(summary);
  }

 private:
  /// The request: read from the options, or from the campaign that is resumed.
  Result<void> prepare_request(const ParsedOptions& options) {
    std::error_code error;
    const bool exists = !settings_.out.empty() && std::filesystem::exists(settings_.out, error);
    if (settings_.is_resumed && !exists && !names_subject(options)) {
      return fail(ErrorKind::usage,
                  fmt::format("--resume: there is no campaign '{}' yet; say what to run", settings_.out));
    }
    if (!settings_.is_resumed || !exists) {
      REPRO_ASSIGN(run_, read_run_request(options, environment_));
      if (settings_.is_resumed)
        progress_->note(fmt::format("no campaign in '{}' yet: starting it", settings_.out));
      settings_.is_resumed = false;
      for (const std::string& note : run_.notes) progress_->note(note);
      return choose_file();
    }
    // Only looked at here: a request that is refused must leave the campaign as it is, its state included.
    REPRO_ASSIGN(const store::Store stored, store::Store::open_read_only(settings_.out));
    if (names_subject(options)) {
      REPRO_ASSIGN(run_, read_run_request(options, environment_));
      if (const auto other = difference(stored.request(), run_.request, options)) {
        return fail(ErrorKind::usage,
                    fmt::format("--resume: '{}' is another campaign: {}", settings_.out, *other));
      }
    }
    run_.request = stored.request();
    if (run_.suppressions.empty()) REPRO_TRY(parse_stored_suppressions());
    REPRO_ASSIGN(is_done_, has_all_runs(stored));
    REPRO_ASSIGN(const std::optional<std::uint64_t> jobs, options.number("jobs"));
    if (jobs && *jobs > 0) run_.request.jobs = static_cast<std::uint32_t>(*jobs);
    return {};
  }

  /// A campaign is resumed with the rules that it was begun with.
  Result<void> parse_stored_suppressions() {
    for (const std::string& text : run_.request.suppressions) {
      REPRO_ASSIGN(std::vector<findings::Suppression> rules,
                   findings::parse_suppressions(text, "--suppress"));
      run_.suppressions.insert(run_.suppressions.end(), rules.begin(), rules.end());
    }
    return {};
  }

  Result<void> choose_file() {
    if (settings_.out.empty()) {
      REPRO_ASSIGN(settings_.out, default_campaign_file(run_.title, system_clock().unix_time()));
    }
    return check_new_campaign_file(settings_.out);
  }

  static Result<bool> has_all_runs(const store::Store& stored) {
    const Request& request = stored.request();
    if (!request.runs_per_arm) return false;
    REPRO_ASSIGN(const std::vector<std::uint64_t> indexes, stored.stored_indexes());
    return indexes.size() == *request.runs_per_arm * request.arms.size();
  }

  Result<void> carry_out(const ParsedOptions& options) {
    if (is_done_) {
      progress_->note("all of its runs are done already");
      REPRO_ASSIGN(store::Store store, store::Store::open_read_only(settings_.out));
      store_ = std::make_unique<store::Store>(std::move(store));
      return {};
    }
    REPRO_TRY(make_builds(options));
    const std::string symbolizer =
        findings::find_symbolizer(environment_.contains("PATH") ? environment_.at("PATH") : "");
    campaign::ExecutionPlan plan;
    plan.request = &run_.request;
    plan.deadline_hook = hang::diagnose;
    if (settings_.records_crashes) plan.crash_hook = hang::describe_crash;
    SuppressionTally suppressed(run_.suppressions);
    if (suppressed.has_rules()) {
      plan.is_suppressed = [&suppressed](const Finding& finding, const Signature& signature) {
        return suppressed.take(finding, signature);
      };
    }
    std::vector<std::string> warnings;
    for (const Arm& arm : run_.request.arms) {
      plan.environments.emplace_back(arm, environment_, symbolizer);
      const std::vector<std::string>& of_arm = plan.environments.back().warnings();
      for (const std::string& warning : of_arm) {
        if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end())
          warnings.push_back(warning);
      }
    }
    REPRO_ASSIGN(const std::unique_ptr<process::ProcessRunner> runner, make_runner());
    REPRO_ASSIGN(const findings::OracleTexts texts,
                 campaign::read_oracle_texts(run_.request, environment_, *runner));
    campaign::fit_capture_limit(texts, run_.request);
    REPRO_ASSIGN(const findings::Oracle oracle, findings::Oracle::create(run_.request.oracle, texts));
    plan.oracle = &oracle;
    plan.campaign_path = settings_.out;
    REPRO_ASSIGN(const process::RunDirectory knowledge, process::RunDirectory::create());
    REPRO_TRY(campaign::make_knowledge_files(run_.request, knowledge.path()));
    plan.knowledge_directory = knowledge.path();
    REPRO_TRY(probe(symbolizer, *runner));
    say_what_is_blind();
    REPRO_TRY(open_store());
    for (const std::string& warning : warnings) {
      progress_->note("warning: " + warning);
      REPRO_TRY(store_->add_warning(warning));
    }
    for (const auto& [arm, note] : run_.blind_notes) REPRO_TRY(store_->set_arm_blind(arm, note));
    campaign::World world;
    world.make_runner = [this] { return make_runner(); };
    world.stop = stop_.get();
    world.progress = progress_.get();
    world.clock = &system_clock();
    REPRO_TRY(campaign::run_campaign(plan, *store_, world));
    return say_what_was_suppressed(suppressed.uses());
  }

  /// Kept with the campaign: its rates are those of runs without these findings.
  Result<void> say_what_was_suppressed(const std::vector<SuppressionUse>& uses) {
    for (const SuppressionUse& use : uses) {
      if (use.matches == 0) continue;
      REPRO_TRY(store_->add_warning(fmt::format(
          "the rule '{}' ({}) suppressed the findings of {} {}: they were judged without them",
          printable(use.rule), printable(use.origin), use.matches, use.matches == 1 ? "run" : "runs")));
    }
    std::vector<std::string> unused;
    add_suppression_warnings(uses, unused);
    for (const std::string& warning : unused) progress_->note("warning: " + warning);
    return {};
  }

  Result<std::unique_ptr<process::ProcessRunner>> make_runner() {
    process::SupervisorOptions options;
    options.stop = stop_.get();
    REPRO_ASSIGN(std::unique_ptr<process::ProcessRunner> runner, process::Supervisor::create(options));
    return runner;
  }

  /// Of a project, before anything else looks at its programs.
  Result<void> make_builds(const ParsedOptions& options) {
    if (run_.builds.empty()) return {};
    REPRO_ASSIGN(const std::unique_ptr<process::ProcessRunner> runner, make_runner());
    progress_->note(fmt::format("making the builds (what they write: {}/.repro-build)",
                                run_.builds.front().project_folder));
    REPRO_TRY(campaign::build_project(run_.builds, environment_, *runner));
    return find_built_programs(options, environment_, run_);
  }

  /// Canaries of the instrumented builds: a table of zeros under a blind detector would be a lie.
  Result<void> probe(const std::string& symbolizer, process::ProcessRunner& runner) {
    if (!settings_.probes || settings_.is_resumed) return {};
    campaign::ProbeOptions options;
    options.canary_folder = library_directory() + "/canaries";
    options.symbolizer = symbolizer;
    for (const Arm& arm : run_.request.arms) {
      const Sanitizer build = arm.key.sanitizer;
      if (build == Sanitizer::plain) continue;
      if (std::find(options.builds.begin(), options.builds.end(), build) == options.builds.end()) {
        options.builds.push_back(build);
      }
    }
    REPRO_ASSIGN(const std::vector<campaign::DetectorReport> reports,
                 campaign::probe_detectors(options, runner));
    for (const Arm& arm : run_.request.arms) {
      const std::string note = campaign::blind_note(reports, arm.key.sanitizer);
      if (!note.empty() && !run_.blind_notes.contains(arm.id)) run_.blind_notes[arm.id] = note;
    }
    return {};
  }

  /// Each note once, also those that need no canary: a program that is not built as it was said to be.
  void say_what_is_blind() {
    std::vector<std::string> said;
    for (const auto& [arm, note] : run_.blind_notes) {
      if (std::find(said.begin(), said.end(), note) != said.end()) continue;
      said.push_back(note);
      progress_->note(fmt::format("warning: the {} column is blind: {}",
                                  to_string(run_.request.arms[arm].key.sanitizer), note));
    }
  }

  Result<void> open_store() {
    if (settings_.is_resumed) {
      REPRO_ASSIGN(store::Store store, store::Store::open_for_append(settings_.out));
      store_ = std::make_unique<store::Store>(std::move(store));
      return warn_of_another_machine();
    }
    REPRO_ASSIGN(store::Store store,
                 store::Store::create(settings_.out, run_.request, campaign::read_machine_facts(),
                                      system_clock().unix_time()));
    store_ = std::make_unique<store::Store>(std::move(store));
    return {};
  }

  /// The file holds the facts of the machine that began it. Runs of another one beside them are a mixture.
  Result<void> warn_of_another_machine() {
    std::vector<std::string> changes;
    for (const auto& [name, value] : campaign::read_machine_facts()) {
      const auto before = store_->machine().find(name);
      if (before == store_->machine().end() || before->second == value) continue;
      changes.push_back(
          fmt::format("{} is '{}', was '{}'", name, printable(value), printable(before->second)));
    }
    if (changes.empty()) return {};
    const std::string warning = "resumed under other conditions: " + join(changes, "; ");
    progress_->note("warning: " + warning);
    return store_->add_warning(warning);
  }

  /// An error before the campaign had a file; an interrupt then is an exit code and no message.
  static Result<int> give_up(Error error, const SignalScope& signals) {
    if (signals.received() != 0) return 128 + signals.received();
    return Unexpected(std::move(error));
  }

  /// A campaign that could not do a single run leaves no file behind.
  Result<int> discard(Error error) {
    store_.reset();
    ::unlink(settings_.out.c_str());
    return Unexpected(std::move(error));
  }

  Result<void> show(const CampaignSummary& summary) {
    if (settings_.wants_json) {
      REPRO_TRY(report::write_json(std::cout, summary,
                                   [this](const auto& visit) { return store_->for_each_run(visit); }));
    } else if (!settings_.is_quiet) {
      report::write_terminal(std::cout, summary, output_style(environment_));
      if (run_.request.until) REPRO_TRY(show_comparison(output_style(environment_)));
    }
    REPRO_TRY(write_exports(settings_.exports, summary, *store_));
    REPRO_TRY(add_step_summary(environment_, summary));
    std::cout.flush();
    if (!settings_.is_quiet && !settings_.wants_json) say_what_is_next(summary);
    return {};
  }

  /// What --until=decided decided, as `repro compare` tells it.
  Result<void> show_comparison(const report::TerminalStyle& style) {
    REPRO_ASSIGN(const campaign::RecordedCampaign recorded, campaign::read_recorded(*store_));
    REPRO_ASSIGN(const std::vector<campaign::ArmPair> pairs, campaign::select_pairs(recorded, {}));
    campaign::CompareOptions options;
    options.confidence = run_.request.until->confidence;
    ComparisonReport report;
    report.confidence = options.confidence;
    report.max_rate = options.max_rate;
    report.power = *options.power;
    report.comparisons = campaign::compare_pairs(pairs, options);
    std::cout << "\n";
    report::write_comparison_terminal(std::cout, report, style);
    return {};
  }

  void say_what_is_next(const CampaignSummary& summary) const {
    const std::vector<std::string> words{"repro", "show", settings_.out};
    const std::string show = shell_quote(words);
    std::cerr << "\nThe campaign is stored. Look closer with:\n  " << show << '\n';
    std::cerr << fmt::format("  repro report {} --out=report.html\n",
                             shell_quote(std::vector<std::string>{settings_.out}));
    const std::string files = store::files_directory(settings_.out);
    if (::access(files.c_str(), F_OK) == 0)
      std::cerr << fmt::format("  ls {}\n", shell_quote(std::vector<std::string>{files}));
    for (const ArmSummary& arm : summary.arms) {
      if (!arm.first_failure_run) continue;
      std::cerr << fmt::format("  {} --run={}\n", show, *arm.first_failure_run);
      break;
    }
    if (!summary.signatures.empty()) {
      std::cerr << fmt::format("  {} --signature={}\n", show, summary.signatures.front().signature.id);
    }
    if (summary.state == CampaignState::interrupted) {
      std::cerr << fmt::format("  repro run --resume --out={}\n",
                               shell_quote(std::vector<std::string>{settings_.out}));
    }
  }

  [[nodiscard]] Result<int> judge(const CampaignSummary& summary) const {
    const OutcomeCounts totals = summary.totals();
    if (totals.counted() == 0) {
      return fail(ErrorKind::environment, "no run could be counted: see the reasons above, and repro doctor");
    }
    if (run_.request.until) {
      campaign::DecisionWatch watch(run_.request);
      REPRO_TRY(store_->for_each_run([&](const RunRow& row) { watch.add(row.slot, row.outcome); }));
      return watch.decided() ? kExitOk : kExitInconclusive;
    }
    return totals.bad() > 0 && !settings_.exits_zero ? kExitFailuresSeen : kExitOk;
  }

  Settings settings_;
  const std::map<std::string, std::string>& environment_;
  std::unique_ptr<campaign::Progress> progress_;
  std::unique_ptr<process::StopRequest> stop_;
  std::unique_ptr<store::Store> store_;
  RunRequest run_;
  bool is_done_ = false;  ///< a resumed campaign that has nothing left to do
};

/// The scenario of `repro run NAME --help`; empty when the help of the verb is wanted, or none.
std::string scenario_to_explain(std::span<const std::string> arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const bool wants_help = std::any_of(
      arguments.begin(), end, [](const std::string& word) { return word == "--help" || word == "-h"; });
  return wants_help && !arguments.front().starts_with('-') ? arguments.front() : std::string();
}

}  // namespace

std::span<const OptionSpec> run_options() { return kOptions; }

std::vector<OptionSpec> project_options() {
  std::vector<OptionSpec> all;
  for (const std::span<const OptionSpec> options : {run_options(), hunt_options(), triage_options()}) {
    all.insert(all.end(), options.begin(), options.end());
  }
  return all;
}

Result<int> run_verb(const Invocation& invocation) {
  if (const std::string name = scenario_to_explain(invocation.arguments); !name.empty()) {
    REPRO_TRY(print_scenario(name, invocation.environment));
    std::cout << "\nOptions of repro run, which all apply: repro run --help\n";
    return kExitOk;
  }
  REPRO_ASSIGN(std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_TRY(add_layers(kVerb, invocation.environment, *options, project_options()));
  REPRO_ASSIGN(Settings settings,
               read_settings(*options, inspect_terminal(STDERR_FILENO, invocation.environment)));
  return RunCommand(std::move(settings), invocation.environment).run(*options);
}

}  // namespace repro::cli
