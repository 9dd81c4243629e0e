#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/compare.h"
#include "harness/campaign/compare_campaigns.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/shared_options.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/report/comparison.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"table", OptionKind::flag, "", "What",
               "A and B are counts, crash,hang,fail,ok as in a paper: 18,2,5,0 (NAME=18,2,5,0 names them)",
               Layering::flag_only},
    OptionSpec{"sanitizer", OptionKind::list, "BUILD,...", "What", "compare these builds only",
               Layering::flag_only},
    OptionSpec{"max-rate", OptionKind::value, "P", "How",
               "how rare bad runs must be for `fixed` (default 0.01)", Layering::flag_only},
    OptionSpec{"confidence", OptionKind::value, "C", "How",
               "1 - level of all verdicts together (default 0.95)", Layering::flag_only},
    OptionSpec{"power", OptionKind::value, "P", "How", "for what more runs would show (default 0.8)",
               Layering::flag_only},
    OptionSpec{"rule", OptionKind::value, "RULE", "How",
               "auto (default), fixed or sequential: whether the number of runs was set before the first",
               Layering::flag_only},
    OptionSpec{"fail-on", OptionKind::list, "VERDICT,...", "Form",
               "exit 10 when a comparison ends so: worse, traded, changed, no-evidence, better, fixed",
               Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "compare",
    "did it help? variants or campaigns, outcome by outcome, with a verdict",
    "repro compare [FILE [FILE]] [BASE [OTHER...]] [options]",
    "Compares variants of one campaign (the newest in repro-results when no FILE is named), or two "
    "campaigns, or counts "
    "from\n"
    "a table. The first name is the base; the others are compared with it. Names may also be schedules or "
    "builds.\n"
    "\n"
    "All outcomes are looked at: fewer crashes are no success when silent failures took their place. "
    "Verdicts: fixed, "
    "better,\n"
    "traded, changed, worse, no evidence of change; false verdicts are held at 5 % over all comparisons "
    "(Holm). Where "
    "the number\n"
    "of runs was not fixed beforehand (--stop-after, --duration, --until, an interrupt), sequential tests "
    "that allow for it "
    "are used.\n"
    "\n"
    "Exit codes: 0, or 10 when --fail-on names a verdict that was reached.",
    "  repro compare pre-fix fixed\n"
    "  repro compare nightly.repro\n"
    "  repro compare before.repro after.repro --max-rate=0.001\n"
    "  repro compare --table 18,2,5,0 6,0,19,0\n"
    "  repro compare old new --fail-on=worse,traded --json\n",
    "name",
    false,
    kOptions,
    64,
};

struct Settings {
  campaign::CompareOptions options;
  campaign::CompareSelection selection;
  std::vector<Verdict> fails_on;
};

Result<std::optional<EvidenceRule>> read_rule(const ParsedOptions& options) {
  REPRO_ASSIGN(const std::string name, read_choice(options, "rule", {"auto", "fixed", "sequential"}));
  if (name == "fixed") return std::optional(EvidenceRule::fixed_sample);
  if (name == "sequential") return std::optional(EvidenceRule::sequential);
  return std::optional<EvidenceRule>();
}

Result<std::vector<Verdict>> read_fails_on(const ParsedOptions& options) {
  const std::vector<std::string> known{"worse", "traded", "changed", "no-evidence", "better", "fixed"};
  std::vector<Verdict> verdicts;
  for (const std::string& name : options.list("fail-on")) {
    const std::optional<Verdict> verdict = parse_verdict(name);
    if (!verdict) {
      return fail(ErrorKind::usage, fmt::format("--fail-on: there is no verdict '{}'{} ({})", printable(name),
                                                suggestion(name, known), join(known, ", ")));
    }
    verdicts.push_back(*verdict);
  }
  return verdicts;
}

Result<Settings> read_settings(const ParsedOptions& options) {
  Settings settings;
  REPRO_ASSIGN(const std::optional<double> max_rate, options.share("max-rate"));
  REPRO_ASSIGN(const std::optional<double> confidence, options.share("confidence"));
  REPRO_ASSIGN(const std::optional<double> power, options.share("power"));
  settings.options.max_rate = max_rate.value_or(settings.options.max_rate);
  settings.options.confidence = confidence.value_or(settings.options.confidence);
  if (power) settings.options.power = power;
  if (settings.options.confidence < 0.5) {
    return fail(ErrorKind::usage, "--confidence: below 0.5 a verdict would be wrong more often than right");
  }
  REPRO_ASSIGN(settings.selection.rule, read_rule(options));
  REPRO_ASSIGN(settings.fails_on, read_fails_on(options));
  REPRO_ASSIGN(settings.selection.builds, read_sanitizers(options));
  return settings;
}

// --- counts from a table
// ------------------------------------------------------------------------------------------------

struct NamedCounts {
  std::string name;
  OutcomeCounts counts;
};

Unexpected bad_table(const std::string& text, std::string_view why) {
  return fail(ErrorKind::usage,
              fmt::format("--table: '{}' {}; write crash,hang,fail,ok as in 18,2,5,0", printable(text), why));
}

