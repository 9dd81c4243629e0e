#include <array>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/recorded_run.h"
#include "harness/cli/signals.h"
#include "harness/cli/verbs.h"
#include "harness/model/json.h"
#include "harness/stats/binomial_interval.h"

namespace repro::cli {
namespace {

constexpr std::uint64_t kDefaultTimes = 20;
constexpr std::uint64_t kMostTimes = 1'000'000;

constexpr std::array kOptions{
    OptionSpec{"times", OptionKind::value, "N", "How much", "how often to run it again (default 20)",
               Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "replay",
    "run a recorded run again and say how often the same failure came back",
    "repro replay [FILE] RUN [options]",
    "Runs one run of a campaign again: the same arm, environment and seed. A run of a controlled schedule\n"
    "(--schedule=random, pct, pos, surw) follows the switches that were recorded, so the "
    "interleaving\n"
    "is the same. For any other run only the seed is: the system's timing does not replay, and how often "
    "the\n"
    "failure comes back is its rate under these conditions.\n"
    "\n"
    "A replay is alike when it has the signature that decided the outcome of the recorded run.\n"
    "\n"
    "Exit codes: 0 every replay was alike, 10 none was, 11 some were, 2 wrong request, 20 unfit machine,\n"
    "21 unusable campaign file, 130 interrupted.",
    "  repro replay repro-results/my_test.repro 17 --times=100\n"
    "  repro replay 17\n",
    "run",
    false,
    kOptions,
    2,
};

std::string how(const RecordedRun& run, campaign::ReplayMethod method) {
  switch (method) {
    case campaign::ReplayMethod::schedule:
      return fmt::format("followed its recorded schedule ({} switches)",
                         run.details().schedule->switches.size());
    case campaign::ReplayMethod::seed:
      break;
  }
  return fmt::format("schedule '{}': the same seed, but the system's timing does not replay",
                     run.arm().key.schedule);
}

void print_text(const RecordedRun& run, const campaign::Replayer& replayer,
                const campaign::ReplayCounts& counts) {
  const std::uint64_t all = counts.outcomes.all();
  std::cout << fmt::format("run {} of {}: {}: {}\n", run.details().row.slot.index, run.file(),
                           to_string(run.details().row.outcome), printable(run.details().row.reason));
  std::cout << how(run, replayer.method()) << "\n";
  if (all == 0) return;
  const std::string what = replayer.signature().empty() ? "the same outcome" : replayer.signature();
  const auto interval = stats::clopper_pearson(counts.alike, all);
  std::cout << fmt::format("{} of {} replays ended in {}", counts.alike, all, what);
  if (interval)
    std::cout << fmt::format(" (95 %: {:.1f} % to {:.1f} %)", 100 * interval->low, 100 * interval->high);
  std::cout << fmt::format("\ncrash {}, hang {}, fail {}, ok {}, infra {}\n", counts.outcomes.crash,
                           counts.outcomes.hang, counts.outcomes.fail, counts.outcomes.ok,
                           counts.outcomes.infra);
  if (counts.unlike_plan > 0) {
    std::cout << fmt::format(
        "{} replays could not follow every recorded switch: the program did something else "
        "before (input, time, other processes?)\n",
        counts.unlike_plan);
  }
}

void print_json(const RecordedRun& run, const campaign::Replayer& replayer,
                const campaign::ReplayCounts& counts) {
  const nlohmann::ordered_json replay{
      {"file", to_valid_utf8(run.file())},
      {"run", run.details().row.slot.index},
      {"schedule", run.arm().key.schedule},
      {"method", replayer.method() == campaign::ReplayMethod::schedule ? "schedule" : "seed"},
      {"signature", replayer.signature()},
      {"times", counts.outcomes.all()},
      {"alike", counts.alike},
      {"unlike_plan", counts.unlike_plan},
      {"crash", counts.outcomes.crash},
      {"hang", counts.outcomes.hang},
      {"fail", counts.outcomes.fail},
      {"ok", counts.outcomes.ok},
      {"infra", counts.outcomes.infra}};
  std::cout << nlohmann::ordered_json{{"schema", 1}, {"replay", replay}}.dump() << "\n";
}

}  // namespace

Result<int> replay_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  REPRO_ASSIGN(const std::optional<std::uint64_t> times, options->number("times"));
  if (times && (*times == 0 || *times > kMostTimes)) {
    return fail(ErrorKind::usage, fmt::format("--times: 1 to {} are possible", kMostTimes));
  }
  REPRO_ASSIGN(const std::unique_ptr<process::StopRequest> stop, process::StopRequest::create());
  const SignalScope signals(*stop);
  REPRO_ASSIGN(const std::unique_ptr<RecordedRun> run,
               RecordedRun::open(*options, invocation.environment, *stop));
  campaign::Replayer& replayer = run->replayer();
  REPRO_ASSIGN(const campaign::ReplayCounts counts,
               campaign::replay_times(replayer, times.value_or(kDefaultTimes)));
  if (options->flag("json")) {
    print_json(*run, replayer, counts);
  } else {
    print_text(*run, replayer, counts);
  }
  if (signals.received() != 0) return 128 + signals.received();
  if (counts.alike == counts.outcomes.all()) return kExitOk;
  return counts.alike == 0 ? kExitFailuresSeen : kExitInconclusive;
}

}  // namespace repro::cli
