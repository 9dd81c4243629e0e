// Search with a portfolio. No strategy finds every bug first (random walks win on queues, priorities on rare
// orders of two threads, uniform sampling on deep ones), so they take turns until one of them fails: that
// costs at most as many times the best one's runs as there are strategies, by construction. From the first
// failure on something is known, and the runs go where failures per second are (stats/allocation.h).
//
// Rates of runs given out like this are biased, so nothing is claimed about them; the confirmation on fresh
// seeds, interleaved with the untouched baseline, is a campaign of its own.

#include "harness/campaign/hunt.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/base/seed.h"
#include "harness/campaign/adaptive_timeout.h"
#include "harness/stats/allocation.h"

namespace repro::campaign {
namespace {

class Hunt {
 public:
  Hunt(const ExecutionPlan& plan, store::Store& store, const World& world, const HuntOptions& options,
       process::ProcessRunner& runner)
      : request_(*plan.request),
        store_(store),
        world_(world),
        options_(options),
        executor_(plan, runner, 0),
        random_(derive_seed(request_.seed, "hunt")),
        spent_(request_.arms.size(), nanoseconds(0)) {
    for (const Arm& arm : request_.arms) result_.arms.push_back({arm.key.schedule, {}, {}, 0});
  }

  Result<HuntResult> run() {
    started_ = world_.clock->monotonic();
    while (!is_over()) {
      REPRO_TRY(run_arm(next_arm()));
      if (result_.is_interrupted) break;
    }
    choose_best();
    world_.progress->finish();
    REPRO_TRY(close());
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is_over() const {
    if (world_.stop->level() > 0) return true;
    if (options_.duration && world_.clock->monotonic() - started_ >= *options_.duration) return true;
    if (result_.schedules >= options_.most_schedules) return true;
    return result_.first_failure_run && result_.schedules >= result_.schedules_to_failure + options_.explore;
  }

  /// The baseline comes first in each round of the strategies.
  [[nodiscard]] std::size_t next_arm() {
    const std::size_t strategies = result_.arms.size() - 1;
    if (result_.arms.front().counts.all() * strategies <= result_.schedules) return 0;
    std::vector<stats::Strategy> known;
    for (std::size_t arm = 1; arm <= strategies; ++arm) {
      const HuntedArm& one = result_.arms[arm];
      stats::Strategy strategy;
      strategy.runs.failures = one.counts.bad();
      // What says nothing must cost a turn all the same, or a strategy that cannot run would be chosen for
      // ever.
      strategy.runs.clean = one.counts.ok + one.counts.infra;
      strategy.seconds_per_run = std::max(one.seconds_per_run, 1e-6);
      known.push_back(strategy);
    }
    return 1 + stats::choose_strategy(known, random_);
  }

  Result<void> run_arm(std::size_t arm) {
    Assignment assignment;
    RunSlot& slot = assignment.slot;
    slot.index = next_index_++;
    slot.arm = static_cast<std::uint32_t>(arm);
    slot.arm_run = result_.arms[arm].counts.all();
    slot.seed = derive_seed(derive_seed(request_.seed, "run"), slot.index) >> 11;
    assignment.timeout = request_.timeout.value_or(adaptive_.timeout(request_.arms[arm].key.sanitizer));
    const nanoseconds before = world_.clock->monotonic();
    REPRO_ASSIGN(const std::optional<CompletedRun> completed, executor_.run(assignment));
    if (!completed) {
      result_.is_interrupted = true;
      return {};
    }
    const nanoseconds took = world_.clock->monotonic() - before;
    return take(arm, *completed, took);
  }

  Result<void> take(std::size_t arm, const CompletedRun& completed, nanoseconds took) {
    const RunRecord& record = completed.record;
    REPRO_TRY(store_.add_run(record, completed.signatures));
    HuntedArm& hunted = result_.arms[arm];
    hunted.counts.add(record.outcome);
    counts_.add(record.outcome);
    spent_[arm] += took;
    hunted.seconds_per_run =
        std::chrono::duration<double>(spent_[arm]).count() / static_cast<double>(hunted.counts.all());
    if (record.outcome == Outcome::ok)
      adaptive_.add_ok_run(request_.arms[arm].key.sanitizer, record.process.wall);
    const bool is_failure = record.outcome != Outcome::ok && record.outcome != Outcome::infra;
    if (is_failure && !hunted.first_failure) hunted.first_failure = record.slot.index;
    if (arm > 0) {
      ++result_.schedules;
      if (is_failure && !result_.first_failure_run) {
        result_.first_failure_run = record.slot.index;
        result_.schedules_to_failure = result_.schedules;
        world_.progress->note(fmt::format("'{}' failed after {} schedules: {}", hunted.schedule,
                                          result_.schedules, record.reason));
      }
    }
    if (!completed.note.empty()) world_.progress->note("warning: " + completed.note);
    world_.progress->run_finished(record, state());
    return {};
  }

  [[nodiscard]] ProgressState state() const {
    ProgressState state;
    state.counts = counts_;
    state.finished = counts_.all();
    state.elapsed = world_.clock->monotonic() - started_;
    return state;
  }

  /// Most failures per second, as far as this biased sample tells.
  void choose_best() {
    double best_pace = 0;
    for (std::size_t arm = 1; arm < result_.arms.size(); ++arm) {
      const HuntedArm& one = result_.arms[arm];
      if (one.counts.bad() == 0) continue;
      const double pace = (static_cast<double>(one.counts.bad()) + 0.5) /
                          (static_cast<double>(one.counts.counted()) + 20.5) /
                          std::max(one.seconds_per_run, 1e-6);
      if (pace <= best_pace) continue;
      best_pace = pace;
      result_.best = arm;
    }
  }

  Result<void> close() {
    const nanoseconds wall = world_.clock->monotonic() - started_;
    const bool is_interrupted = result_.is_interrupted || world_.stop->level() > 0;
    result_.is_interrupted = is_interrupted;
    if (is_interrupted) return store_.set_state(CampaignState::interrupted, "interrupted by the user", wall);
    const std::string note =
        result_.first_failure_run
            ? fmt::format("hunt: first failure after {} schedules", result_.schedules_to_failure)
            : fmt::format("hunt: no failure in {} schedules", result_.schedules);
    return store_.set_state(CampaignState::complete, note, wall);
  }

  const Request& request_;
  store::Store& store_;
  const World& world_;
  const HuntOptions& options_;
  Executor executor_;
  SplitMix64 random_;
  AdaptiveTimeout adaptive_;
  HuntResult result_;
  OutcomeCounts counts_;
  std::vector<nanoseconds> spent_;
  std::uint64_t next_index_ = 0;
  nanoseconds started_{0};
};

}  // namespace

Result<HuntResult> hunt(const ExecutionPlan& plan, store::Store& store, const World& world,
                        const HuntOptions& options) {
  REPRO_CHECK(plan.request->arms.size() >= 2);
  REPRO_ASSIGN(const std::unique_ptr<process::ProcessRunner> runner, world.make_runner());
  return Hunt(plan, store, world, options, *runner).run();
}

}  // namespace repro::campaign
