#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/run_budget.h"
#include "harness/campaign/summarise.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/report/run_budget.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"rate", OptionKind::value, "P", "What", "failure rate of the code as it is (FILE measures it)",
               Layering::flag_only},
    OptionSpec{"to", OptionKind::list, "P,...", "What",
               "rates to tell from it (default: half of it, a tenth of it, 0)", Layering::flag_only},
    OptionSpec{"max-rate", OptionKind::list, "P,...", "What", "bounds to show (default 0.05,0.01,0.001)",
               Layering::flag_only},
    OptionSpec{"failures", OptionKind::value, "K", "What", "failures that a gate shall allow (default 0)",
               Layering::flag_only},
    OptionSpec{"budget", OptionKind::list, "N,...", "What",
               "runs per arm: what do they show? (default 25,100,500)", Layering::flag_only},
    OptionSpec{"confidence", OptionKind::value, "C", "How", "default 0.95", Layering::flag_only},
    OptionSpec{"time-per-run", OptionKind::value, "T", "How", "how long one run takes (FILE measures it)",
               Layering::flag_only},
    OptionSpec{"variant", OptionKind::value, "NAME", "How",
               "whose rate of FILE is the base (default: the first)", Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "plan",
    "how many runs a claim needs, and how long they take",
    "repro plan [FILE] [options]",
    "Tells before the first run how many are needed: to show that a rate is below a bound, to tell two "
    "variants apart with 80\n"
    "and 90 % power, and what a given number of runs can show. With a campaign FILE its measured rate and "
    "run time are used.",
    "  repro plan --max-rate=0.01\n"
    "  repro plan --rate=0.2 --to=0.02 --time-per-run=3s\n"
    "  repro plan nightly.repro --variant=pre-fix --budget=100\n",
    "file",
    false,
    kOptions,
};

/// The shares in a list option. Errors: usage, naming it.
Result<std::vector<double>> read_shares(const ParsedOptions& options, std::string_view name, ShareEnds ends) {
  std::vector<double> shares;
  for (const std::string& text : options.list(name)) {
    Result<double> share = parse_share(text, ends);
    if (!share) return Unexpected(std::move(share).error().with_context(options.origin(name)));
    shares.push_back(*share);
  }
  return shares;
}

Result<std::vector<std::uint64_t>> read_budgets(const ParsedOptions& options) {
  constexpr std::uint64_t kMost = 1'000'000'000;
  std::vector<std::uint64_t> budgets;
  for (const std::string& text : options.list("budget")) {
    Result<std::uint64_t> runs = parse_unsigned(text);
    if (!runs) return Unexpected(std::move(runs).error().with_context("--budget"));
    if (*runs == 0 || *runs > kMost) {
      return fail(ErrorKind::usage,
                  fmt::format("--budget: {} is out of range; 1 to {} are possible", *runs, kMost));
    }
    budgets.push_back(*runs);
  }
  if (budgets.empty()) budgets = {25, 100, 500};
  return budgets;
}

/// What a campaign measured, laid under what was asked.
struct Measured {
  std::string source;
  std::optional<RateEstimate> rate;
  std::optional<std::chrono::nanoseconds> time_per_run;
};

Result<Measured> measure(const std::string& file, const ParsedOptions& options) {
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
  REPRO_ASSIGN(const CampaignSummary summary, campaign::summarise(store));
  std::vector<std::string> variants;
  for (const ArmSummary& arm : summary.arms) variants.push_back(arm.key.variant);
  const std::string wanted = options.value("variant").value_or(variants.empty() ? "" : variants.front());
  const auto arm = std::find_if(summary.arms.begin(), summary.arms.end(),
                                [&](const ArmSummary& one) { return one.key.variant == wanted; });
  if (arm == summary.arms.end()) {
    return fail(ErrorKind::usage, fmt::format("--variant: '{}' has no variant '{}'{}", printable(file),
                                              printable(wanted), suggestion(wanted, variants)));
  }
  Measured measured;
  measured.source = fmt::format("{} {} ({}/{} in {})", wanted, to_string(arm->key.sanitizer),
                                arm->counts.bad(), arm->counts.counted(), file);
  measured.rate = arm->rate;
  // Of the whole campaign, so that starting, judging and --jobs are part of it.
  const std::uint64_t runs = summary.totals().all();
  if (runs > 0 && summary.wall.count() > 0) {
    measured.time_per_run = summary.wall / static_cast<std::int64_t>(runs);
  }
  return measured;
}

Result<RunBudget> plan(const ParsedOptions& options) {
  Measured measured;
  if (!options.positional.empty()) {
    REPRO_ASSIGN(measured, measure(options.positional, options));
  } else if (options.has("variant")) {
    return fail(ErrorKind::usage, "--variant: of which campaign? name its file");
  }
  campaign::BudgetQuestion question;
  if (measured.rate) question.base_rate = measured.rate->rate;
  if (const std::optional<std::string> text = options.value("rate")) {
    Result<double> rate = parse_share(*text, ShareEnds::included);
    if (!rate) return Unexpected(std::move(rate).error().with_context("--rate"));
    question.base_rate = *rate;
    measured.rate.reset();
    measured.source.clear();
  }
  REPRO_ASSIGN(const std::optional<double> confidence, options.share("confidence"));
  question.confidence = confidence.value_or(question.confidence);
  if (question.confidence <= 0.5) return fail(ErrorKind::usage, "--confidence: it must be above 0.5");
  REPRO_ASSIGN(question.max_rates, read_shares(options, "max-rate", ShareEnds::excluded));
  if (question.max_rates.empty()) question.max_rates = {0.05, 0.01, 0.001};
  REPRO_ASSIGN(question.target_rates, read_shares(options, "to", ShareEnds::included));
  if (options.has("to") && !question.base_rate)
    return fail(ErrorKind::usage, "--to: from which rate? name it with --rate");
  if (question.target_rates.empty() && question.base_rate && *question.base_rate > 0) {
    question.target_rates = {*question.base_rate / 2, *question.base_rate / 10, 0};
  }
  REPRO_ASSIGN(const std::optional<std::uint64_t> failures, options.number("failures"));
  constexpr std::uint64_t kMostFailures = 1'000'000;
  if (failures.value_or(0) > kMostFailures) {
    return fail(ErrorKind::usage, fmt::format("--failures: at most {}", kMostFailures));
  }
  question.allowed_failures = failures.value_or(0);
  REPRO_ASSIGN(question.budgets, read_budgets(options));
  REPRO_ASSIGN(const std::optional<std::chrono::nanoseconds> time, options.duration("time-per-run"));
  RunBudget budget = campaign::plan_runs(question);
  budget.source = measured.source;
  budget.measured = measured.rate;
  budget.time_per_run = time ? time : measured.time_per_run;
  if (budget.measured) {
    budget.warnings.emplace_back(
        "the base rate was measured and may be anywhere in its interval; plan for its lower end to be "
        "on the safe side (--rate)");
  }
  return budget;
}

}  // namespace

Result<int> plan_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_ASSIGN(const RunBudget budget, plan(*options));
  if (options->flag("json")) {
    report::write_budget_json(std::cout, budget);
  } else {
    report::write_budget_terminal(std::cout, budget, output_style(invocation.environment));
  }
  return kExitOk;
}

}  // namespace repro::cli
