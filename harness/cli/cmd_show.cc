#include <array>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/campaign/run_schedule.h"
#include "harness/campaign/summarise.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
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

Result<void> show_signature(const store::Store& store, const CampaignSummary& summary, const std::string& id,
                            bool as_json, const report::TerminalStyle& style) {
  REPRO_ASSIGN(const SignatureSummary signature, store.signature(id));
  REPRO_ASSIGN(const Finding example, store.first_finding(signature.signature.id));
  if (as_json) {
    report::write_signature_json(std::cout, summary, signature, example);
  } else {
    report::write_signature_terminal(std::cout, summary, signature, example, style);
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
  std::string file = options->positional;
  if (file.empty()) {
    REPRO_ASSIGN(file, newest_campaign_file());
  }
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
  REPRO_ASSIGN(const CampaignSummary summary, campaign::summarise(store));
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