Result<NamedCounts> read_table(const std::string& text, std::size_t position) {
  NamedCounts table;
  const std::size_t equals = text.find('=');
  table.name = equals == std::string::npos ? std::string(1, static_cast<char>('A' + position % 26))
                                           : text.substr(0, equals);
  const std::string numbers = equals == std::string::npos ? text : text.substr(equals + 1);
  const std::vector<std::string_view> fields = split(numbers, ',');
  if (fields.size() != 4) return bad_table(text, fmt::format("has {} numbers, not 4", fields.size()));
  constexpr std::array kColumns{Outcome::crash, Outcome::hang, Outcome::fail, Outcome::ok};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const Result<std::uint64_t> count = parse_unsigned(trim(fields[i]));
    constexpr std::uint64_t kMost = 1'000'000'000;
    if (!count) return bad_table(text, "is not four whole numbers");
    if (*count > kMost) return bad_table(text, fmt::format("has a count above {}", kMost));
    table.counts.add(kColumns[i], *count);
  }
  return table;
}

Result<ComparisonReport> compare_tables(const ParsedOptions& options, const Settings& settings) {
  if (options.positionals.size() < 2) {
    return fail(ErrorKind::usage,
                "--table needs at least two tables: repro compare --table 18,2,5,0 6,0,19,0");
  }
  if (settings.selection.rule == EvidenceRule::sequential) {
    return fail(ErrorKind::usage,
                "--rule: the sequential rule needs the order of the runs, which a table does not tell");
  }
  std::vector<NamedCounts> tables;
  for (const std::string& text : options.positionals) {
    REPRO_ASSIGN(NamedCounts table, read_table(text, tables.size()));
    tables.push_back(std::move(table));
  }
  std::vector<campaign::ArmPair> pairs;
  for (std::size_t i = 1; i < tables.size(); ++i) {
    campaign::ArmPair& pair = pairs.emplace_back();
    pair.label_a = tables.front().name;
    pair.counts_a = tables.front().counts;
    pair.label_b = tables[i].name;
    pair.counts_b = tables[i].counts;
  }
  ComparisonReport report;
  report.comparisons = campaign::compare_pairs(pairs, settings.options);
  report.warnings.emplace_back(
      "counts from a table: taken as independent runs, interleaved, on one machine, in a number "
      "that was fixed beforehand");
  return report;
}

// --- campaigns
// --------------------------------------------------------------------------------------------------------

Result<campaign::RecordedCampaign> read_campaign(const std::string& file) {
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
  return campaign::read_recorded(store);
}

Result<ComparisonReport> compare_campaigns(const ParsedOptions& options, Settings& settings) {
  ComparisonReport report;
  for (const std::string& word : options.positionals) {
    const bool is_file =
        settings.selection.names.empty() && report.files.size() < 2 && looks_like_campaign_file(word);
    (is_file ? report.files : settings.selection.names).push_back(word);
  }
  if (report.files.empty()) {
    REPRO_ASSIGN(std::string newest, newest_campaign_file());
    report.files.push_back(std::move(newest));
  }
  REPRO_ASSIGN(const campaign::RecordedCampaign first, read_campaign(report.files.front()));
  std::vector<campaign::ArmPair> pairs;
  if (report.files.size() == 1) {
    REPRO_ASSIGN(pairs, campaign::select_pairs(first, settings.selection));
  } else {
    if (!settings.selection.names.empty()) {
      return fail(ErrorKind::usage,
                  fmt::format("two campaigns are compared arm by arm; '{}' is one name too many",
                              printable(settings.selection.names.front())));
    }
    REPRO_ASSIGN(const campaign::RecordedCampaign second, read_campaign(report.files.back()));
    REPRO_ASSIGN(pairs, campaign::match_campaigns(first, second, settings.selection));
    report.warnings = campaign::differing_conditions(first.summary, second.summary);
  }
  report.comparisons = campaign::compare_pairs(pairs, settings.options);
  return report;
}

}  // namespace

Result<int> compare_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_ASSIGN(Settings settings, read_settings(*options));
  REPRO_ASSIGN(ComparisonReport report, options->flag("table") ? compare_tables(*options, settings)
                                                               : compare_campaigns(*options, settings));
  report.confidence = settings.options.confidence;
  report.max_rate = settings.options.max_rate;
  report.power = *settings.options.power;
  if (options->flag("json")) {
    report::write_comparison_json(std::cout, report);
  } else {
    report::write_comparison_terminal(std::cout, report, output_style(invocation.environment));
  }
  const bool is_failed =
      std::any_of(report.comparisons.begin(), report.comparisons.end(), [&](const Comparison& comparison) {
        const auto& fails_on = settings.fails_on;
        return std::find(fails_on.begin(), fails_on.end(), comparison.verdict) != fails_on.end();
      });
  return is_failed ? kExitFailuresSeen : kExitOk;
}

}  // namespace repro::cli
