#include <array>
#include <iostream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/gate.h"
#include "harness/campaign/gate_input.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/shared_options.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/report/gate.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"outcome", OptionKind::list, "NAME,...", "What",
               "outcomes that fail the gate: crash, hang, fail (default: all three)", Layering::flag_only},
    OptionSpec{"signature", OptionKind::value, "ID", "What",
               "only runs with this bug fail the gate: is it gone?", Layering::flag_only},
    OptionSpec{"sanitizer", OptionKind::list, "BUILD,...", "What", "gate these builds only",
               Layering::flag_only},

    OptionSpec{"max-rate", OptionKind::value, "P", "How rare",
               "the rate must be shown to be at most this (default 0.01)", Layering::flag_only},
    OptionSpec{"confidence", OptionKind::value, "C", "How rare", "with this confidence (default 0.95)",
               Layering::flag_only},
    OptionSpec{"rule", OptionKind::value, "RULE", "How rare",
               "auto (default), fixed or sequential: whether the number of runs was set before the first",
               Layering::flag_only},
    OptionSpec{"max-failures", OptionKind::value, "K", "How rare",
               "in place of a rate: at most K failures ...", Layering::flag_only},
    OptionSpec{"runs", OptionKind::value, "N", "How rare", "... in at least N runs, as in \"0 in 500\"",
               Layering::flag_only},

    OptionSpec{"base", OptionKind::value, "VARIANT", "Power",
               "the code that the gate must refuse (default: the worst other variant)", Layering::flag_only},
    OptionSpec{"base-rate", OptionKind::value, "P", "Power",
               "its failure rate, where it is known from elsewhere", Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "gate",
    "is it rare enough now? passed, failed or inconclusive, by exit code",
    "repro gate [FILE] [VARIANT...] [options]",
    "Asks of a campaign (the newest in repro-results when no FILE is named) whether a failure is rare "
    "enough. Passed when the\n"
    "upper bound of its rate is at most --max-rate, failed when the lower bound is above it, else "
    "inconclusive. A clean program\n"
    "needs 299 runs for 1 % at 95 %, or 328 where the runs may have been watched and stopped at any time.\n"
    "\n"
    "A gate that the code before the fix would pass proves nothing: where another variant of the campaign "
    "fails, or "
    "--base-rate\n"
    "tells how often it did, the chance that the gate refuses such code is printed.\n"
    "\n"
    "Exit codes: 0 passed, 10 failed, 11 inconclusive.",
    "  repro gate fixed --outcome=hang --max-rate=0.01 --confidence=0.95\n"
    "  repro gate nightly.repro --max-failures=0 --runs=500\n"
    "  repro gate nightly.repro fixed --signature=s2-0465d24da2f5\n"
    "  repro gate nightly.repro --base-rate=25%\n",
    "name",
    false,
    kOptions,
    64,
};

struct Settings {
  campaign::GateLimits limits;
  campaign::GateSelection selection;
  std::string file;
  bool is_counted = false;
};

Result<std::vector<Outcome>> read_outcomes(const ParsedOptions& options) {
  const std::vector<std::string> known{"crash", "hang", "fail"};
  std::vector<Outcome> outcomes;
  for (const std::string& name : options.list("outcome")) {
    const std::optional<Outcome> outcome = parse_outcome(name);
    if (!outcome || *outcome == Outcome::ok || *outcome == Outcome::infra) {
      return fail(ErrorKind::usage, fmt::format("--outcome: '{}' is none of {}{}", printable(name),
                                                join(known, ", "), suggestion(name, known)));
    }
    outcomes.push_back(*outcome);
  }
  return outcomes;
}

