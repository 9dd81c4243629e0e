#include "harness/campaign/replay.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "harness/schedule/minimise.h"

namespace repro::campaign {
namespace {

std::uint64_t preemptions(const std::vector<ScheduleSwitch>& switches) {
  return static_cast<std::uint64_t>(std::count_if(
      switches.begin(), switches.end(), [](const ScheduleSwitch& change) { return change.is_preemptive; }));
}

schedule::Replay as_replay(const CompletedRun& run, bool is_alike) {
  schedule::Replay replay;
  replay.is_alike = is_alike;
  if (!run.record.schedule) return replay;
  replay.followed = run.record.schedule->switches;
  for (const ScheduleThread& thread : run.record.schedule->threads) {
    replay.thread_events.push_back(thread.events);
  }
  return replay;
}

/// The deviations of one run in the order in which they happened, each with its code and with the place where
/// the thread that ran instead was stopped in turn.
std::vector<ExplainedSwitch> explain(const ScheduleRecord& record) {
  hang::CodeLookup code;
  std::vector<ScheduleSwitch> ordered = record.switches;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const ScheduleSwitch& a, const ScheduleSwitch& b) { return a.step < b.step; });
  const auto place = [&](const CodeSite& site) { return telling_frame(frames_of(site, record, code)); };
  std::vector<ExplainedSwitch> explained;
  for (std::size_t at = 0; at < ordered.size(); ++at) {
    ExplainedSwitch one;
    one.change = ordered[at];
    one.stopped_at = place(one.change.site);
    one.stopped_code = hang::source_line(one.stopped_at.file, one.stopped_at.line);
    const bool is_stopped_in_turn =
        at + 1 < ordered.size() && ordered[at + 1].thread == one.change.next_thread;
    if (is_stopped_in_turn) {
      one.ran_until = place(ordered[at + 1].site);
      one.ran_until_code = hang::source_line(one.ran_until->file, one.ran_until->line);
    }
    explained.push_back(std::move(one));
  }
  return explained;
}

}  // namespace

Replayer::Replayer(const ExecutionPlan& plan, process::ProcessRunner& runner, const RunDetails& run)
    : recorded_(run),
      executor_(plan, runner, 0),
      method_(run.schedule && !run.schedule->threads.empty() && run.schedule->dropped_switches == 0
                  ? ReplayMethod::schedule
                  : ReplayMethod::seed) {
  const auto decisive = std::find_if(run.findings.begin(), run.findings.end(), [&](const Finding& finding) {
    return finding.implies == run.row.outcome;
  });
  if (decisive != run.findings.end()) signature_ = decisive->signature;
}

Result<std::optional<CompletedRun>> Replayer::again() {
  return run(method_ == ReplayMethod::schedule ? &recorded_.schedule->switches : nullptr);
}

Result<std::optional<CompletedRun>> Replayer::follow(const std::vector<ScheduleSwitch>& switches) {
  return run(&switches);
}

Result<std::optional<CompletedRun>> Replayer::run(const std::vector<ScheduleSwitch>* switches) {
  Assignment assignment;
  assignment.slot = recorded_.row.slot;
  assignment.timeout = recorded_.timeout;
  assignment.plan = switches;
  return executor_.run(assignment);
}

bool Replayer::is_alike(const CompletedRun& run) const {
  if (run.record.outcome != recorded_.row.outcome) return false;
  return signature_.empty() ||
         std::any_of(run.record.findings.begin(), run.record.findings.end(),
                     [&](const Finding& finding) { return finding.signature == signature_; });
}

Result<ReplayCounts> replay_times(Replayer& replayer, std::uint64_t times) {
  ReplayCounts counts;
  for (std::uint64_t time = 0; time < times; ++time) {
    REPRO_ASSIGN(const std::optional<CompletedRun> run, replayer.again());
    if (!run) {
      counts.is_interrupted = true;
      break;
    }
    counts.outcomes.add(run->record.outcome);
    if (replayer.is_alike(*run)) ++counts.alike;
    if (run->record.schedule && run->record.schedule->ignored_switches > 0) ++counts.unlike_plan;
  }
  return counts;
}

Result<std::optional<MinimisedSchedule>> minimise_run(Replayer& replayer, const RunDetails& run,
                                                      std::uint64_t most_replays) {
  if (replayer.method() != ReplayMethod::schedule) {
    return fail(
        ErrorKind::usage,
        fmt::format("run {} has no recorded schedule: only runs of a controlled schedule (random, pct, "
                    "pos, surw) can be minimised, and only where their logs are kept",
                    run.row.slot.index));
  }
  bool is_interrupted = false;
  const schedule::ReplayOnce once =
      [&](std::span<const ScheduleSwitch> switches) -> Result<schedule::Replay> {
    const std::vector<ScheduleSwitch> candidate(switches.begin(), switches.end());
    REPRO_ASSIGN(const std::optional<CompletedRun> replayed, replayer.follow(candidate));
    is_interrupted = !replayed;
    if (!replayed) return fail(ErrorKind::internal, "interrupted", ECANCELED);
    return as_replay(*replayed, replayer.is_alike(*replayed));
  };
  schedule::MinimiseOptions options;
  options.most_replays = most_replays;
  const Result<schedule::MinimisedSwitches> least = schedule::minimise(run.schedule->switches, once, options);
  if (is_interrupted) return std::optional<MinimisedSchedule>();
  if (!least) return Unexpected(Error(least.error()));
  if (!least->is_reproduced) {
    return fail(ErrorKind::usage, fmt::format("run {} does not fail in the same way when its schedule is "
                                              "followed, so there is nothing to minimise; see repro replay",
                                              run.row.slot.index));
  }
  // Once more, for the places: modules and objects are numbered by each run for itself.
  REPRO_ASSIGN(const std::optional<CompletedRun> last, replayer.follow(least->switches));
  if (!last) return std::optional<MinimisedSchedule>();
  MinimisedSchedule minimised;
  minimised.run_index = run.row.slot.index;
  minimised.signature = replayer.signature();
  minimised.switches_before = run.schedule->switches.size();
  minimised.preemptions_before = preemptions(run.schedule->switches);
  minimised.replays = least->replays + 1;
  minimised.is_minimal = least->is_minimal;
  if (last->record.schedule) minimised.switches = explain(*last->record.schedule);
  return std::optional(std::move(minimised));
}

}  // namespace repro::campaign
