// `repro hunt`: search, then confirm.
//
// The search gives runs to whatever has failed, so its rates are biased. The confirmation is an ordinary
// campaign of two arms, the untouched baseline and the best strategy, interleaved and on fresh seeds; the
// rates and the gain that are printed are its.

#include <array>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "harness/base/seed.h"
#include "harness/base/text.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/hunt.h"
#include "harness/campaign/machine_facts.h"
#include "harness/campaign/prepared_plan.h"
#include "harness/campaign/summarise.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/progress_display.h"
#include "harness/cli/run_request.h"
#include "harness/cli/shared_options.h"
#include "harness/cli/signals.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/model/json.h"
#include "harness/process/supervisor.h"
#include "harness/report/schedules.h"
#include "harness/report/terminal.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"
#include "harness/stats/two_rates.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

/// The ones that found most in comparisons, each strong where others are weak; `noise` for what a controlled
/// schedule cannot show (it serialises), `pct:10` for bugs that need several ordered steps.
constexpr std::string_view kPortfolio = "surw,pos,pct,pct:10,random,noise";
constexpr std::uint64_t kDefaultSchedules = 2000;
constexpr std::uint64_t kDefaultConfirm = 100;
constexpr std::uint64_t kMostRuns = 1'000'000'000;

constexpr std::array kOptions{
    OptionSpec{"variant", OptionKind::value, "NAME", "What", "variant of the scenario (default: its first)"},
    OptionSpec{"sanitizer", OptionKind::value, "BUILD", "What", "build: plain, address, thread, ..."},
    OptionSpec{"strategies", OptionKind::list, "NAME,...", "What",
               "schedules to try (default surw,pos,pct,pct:10,random,noise)", Layering::flag_only},
    OptionSpec{"env", OptionKind::texts, "K=V", "What", "set a variable for the subject (repeatable)"},
    OptionSpec{"cwd", OptionKind::value, "DIR", "What", "working directory of the subject"},
    OptionSpec{"stdin", OptionKind::value, "FILE", "What", "standard input of the subject"},

    OptionSpec{"schedules", OptionKind::value, "N", "How much", "runs of the strategies (default 2000)",
               Layering::flag_only},
    OptionSpec{"duration", OptionKind::value, "T", "How much", "search no longer than this"},
    OptionSpec{"explore", OptionKind::value, "N", "How much",
               "runs after the first failure, to tell the best strategy (default 200)", Layering::flag_only},
    OptionSpec{"confirm", OptionKind::value, "N", "How much",
               "fresh runs of the best strategy and of the baseline (default 100; 0: none)",
               Layering::flag_only},
    OptionSpec{"seed", OptionKind::value, "N", "How much", "seed of the search"},
    OptionSpec{"timeout", OptionKind::value, "T", "Limits",
               "deadline of one run (default: learned, at least 10s)"},
    OptionSpec{"grace", OptionKind::value, "T", "Limits", "time between SIGTERM and SIGKILL (default 5s)"},
    OptionSpec{"memory-limit", OptionKind::value, "SIZE", "Limits", "of the whole process tree"},

    OptionSpec{"ok-exit-codes", OptionKind::list, "N,...", "Oracles",
               "exit codes that are as expected (default 0)"},
    OptionSpec{"expect", OptionKind::value, "FILE", "Oracles", "standard output must equal this file"},
    OptionSpec{"match", OptionKind::texts, "REGEX", "Oracles", "must occur in the output (repeatable)"},
    OptionSpec{"no-match", OptionKind::texts, "REGEX", "Oracles", "must not occur (repeatable)"},
    OptionSpec{"reference", OptionKind::value, "CMD", "Oracles",
               "standard output must equal that of this command"},
    OptionSpec{"unordered", OptionKind::flag, "", "Oracles", "compare outputs as sorted sets of lines"},
    OptionSpec{"check", OptionKind::value, "CMD", "Oracles", "shell command that judges the run's files"},

    OptionSpec{"out", OptionKind::value, "FILE", "Result", "campaign file of the search",
               Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Result", "JSON in place of text", Layering::flag_only},
    OptionSpec{"progress", OptionKind::value, "MODE", "Result", "auto (default), plain or none"},
};

constexpr VerbSpec kVerb{
    "hunt",
    "search schedules until a failure is found, then confirm it",
    "repro hunt [SCENARIO] [options] [-- COMMAND ...]",
    "Tries a portfolio of schedules in turn, beside an untouched baseline, until one of them fails; then "
    "gives\n"
    "the runs to what fails most per second. The best one is confirmed on fresh seeds against the baseline, "
    "and\n"
    "its rate, its gain, the command that uses it and the commands that replay and minimise the first "
    "failure\n"
    "are printed. Rates of strategies are never pooled.\n"
    "\n"
    "Synchronisation calls are points of every dynamically linked program. Built with CC=repro-cc "
    "CXX=repro-c++,\n"
    "its memory accesses are too.\n"
    "\n"
    "Exit codes: 0 a failure was found, 11 none within the budget, 2 wrong request, 20 unfit machine, 21\n"
    "unusable campaign file, 130 interrupted.",
    "  repro hunt -- ./my_test --case 7\n"
    "  repro hunt classics --variant=abba --schedules=500\n"
    "  repro hunt --sanitizer=address --strategies=surw,pos,pct -- ./my_test.asan\n",
    "scenario",
    true,
    kOptions,
};

struct Budget {
  campaign::HuntOptions search;
  std::uint64_t confirm = kDefaultConfirm;
};

Result<std::uint64_t> number_or(const ParsedOptions& options, std::string_view name, std::uint64_t usual,
                                std::uint64_t least) {
  REPRO_ASSIGN(const std::optional<std::uint64_t> number, options.number(name));
  if (number && (*number < least || *number > kMostRuns)) {
    return fail(ErrorKind::usage, fmt::format("--{}: {} to {} are possible", name, least, kMostRuns));
  }
  return number.value_or(usual);
}

Result<Budget> read_budget(const ParsedOptions& options) {
  Budget budget;
  REPRO_ASSIGN(budget.search.most_schedules, number_or(options, "schedules", kDefaultSchedules, 1));
  REPRO_ASSIGN(budget.search.explore, number_or(options, "explore", budget.search.explore, 0));
  REPRO_ASSIGN(budget.confirm, number_or(options, "confirm", kDefaultConfirm, 0));
  REPRO_ASSIGN(budget.search.duration, options.duration("duration"));
  return budget;
}

/// The options that say what is run, as words of a command line.
std::vector<std::string> subject_words(const ParsedOptions& options) {
  std::vector<std::string> words;
  if (!options.positional.empty()) words.push_back(options.positional);
  for (const std::string_view name : {"variant", "sanitizer", "cwd", "stdin", "timeout", "grace",
                                      "memory-limit", "expect", "reference", "check"}) {
    if (const auto value = options.value(name)) words.push_back(fmt::format("--{}={}", name, *value));
  }
  for (const std::string_view name : {"env", "match", "no-match", "ok-exit-codes"}) {
    for (const std::string& value : options.list(name)) words.push_back(fmt::format("--{}={}", name, value));
  }
  if (options.flag("unordered")) words.emplace_back("--unordered");
  return words;
}

/// One `repro hunt` from its request to its exit code.
class HuntCommand {
 public:
  HuntCommand(ParsedOptions options, Budget budget, const std::map<std::string, std::string>& environment)
      : options_(std::move(options)), budget_(budget), environment_(environment) {}

  Result<int> run() {
    REPRO_TRY(prepare());
    REPRO_ASSIGN(stop_, process::StopRequest::create());
    const SignalScope signals(*stop_);
    REPRO_TRY(search());
    const bool is_found = result_.first_failure_run.has_value();
    if (signals.received() == 0 && is_found && budget_.confirm > 0) REPRO_TRY(confirm());
    if (options_.flag("json")) {
      print_json();
    } else {
      REPRO_TRY(print_text());
    }
    if (signals.received() != 0) return 128 + signals.received();
    return is_found ? kExitOk : kExitInconclusive;
  }

 private:
  Result<void> prepare() {
    REPRO_ASSIGN(std::vector<std::string> strategies, read_names(options_, "strategies"));
    if (strategies.empty()) strategies = split_value(kOptions[2], std::string(kPortfolio));
    std::erase(strategies, "os");
    if (strategies.empty()) {
      return fail(ErrorKind::usage, "--strategies: 'os' alone is no search; name another schedule beside it");
    }
    strategies.insert(strategies.begin(), "os");
    ParsedOptions asked = options_;
    asked.set("schedule", strategies, options_.has("strategies") ? "--strategies" : "the portfolio");
    REPRO_ASSIGN(run_, read_run_request(asked, environment_));
    run_.request.runs_per_arm.reset();
    run_.request.duration = budget_.search.duration;
    // A scenario's default may be several variants: the first stands for it.
    const std::string variant = run_.request.arms.front().key.variant;
    std::erase_if(run_.request.arms, [&](const Arm& arm) { return arm.key.variant != variant; });
    for (std::size_t i = 0; i < run_.request.arms.size(); ++i) {
      run_.request.arms[i].id = static_cast<std::uint32_t>(i);
    }
    file_ = options_.value("out").value_or("");
    if (file_.empty()) {
      REPRO_ASSIGN(file_, default_campaign_file(run_.title + "-hunt", system_clock().unix_time()));
    }
    REPRO_TRY(check_new_campaign_file(file_));
    const TerminalTraits terminal = inspect_terminal(STDERR_FILENO, environment_);
    REPRO_ASSIGN(const std::string mode, read_choice(options_, "progress", {"auto", "plain", "none"}));
    progress_mode_ = mode == "none"                           ? ProgressMode::none
                     : mode == "auto" && terminal.is_terminal ? ProgressMode::bar
                                                              : ProgressMode::heartbeat;
    progress_ = make_progress(progress_mode_, std::cerr, terminal);
    for (const std::string& note : run_.notes) progress_->note(note);
    return {};
  }

  [[nodiscard]] campaign::World world(campaign::Progress& progress) {
    campaign::World world;
    world.make_runner = [this]() -> Result<std::unique_ptr<process::ProcessRunner>> {
      process::SupervisorOptions options;
      options.stop = stop_.get();
      REPRO_ASSIGN(std::unique_ptr<process::ProcessRunner> runner, process::Supervisor::create(options));
      return runner;
    };
    world.stop = stop_.get();
    world.progress = &progress;
    world.clock = &system_clock();
    return world;
  }

  Result<void> search() {
    const campaign::World outside = world(*progress_);
    REPRO_ASSIGN(const std::unique_ptr<process::ProcessRunner> runner, outside.make_runner());
    REPRO_ASSIGN(const std::unique_ptr<campaign::PreparedPlan> prepared,
                 campaign::PreparedPlan::create(run_.request, environment_, *runner));
    prepared->plan().campaign_path = file_;
    REPRO_ASSIGN(store::Store store,
                 store::Store::create(file_, prepared->request(), campaign::read_machine_facts(),
                                      system_clock().unix_time()));
    REPRO_TRY(
        store.add_warning("a search: each run was given to the schedule that had failed most until then, so "
                          "the rates and intervals of its arms "
                          "mean nothing; those of the confirmation on fresh seeds do"));
    Result<campaign::HuntResult> result = campaign::hunt(prepared->plan(), store, outside, budget_.search);
    if (!result) return Unexpected(std::move(result).error());
    result_ = *std::move(result);
    REPRO_ASSIGN(summary_, campaign::summarise(store));
    return {};
  }

  /// An ordinary campaign in a file of its own, so that nothing that the search chose gets into its rates.
  Result<void> confirm() {
    Request request = run_.request;
    const Arm baseline = request.arms.front();
    const Arm best = request.arms[*result_.best];
    request.arms = {baseline, best};
    request.arms[1].id = 1;
    request.seed = derive_seed(request.seed, "confirm") >> 11;
    request.runs_per_arm = budget_.confirm;
    request.duration.reset();
    confirm_file_ = file_.ends_with(".repro") ? file_.substr(0, file_.size() - 6) : file_;
    confirm_file_ += "-confirm.repro";
    REPRO_TRY(check_new_campaign_file(confirm_file_));
    const auto progress =
        make_progress(progress_mode_, std::cerr, inspect_terminal(STDERR_FILENO, environment_));
    progress->note(fmt::format("confirming '{}' on {} fresh runs, beside as many untouched ones",
                               best.key.schedule, budget_.confirm));
    const campaign::World outside = world(*progress);
    REPRO_ASSIGN(const std::unique_ptr<process::ProcessRunner> runner, outside.make_runner());
    REPRO_ASSIGN(const std::unique_ptr<campaign::PreparedPlan> prepared,
                 campaign::PreparedPlan::create(std::move(request), environment_, *runner));
    prepared->plan().campaign_path = confirm_file_;
    REPRO_ASSIGN(store::Store store,
                 store::Store::create(confirm_file_, prepared->request(), campaign::read_machine_facts(),
                                      system_clock().unix_time()));
    REPRO_TRY(campaign::run_campaign(prepared->plan(), store, outside));
    REPRO_ASSIGN(CampaignSummary summary, campaign::summarise(store));
    confirmed_ = std::move(summary);
    return {};
  }

  [[nodiscard]] std::string quoted(std::vector<std::string> words) const { return shell_quote(words); }

  [[nodiscard]] std::string best_command() const {
    std::vector<std::string> words{"repro", "run"};
    const std::vector<std::string> subject = subject_words(options_);
    words.insert(words.end(), subject.begin(), subject.end());
    words.push_back("--schedule=" + result_.arms[*result_.best].schedule);
    words.emplace_back("--runs=100");
    if (options_.has_command) {
      words.emplace_back("--");
      words.insert(words.end(), options_.command.begin(), options_.command.end());
    }
    return quoted(words);
  }

  [[nodiscard]] std::string on_first_failure(const std::string& verb) const {
    return quoted({"repro", verb, file_, std::to_string(*result_.first_failure_run)});
  }

  [[nodiscard]] bool first_failure_is_controlled() const {
    for (const campaign::HuntedArm& arm : result_.arms) {
      if (arm.first_failure != result_.first_failure_run) continue;
      const Result<ScheduleSpec> spec = parse_schedule(arm.schedule);
      return spec && spec->is_controlled();
    }
    return false;
  }

  [[nodiscard]] bool has_memory_points() const {
    for (const ArmSummary& arm : summary_.arms) {
      if (arm.schedule && arm.schedule->runs_with_memory_points > 0) return true;
    }
    return false;
  }

  void print_strategies(const report::TerminalStyle& style) const {
    using Align = report::TextTable::Align;
    report::TextTable table;
    table.add_column("schedule", Align::left);
    table.add_column("runs", Align::right);
    table.add_column("failures", Align::right);
    table.add_column("infra", Align::right);
    table.add_column("ms/run", Align::right);
    table.add_column("first failure", Align::left);
    for (const campaign::HuntedArm& arm : result_.arms) {
      table.add_row({{arm.schedule},
                     {std::to_string(arm.counts.counted())},
                     {std::to_string(arm.counts.bad())},
                     {std::to_string(arm.counts.infra)},
                     {fmt::format("{:.1f}", 1000 * arm.seconds_per_run)},
                     {arm.first_failure ? fmt::format("run {}", *arm.first_failure) : "-"}});
    }
    table.write(std::cout, style);
  }

  Result<void> print_text() const {
    const report::TerminalStyle style = output_style(environment_);
    if (result_.first_failure_run) {
      std::cout << fmt::format("found after {} schedules ({} were run)\n\n", result_.schedules_to_failure,
                               result_.schedules);
    } else {
      std::cout << fmt::format("no failure in {} schedules\n\n", result_.schedules);
    }
    print_strategies(style);
    std::cout << "The search gives its runs to what fails, so these are no rates.\n";
    print_infra();
    print_signatures();
    if (confirmed_) {
      std::cout << "\n";
      report::write_terminal(std::cout, *confirmed_, style);
      print_gain();
    }
    print_commands();
    if (!has_memory_points()) {
      std::cout
          << "\nThe program has no memory accesses as points: threads were switched at synchronisation "
             "calls only.\nBuilt with CC=repro-cc CXX=repro-c++ (clang), a race between two plain accesses "
             "can be found as well.\n";
    }
    return {};
  }

  void print_infra() const {
    for (const InfraReason& one : summary_.infra) {
      std::cout << fmt::format("not counted: {} runs: {}\n", one.runs, printable(one.reason));
    }
  }

  void print_signatures() const {
    for (const SignatureSummary& one : summary_.signatures) {
      std::cout << fmt::format("  {} {}  {} ({} runs; first: run {})\n", to_string(one.signature.implies),
                               one.signature.id, printable(one.signature.title), one.runs, one.first_run);
    }
  }

  [[nodiscard]] std::optional<stats::TwoRates> confirmed_rates() const {
    if (!confirmed_ || confirmed_->arms.size() != 2) return std::nullopt;
    const OutcomeCounts& base = confirmed_->arms[0].counts;
    const OutcomeCounts& best = confirmed_->arms[1].counts;
    if (base.counted() == 0 || best.counted() == 0) return std::nullopt;
    return stats::TwoRates{best.bad(), best.counted(), base.bad(), base.counted()};
  }

  void print_gain() const {
    const std::optional<stats::TwoRates> rates = confirmed_rates();
    if (!rates) return;
    const auto interval = stats::newcombe(*rates);
    std::cout << fmt::format("\ngain over the baseline: {:+.1f} points",
                             100 * stats::rate_difference(*rates));
    if (interval) {
      std::cout << fmt::format(" (95 %, Newcombe: {:+.1f} to {:+.1f})", 100 * interval->low,
                               100 * interval->high);
    }
    std::cout << "\n";
  }

  void print_commands() const {
    if (!result_.first_failure_run) {
      std::cout << fmt::format("\nstored in {}\n", file_);
      return;
    }
    std::cout << fmt::format("\nbest command:\n  {}\nreplay:\n  {}\n", best_command(),
                             on_first_failure("replay"));
    if (first_failure_is_controlled()) {
      std::cout << fmt::format("explain:\n  {}\n", on_first_failure("minimize"));
    }
  }

  void print_json() const {
    nlohmann::ordered_json arms = nlohmann::ordered_json::array();
    for (const campaign::HuntedArm& arm : result_.arms) {
      arms.push_back({{"schedule", arm.schedule},
                      {"runs", arm.counts.counted()},
                      {"failures", arm.counts.bad()},
                      {"infra", arm.counts.infra},
                      {"ms_per_run", 1000 * arm.seconds_per_run},
                      {"first_failure_run", arm.first_failure ? nlohmann::ordered_json(*arm.first_failure)
                                                              : nlohmann::ordered_json()}});
    }
    nlohmann::ordered_json hunt{{"file", to_valid_utf8(file_)},
                                {"found", result_.first_failure_run.has_value()},
                                {"schedules", result_.schedules},
                                {"schedules_to_failure", nullptr},
                                {"first_failure_run", nullptr},
                                {"memory_points", has_memory_points()},
                                {"arms", std::move(arms)},
                                {"best", nullptr},
                                {"confirmed", nullptr}};
    if (result_.first_failure_run) {
      hunt["schedules_to_failure"] = result_.schedules_to_failure;
      hunt["first_failure_run"] = *result_.first_failure_run;
      hunt["best"] = {{"schedule", result_.arms[*result_.best].schedule},
                      {"command", to_valid_utf8(best_command())},
                      {"replay", to_valid_utf8(on_first_failure("replay"))}};
    }
    if (const auto rates = confirmed_rates()) {
      const auto interval = stats::newcombe(*rates);
      hunt["confirmed"] = {{"file", to_valid_utf8(confirm_file_)},
                           {"runs", rates->trials_a},
                           {"failures", rates->hits_a},
                           {"baseline_runs", rates->trials_b},
                           {"baseline_failures", rates->hits_b},
                           {"gain", stats::rate_difference(*rates)},
                           {"gain_low", interval ? interval->low : -1.0},
                           {"gain_high", interval ? interval->high : 1.0}};
    }
    std::cout << nlohmann::ordered_json{{"schema", 1}, {"hunt", std::move(hunt)}}.dump() << "\n";
  }

  ParsedOptions options_;
  Budget budget_;
  const std::map<std::string, std::string>& environment_;
  RunRequest run_;
  std::string file_;
  std::string confirm_file_;
  ProgressMode progress_mode_ = ProgressMode::none;
  std::unique_ptr<campaign::Progress> progress_;
  std::unique_ptr<process::StopRequest> stop_;
  campaign::HuntResult result_;
  CampaignSummary summary_;
  std::optional<CampaignSummary> confirmed_;
};

}  // namespace

std::span<const OptionSpec> hunt_options() { return kOptions; }

Result<int> hunt_verb(const Invocation& invocation) {
  REPRO_ASSIGN(std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_TRY(add_layers(kVerb, invocation.environment, *options, project_options()));
  REPRO_ASSIGN(const Budget budget, read_budget(*options));
  return HuntCommand(*std::move(options), budget, invocation.environment).run();
}

}  // namespace repro::cli
