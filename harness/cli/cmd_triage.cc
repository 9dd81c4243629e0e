#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <limits>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/campaign/summarise.h"
#include "harness/campaign/symbolizer.h"
#include "harness/campaign/triage_diff.h"
#include "harness/campaign/triage_logs.h"
#include "harness/campaign/version.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/exports.h"
#include "harness/cli/options.h"
#include "harness/cli/suppress_files.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/report/triage.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"suppress", OptionKind::texts, "FILE", "What",
               "leave out what the rules in this file mean (repeatable; docs/triage.md)"},
    OptionSpec{"symbols", OptionKind::texts, "FOLDER", "What",
               "look here for the programs of frames without names (repeatable)"},
    OptionSpec{"debuginfod", OptionKind::flag, "", "What",
               "ask the servers of DEBUGINFOD_URLS for debugging information", Layering::flag_only},
    OptionSpec{"diff", OptionKind::flag, "", "What",
               "compare two campaigns, OLD.repro and NEW.repro: what is new, gone, more or less frequent",
               Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
    OptionSpec{"sarif", OptionKind::value, "FILE", "Form",
               "also write SARIF 2.1.0 for code-scanning services ('-' for standard output)",
               Layering::flag_only},
    OptionSpec{"exit-zero", OptionKind::flag, "", "Form", "exit 0 even when something was found"},
};

constexpr VerbSpec kVerb{
    "triage",
    "name and count the bugs in logs that exist already",
    "repro triage [FILE|FOLDER|-]... [options]",
    "Reads logs of any size (plain, .gz or .zst; a folder stands for all files below it; - or nothing at all "
    "for\n"
    "standard input), finds the reports of sanitizers, C and C++ libraries and runtimes in them, gives each "
    "the\n"
    "signature that repro run would give it, and prints one row per bug. Time stamps and job names in front "
    "of\n"
    "the lines do no harm.\n"
    "\n"
    "Exit codes: 0 nothing was found, 2 wrong request, or nothing was found and a log could not be read, 10\n"
    "something was found. With --diff: 10 when something is new or significantly more frequent.",
    "  repro triage build.log\n"
    "  repro triage ci-artefacts/ --sarif=repro.sarif\n"
    "  zcat nightly-*.log.gz | repro triage --json\n"
    "  repro triage --suppress=known.txt build.log.zst\n"
    "  repro triage --diff before.repro after.repro\n",
    "file",
    false,
    kOptions,
    std::numeric_limits<std::size_t>::max(),
};

Result<campaign::SymbolizerOptions> read_symbols(const ParsedOptions& options) {
  campaign::SymbolizerOptions symbols;
  symbols.trust = campaign::Trust::build_ids;
  symbols.folders = options.list("symbols");
  symbols.asks_servers = options.flag("debuginfod");
  for (const std::string& folder : symbols.folders) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
      return fail(ErrorKind::usage, fmt::format("{}: '{}' is no folder", options.origin("symbols"), folder));
    }
  }
  const bool has_servers =
      std::getenv("DEBUGINFOD_URLS") != nullptr;  // NOLINT(concurrency-mt-unsafe): read only
  if (symbols.asks_servers && !has_servers) {
    return fail(ErrorKind::usage, "--debuginfod: DEBUGINFOD_URLS names no server");
  }
  return symbols;
}

void add_symbol_warnings(const campaign::Symbolizer& symbolizer, std::vector<std::string>& warnings) {
  for (const std::string& module : symbolizer.mismatched()) {
    warnings.push_back(
        fmt::format("'{}': the file here has another build id than the log: its frames stay without "
                    "names; --symbols=FOLDER names the right one",
                    printable(module)));
  }
  if (symbolizer.left() > 0) {
    warnings.push_back(
        fmt::format("{} frames have a module and an offset and no name: the programs of these logs are "
                    "not here, or --symbols does not say where",
                    symbolizer.left()));
  }
}

Result<void> write_sarif(const std::string& path, const TriageReport& report) {
  return write_through_file(path, [&](std::ostream& out) -> Result<void> {
    report::write_triage_sarif(out, report, campaign::kToolVersion);
    return {};
  });
}

/// What was found counts more than what could not be read: a CI job waits for the one and looks at the other.
int exit_code_for(const TriageReport& report, bool exits_zero) {
  for (const UnreadableFile& one : report.unreadable) std::cerr << "repro: " << printable(one.why) << '\n';
  if (!report.signatures.empty() && !exits_zero) return kExitFailuresSeen;
  return report.unreadable.empty() ? kExitOk : kExitUsage;
}

Result<CampaignSummary> read_campaign(const std::string& file) {
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
  return campaign::summarise(store);
}

Result<int> diff_verb(const ParsedOptions& options, const Invocation& invocation) {
  for (const char* other : {"sarif", "suppress", "symbols", "debuginfod"}) {
    if (options.has(other)) return fail(ErrorKind::usage, fmt::format("--diff does not go with --{}", other));
  }
  if (options.positionals.size() != 2) {
    return fail(ErrorKind::usage, "--diff wants two campaign files: repro triage --diff OLD.repro NEW.repro");
  }
  REPRO_ASSIGN(const CampaignSummary older, read_campaign(options.positionals[0]));
  REPRO_ASSIGN(const CampaignSummary newer, read_campaign(options.positionals[1]));
  REPRO_ASSIGN(const TriageDiff diff, campaign::diff_campaigns(older, newer));
  if (options.flag("json")) {
    report::write_triage_diff_json(std::cout, diff);
  } else {
    report::write_triage_diff_terminal(std::cout, diff, output_style(invocation.environment));
  }
  const bool is_worse = std::any_of(diff.changes.begin(), diff.changes.end(), [](const SignatureChange& row) {
    return row.change == RateChange::appeared || row.change == RateChange::more;
  });
  return is_worse && !options.flag("exit-zero") ? kExitFailuresSeen : kExitOk;
}

}  // namespace

std::span<const OptionSpec> triage_options() { return kOptions; }

Result<int> triage_verb(const Invocation& invocation) {
  REPRO_ASSIGN(std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_TRY(add_layers(kVerb, invocation.environment, *options, project_options()));
  if (options->flag("diff")) return diff_verb(*options, invocation);
  const std::optional<std::string> sarif = options->value("sarif");
  if (sarif) REPRO_TRY(check_writable(options->origin("sarif"), *sarif));
  if (sarif == "-" && options->flag("json")) {
    return fail(ErrorKind::usage, "--json and --sarif=- both want standard output");
  }
  campaign::TriageOptions triage;
  triage.paths = options->positionals;
  if (triage.paths.empty()) triage.paths.emplace_back("-");
  REPRO_ASSIGN(triage.suppressions, read_suppressions(*options));
  REPRO_ASSIGN(campaign::SymbolizerOptions symbols, read_symbols(*options));
  campaign::Symbolizer symbolizer(std::move(symbols));
  triage.complete = [&symbolizer](Finding& finding) { symbolizer.complete(finding); };
  TriageReport report = campaign::triage_logs(triage);
  add_symbol_warnings(symbolizer, report.warnings);
  add_suppression_warnings(report.suppressions, report.warnings);
  if (options->flag("json")) {
    report::write_triage_json(std::cout, report);
  } else if (sarif != "-") {
    report::write_triage_terminal(std::cout, report, output_style(invocation.environment));
  }
  if (sarif) REPRO_TRY(write_sarif(*sarif, report));
  return exit_code_for(report, options->flag("exit-zero"));
}

}  // namespace repro::cli
