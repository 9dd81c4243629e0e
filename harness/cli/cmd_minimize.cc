#include <array>
#include <chrono>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/campaign/summarise.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/recorded_run.h"
#include "harness/cli/signals.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verbs.h"
#include "harness/report/schedules.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::uint64_t kDefaultReplays = 200;
constexpr std::uint64_t kMostReplays = 1'000'000;

constexpr std::array kOptions{
    OptionSpec{"max-replays", OptionKind::value, "N", "How much", "stop after so many replays (default 200)",
               Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "minimize",
    "shrink a controlled schedule to the few switches that matter",
    "repro minimize [FILE] RUN [options]",
    "Replays a failing run of a controlled schedule with fewer and fewer of its switches, and keeps those\n"
    "without which the same signature does not come back (each step twice). What is left explains the bug: "
    "for\n"
    "each switch the line at which a thread was stopped, which thread ran instead, and until where. The "
    "result\n"
    "is stored in the campaign file and shown by repro show FILE --run=RUN --json.\n"
    "\n"
    "Exit codes: 0 minimal, 11 the replays ran out before that, 2 wrong request (also when the failure does\n"
    "not come back), 20 unfit machine, 21 unusable campaign file, 130 interrupted.",
    "  repro minimize repro-results/my_test.repro 17\n"
    "  repro minimize 17 --json\n",
    "run",
    false,
    kOptions,
    2,
};

/// Opening a campaign for writing marks it as running, so what it said before is said again.
Result<void> keep(const std::string& file, const MinimisedSchedule& minimised) {
  CampaignState state = CampaignState::complete;
  std::string note;
  {
    REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
    REPRO_ASSIGN(const CampaignSummary summary, campaign::summarise(store));
    state = summary.state;
    note = summary.state_note;
  }
  REPRO_ASSIGN(store::Store store, store::Store::open_for_append(file));
  REPRO_TRY(store.set_minimised(minimised));
  return store.set_state(state, note, std::chrono::nanoseconds(0));
}

}  // namespace

Result<int> minimize_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_ASSIGN(const std::optional<std::uint64_t> replays, options->number("max-replays"));
  if (replays && (*replays < 2 || *replays > kMostReplays)) {
    return fail(ErrorKind::usage, fmt::format("--max-replays: 2 to {} are possible", kMostReplays));
  }
  REPRO_ASSIGN(const std::unique_ptr<process::StopRequest> stop, process::StopRequest::create());
  const SignalScope signals(*stop);
  REPRO_ASSIGN(const std::unique_ptr<RecordedRun> run,
               RecordedRun::open(*options, invocation.environment, *stop));
  if (run->details().row.outcome == Outcome::ok) {
    return fail(ErrorKind::usage,
                fmt::format("run {} was ok: there is no failure to explain", run->details().row.slot.index));
  }
  REPRO_ASSIGN(std::optional<MinimisedSchedule> minimised,
               campaign::minimise_run(run->replayer(), run->details(), replays.value_or(kDefaultReplays)));
  if (!minimised) return signals.received() != 0 ? 128 + signals.received() : int{kExitInterrupted};
  minimised->title = run->title();
  if (options->flag("json")) {
    std::cout << nlohmann::ordered_json{{"schema", 1}, {"minimised", to_json(*minimised)}}.dump() << "\n";
  } else {
    report::write_minimised_terminal(std::cout, *minimised, output_style(invocation.environment));
  }
  REPRO_TRY(keep(run->file(), *minimised));
  return minimised->is_minimal ? kExitOk : kExitInconclusive;
}

}  // namespace repro::cli