Result<void> read_rule(const ParsedOptions& options, Settings& settings) {
  REPRO_ASSIGN(const std::string rule, read_choice(options, "rule", {"auto", "fixed", "sequential"}));
  if (rule == "fixed") settings.selection.rule = GateRule::fixed_sample;
  if (rule == "sequential") settings.selection.rule = GateRule::sequential;
  if (!options.has("max-failures") && !options.has("runs")) return {};
  if (!options.has("max-failures") || !options.has("runs")) {
    return fail(ErrorKind::usage,
                "--max-failures and --runs belong together, as in --max-failures=0 --runs=500");
  }
  for (const char* other : {"max-rate", "rule"}) {
    if (options.has(other)) {
      return fail(ErrorKind::usage,
                  fmt::format("either --max-failures and --runs, or --{}, not both", other));
    }
  }
  REPRO_ASSIGN(const std::optional<std::uint64_t> most, options.number("max-failures"));
  REPRO_ASSIGN(const std::optional<std::uint64_t> runs, options.number("runs"));
  if (*runs <= *most) {
    return fail(ErrorKind::usage,
                fmt::format("--runs: {} runs with up to {} failures would pass anything", *runs, *most));
  }
  settings.limits.max_failures = *most;
  settings.limits.min_runs = *runs;
  settings.selection.rule = GateRule::counted;
  settings.is_counted = true;
  return {};
}

Result<Settings> read_settings(const ParsedOptions& options) {
  Settings settings;
  REPRO_ASSIGN(const std::optional<double> max_rate, options.share("max-rate"));
  REPRO_ASSIGN(const std::optional<double> confidence, options.share("confidence"));
  REPRO_ASSIGN(settings.selection.base_rate, options.share("base-rate"));
  settings.limits.max_rate = max_rate.value_or(settings.limits.max_rate);
  settings.limits.confidence = confidence.value_or(settings.limits.confidence);
  if (settings.limits.confidence <= 0.5) return fail(ErrorKind::usage, "--confidence: it must be above 0.5");
  REPRO_TRY(read_rule(options, settings));
  REPRO_ASSIGN(settings.selection.outcomes, read_outcomes(options));
  settings.selection.signature = options.value("signature").value_or("");
  settings.selection.base_variant = options.value("base").value_or("");
  if (!settings.selection.signature.empty() && !settings.selection.outcomes.empty()) {
    return fail(ErrorKind::usage, "either --signature or --outcome, not both");
  }
  if (!settings.selection.base_variant.empty() && settings.selection.base_rate) {
    return fail(ErrorKind::usage, "either --base or --base-rate, not both");
  }
  REPRO_ASSIGN(settings.selection.builds, read_sanitizers(options));
  for (const std::string& word : options.positionals) {
    if (settings.file.empty() && settings.selection.variants.empty() && looks_like_campaign_file(word)) {
      settings.file = word;
    } else {
      settings.selection.variants.push_back(word);
    }
  }
  return settings;
}

int exit_code_of(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::passed:
      return kExitOk;
    case GateVerdict::failed:
      return kExitFailuresSeen;
    case GateVerdict::inconclusive:
      break;
  }
  return kExitInconclusive;
}

}  // namespace

Result<int> gate_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_ASSIGN(Settings settings, read_settings(*options));
  if (settings.file.empty()) {
    REPRO_ASSIGN(settings.file, newest_campaign_file());
  }
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(settings.file));
  REPRO_ASSIGN(const campaign::GateQuestion question,
               campaign::read_gate_question(store, settings.selection));
  GateReport report;
  report.file = settings.file;
  report.what = question.what;
  report.max_rate = settings.limits.max_rate;
  report.confidence = settings.limits.confidence;
  if (settings.is_counted) {
    report.max_failures = settings.limits.max_failures;
    report.min_runs = settings.limits.min_runs;
  }
  report.arms = campaign::decide_gates(question.arms, settings.limits);
  report.verdict = campaign::overall_verdict(report.arms);
  report.warnings = question.warnings;
  if (options->flag("json")) {
    report::write_gate_json(std::cout, report);
  } else {
    report::write_gate_terminal(std::cout, report, output_style(invocation.environment));
  }
  return exit_code_of(report.verdict);
}

}  // namespace repro::cli
