#include <array>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/find_bugs.h"
#include "harness/campaign/run_schedule.h"
#include "harness/campaign/summarise.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/suppress_files.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/findings/levels.h"
#include "harness/hang/code_lookup.h"
#include "harness/report/json.h"
#include "harness/report/schedules.h"
#include "harness/report/terminal.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"run", OptionKind::value, "N", "What", "one run: facts, findings, output",
               Layering::flag_only},
    OptionSpec{"signature", OptionKind::value, "ID", "What",
               "one bug: its frames, counts and one report (the id's first characters are enough)",
               Layering::flag_only},
    OptionSpec{
        "suppress", OptionKind::texts, "FILE", "What",
        "leave the bugs that the rules in this file mean out of the list (repeatable; docs/triage.md)"},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "show",
    "show a campaign, one of its runs, or one of its bugs",
    "repro show [FILE] [options]",
    "Shows what a campaign file holds; also while it is being written. Without FILE the newest campaign in\n"
    "repro-results.",
    "  repro show repro-results/shm-spinlock-20260101-120000.repro\n"
    "  repro show --run=17\n"
    "  repro show nightly.repro --signature=s2-3fa9 --json\n",
    "file",
    false,
    kOptions,
};

/// Takes suppressed signatures out of what is listed. What was counted stays counted: runs were judged when
/// they were done.
Result<void> suppress(const store::Store& store, std::vector<findings::Suppression> rules,
                      CampaignSummary& summary) {
  SuppressionTally tally(std::move(rules));
  std::vector<SignatureSummary> left;
  for (SignatureSummary& one : summary.signatures) {
    REPRO_ASSIGN(const Finding example, store.first_finding(one.signature.id));
    if (!tally.take(example, one.signature)) left.push_back(std::move(one));
  }
  summary.signatures = std::move(left);
  REPRO_ASSIGN(summary.bugs, campaign::find_bugs(store, summary));
  const std::vector<SuppressionUse> uses = tally.uses();
  for (const SuppressionUse& use : uses) {
    if (use.matches == 0) continue;
    summary.warnings.push_back(
        fmt::format("the rule '{}' ({}) hides {} {}; the counts of runs still have them", printable(use.rule),
                    printable(use.origin), use.matches, use.matches == 1 ? "signature" : "signatures"));
  }
  add_suppression_warnings(uses, summary.warnings);
  return {};
}

/// The schedule with the code that its places stand for on this machine.
void show_schedule(const ScheduleRecord& schedule, const report::TerminalStyle& style) {
  hang::CodeLookup code;
  report::write_schedule_terminal(
      std::cout, schedule,
      [&](const CodeSite& site) {
        return campaign::telling_frame(campaign::frames_of(site, schedule, code));
      },
      style);
}

Result<void> show_run(const store::Store& store, const CampaignSummary& summary, std::uint64_t index,
                      bool as_json, const report::TerminalStyle& style) {
  REPRO_ASSIGN(const RunDetails run, store.run(index));
  if (as_json) {
    report::write_run_json(std::cout, summary, run);
  } else {
    report::write_run_terminal(std::cout, summary, run, style);
    if (run.schedule) show_schedule(*run.schedule, style);
  }
  return {};
}

/// Compared with the most frequent signatures of its kind: clusters cost the cube of their number.
constexpr std::size_t kMostClustered = 300;

Result<SignatureLevels> levels_of(const store::Store& store, const CampaignSummary& summary,
                                  const Finding& example) {
  std::vector<Finding> examples{example};
  for (const SignatureSummary& one : summary.signatures) {
    const bool is_kin = one.signature.source == example.source && one.signature.kind == example.kind &&
                        one.signature.id != example.signature;
    if (!is_kin || examples.size() == kMostClustered) continue;
    REPRO_ASSIGN(examples.emplace_back(), store.first_finding(one.signature.id));
  }
  SignatureLevels levels;
  levels.exact = findings::exact_id(example);
  const std::vector<std::size_t> clusters = findings::clusters_of(examples);
  for (std::size_t at = 1; at < examples.size(); ++at) {
    if (clusters[at] == clusters[0]) levels.cluster.push_back(examples[at].signature);
  }
  return levels;
}

Result<void> show_signature(const store::Store& store, const CampaignSummary& summary, const std::string& id,
                            bool as_json, const report::TerminalStyle& style) {
  REPRO_ASSIGN(const SignatureSummary signature, store.signature(id));
  REPRO_ASSIGN(const Finding example, store.first_finding(signature.signature.id));
  REPRO_ASSIGN(const SignatureLevels levels, levels_of(store, summary, example));
  if (as_json) {
    report::write_signature_json(std::cout, summary, signature, example, levels);
  } else {
    report::write_signature_terminal(std::cout, summary, signature, example, style, levels);
  }
  return {};
}

Result<void> show_campaign(const store::Store& store, const CampaignSummary& summary, bool as_json,
                           const report::TerminalStyle& style) {
  if (as_json) {
    return report::write_json(std::cout, summary,
                              [&store](const auto& visit) { return store.for_each_run(visit); });
  }
  report::write_terminal(std::cout, summary, style);
  return {};
}

}  // namespace

Result<int> show_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  if (options->has("run") && options->has("signature")) {
    return fail(ErrorKind::usage, "either --run or --signature, not both");
  }
  REPRO_ASSIGN(const std::optional<std::uint64_t> run, options->number("run"));
  if (options->has("suppress") && (run || options->has("signature"))) {
    return fail(ErrorKind::usage,
                "--suppress is for the list of bugs: it does not go with --run or --signature");
  }
  REPRO_ASSIGN(std::vector<findings::Suppression> rules, read_suppressions(*options));
  std::string file = options->positional;
  if (file.empty()) {
    REPRO_ASSIGN(file, newest_campaign_file());
  }
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
  REPRO_ASSIGN(CampaignSummary summary, campaign::summarise(store));
  if (!rules.empty()) REPRO_TRY(suppress(store, std::move(rules), summary));
  const report::TerminalStyle style = output_style(invocation.environment);
  const bool as_json = options->flag("json");
  if (run) {
    REPRO_TRY(show_run(store, summary, *run, as_json, style));
  } else if (const std::optional<std::string> id = options->value("signature")) {
    REPRO_TRY(show_signature(store, summary, *id, as_json, style));
  } else {
    REPRO_TRY(show_campaign(store, summary, as_json, style));
  }
  return kExitOk;
}

}  // namespace repro::cli
