#include "harness/campaign/campaign.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/campaign/decision.h"
#include "harness/campaign/dispenser.h"
#include "harness/campaign/result_queue.h"
#include "harness/campaign/stop_rule.h"

namespace repro::campaign {
namespace {

/// How long the campaign's thread waits for a result before it looks at the clock and at the user.
constexpr std::chrono::milliseconds kTick(100);

/// One result of a worker: a run, nothing (interrupted), or the Error that ends the campaign.
using Delivery = Result<std::optional<CompletedRun>>;

/// The workers of one campaign. The destructor waits for them, so nothing outlives the loop.
class Workers {
 public:
  Workers(const ExecutionPlan& plan, Dispenser& dispenser,
          std::vector<std::unique_ptr<process::ProcessRunner>> runners)
      : runners_(std::move(runners)), queue_(4 * runners_.size(), runners_.size()) {
    for (std::uint32_t job = 0; job < runners_.size(); ++job) {
      threads_.emplace_back([this, &plan, &dispenser, job] { work(plan, dispenser, job); });
    }
  }

  [[nodiscard]] std::optional<Delivery> next(std::chrono::milliseconds patience) {
    return queue_.pop(patience);
  }
  [[nodiscard]] bool are_done() { return queue_.is_drained(); }
  [[nodiscard]] std::uint32_t active() const { return active_.load(std::memory_order_relaxed); }

 private:
  void work(const ExecutionPlan& plan, Dispenser& dispenser, std::uint32_t job) {
    Executor executor(plan, *runners_[job], job);
    while (const std::optional<Assignment> assignment = dispenser.next()) {
      active_.fetch_add(1, std::memory_order_relaxed);
      Delivery delivery = executor.run(*assignment);
      active_.fetch_sub(1, std::memory_order_relaxed);
      const bool is_last = !delivery || !*delivery;
      if (!is_last) dispenser.finished((*delivery)->record.outcome);
      queue_.push(std::move(delivery));
      if (is_last) break;
    }
    queue_.producer_finished();
  }

  std::vector<std::unique_ptr<process::ProcessRunner>> runners_;
  ResultQueue<Delivery> queue_;
  std::atomic<std::uint32_t> active_{0};
  std::vector<std::jthread> threads_;
};

/// The campaign's thread: takes results in the order in which they come and answers with one decision each.
class Loop {
 public:
  Loop(const ExecutionPlan& plan, store::Store& store, const World& world, OutcomeCounts earlier,
       Dispenser& dispenser, DecisionWatch& decision)
      : request_(*plan.request),
        store_(store),
        world_(world),
        dispenser_(dispenser),
        decision_watch_(decision),
        counts_(earlier) {}

  Result<void> run(Workers& workers) {
    started_ = world_.clock->monotonic();
    planned_ = dispenser_.remaining();
    while (!workers.are_done()) {
      std::optional<Delivery> delivery = workers.next(kTick);
      if (delivery) take(*std::move(delivery), workers.active());
      watch(workers.active());
    }
    world_.progress->finish();
    return close();
  }

 private:
  void take(Delivery delivery, std::uint32_t active) {
    if (!delivery) return give_up(std::move(delivery).error());
    if (!*delivery) return;
    const CompletedRun& completed = **delivery;
    const RunRecord& record = completed.record;
    if (is_broken_) return;
    if (Result<void> stored = store_.add_run(record, completed.signatures); !stored) {
      return give_up(std::move(stored).error());
    }
    ++finished_;
    counts_.add(record.outcome);
    decision_watch_.add(record.slot, record.outcome);
    if (record.outcome == Outcome::ok) {
      dispenser_.learn(request_.arms[record.slot.arm].key.sanitizer, record.process.wall);
    }
    if (!completed.note.empty()) world_.progress->note("warning: " + completed.note);
    world_.progress->run_finished(record, state(active));
  }

  /// What happens between results: time passes, the user may want to stop.
  void watch(std::uint32_t active) {
    world_.progress->tick(state(active));
    if (world_.stop->level() > 0 && !is_interrupted_) {
      is_interrupted_ = true;
      dispenser_.stop();
      world_.progress->note("interrupted: ending the runs in flight; once more ends them at once");
    }
    if (decision_ || is_interrupted_ || is_broken_) return;
    decision_ = decide_stop(request_, {counts_, world_.clock->monotonic() - started_});
    if (!decision_ && decision_watch_.decided()) {
      decision_ = StopDecision{StopKind::decided, *decision_watch_.decided()};
    }
    if (decision_) dispenser_.stop();
  }

  void give_up(Error error) {
    if (!is_broken_) error_ = std::move(error);
    is_broken_ = true;
    dispenser_.stop();
  }

  [[nodiscard]] ProgressState state(std::uint32_t active) const {
    ProgressState state;
    state.counts = counts_;
    state.finished = finished_;
    state.planned = planned_;
    state.active = active;
    state.elapsed = world_.clock->monotonic() - started_;
    if (planned_ && finished_ > 0) {
      const double per_run = static_cast<double>(state.elapsed.count()) / static_cast<double>(finished_);
      state.left = nanoseconds(static_cast<std::int64_t>(
          per_run * static_cast<double>(*planned_ - std::min(*planned_, finished_))));
    }
    if (request_.duration) {
      const nanoseconds until_end = std::max(nanoseconds(0), *request_.duration - state.elapsed);
      state.left = state.left ? std::min(*state.left, until_end) : until_end;
    }
    return state;
  }

  Result<void> close() {
    const nanoseconds wall = world_.clock->monotonic() - started_;
    const bool did_all = planned_ && finished_ == *planned_;
    Result<void> closed;
    if (is_broken_) {
      closed = store_.set_state(CampaignState::interrupted, error_.message, wall);
    } else if (decision_watch_.decided()) {
      closed = store_.set_state(CampaignState::complete, *decision_watch_.decided(), wall);
    } else if (did_all) {
      closed = store_.set_state(CampaignState::complete,
                                fmt::format("{} runs per arm", *request_.runs_per_arm), wall);
    } else if (is_interrupted_) {
      closed = store_.set_state(CampaignState::interrupted, "interrupted by the user", wall);
    } else {
      const bool is_time = decision_ && decision_->kind == StopKind::time_is_up && !request_.runs_per_arm;
      closed = store_.set_state(is_time ? CampaignState::complete : CampaignState::stopped_early,
                                decision_ ? decision_->note : "stopped", wall);
    }
    if (is_broken_) return Unexpected(std::move(error_));
    return closed;
  }

  const Request& request_;
  store::Store& store_;
  const World& world_;
  Dispenser& dispenser_;
  DecisionWatch& decision_watch_;
  OutcomeCounts counts_;
  std::uint64_t finished_ = 0;
  std::optional<std::uint64_t> planned_;
  nanoseconds started_{0};
  std::optional<StopDecision> decision_;
  bool is_interrupted_ = false;
  bool is_broken_ = false;
  Error error_;
};

/// What the earlier sessions of a resumed campaign left: which runs, how they ended, how long the ok ones
/// took.
struct Earlier {
  struct OkRun {
    Sanitizer build;
    nanoseconds wall;
  };
  std::vector<std::uint64_t> indexes;
  OutcomeCounts counts;
  std::vector<OkRun> ok_runs;
};

Result<Earlier> read_earlier(const Request& request, const store::Store& store, DecisionWatch& decision) {
  Earlier earlier;
  REPRO_TRY(store.for_each_run([&](const RunRow& row) {
    earlier.indexes.push_back(row.slot.index);
    earlier.counts.add(row.outcome);
    decision.add(row.slot, row.outcome);
    if (row.outcome == Outcome::ok) {
      earlier.ok_runs.push_back({request.arms[row.slot.arm].key.sanitizer, row.wall});
    }
  }));
  return earlier;
}

Result<std::vector<std::unique_ptr<process::ProcessRunner>>> make_runners(const World& world,
                                                                          std::uint64_t jobs) {
  std::vector<std::unique_ptr<process::ProcessRunner>> runners;
  for (std::uint64_t job = 0; job < jobs; ++job) {
    REPRO_ASSIGN(std::unique_ptr<process::ProcessRunner> runner, world.make_runner());
    runners.push_back(std::move(runner));
  }
  return runners;
}

}  // namespace

Result<void> run_campaign(const ExecutionPlan& plan, store::Store& store, const World& world) {
  DecisionWatch decision(*plan.request);
  REPRO_ASSIGN(Earlier earlier, read_earlier(*plan.request, store, decision));
  Dispenser dispenser(*plan.request, std::move(earlier.indexes), earlier.counts);
  if (decision.decided()) dispenser.stop();
  for (const Earlier::OkRun& run : earlier.ok_runs) dispenser.learn(run.build, run.wall);
  const std::uint64_t jobs =
      std::min<std::uint64_t>(plan.request->jobs, dispenser.remaining().value_or(plan.request->jobs));
  REPRO_ASSIGN(auto runners, make_runners(world, std::max<std::uint64_t>(jobs, 1)));
  Loop loop(plan, store, world, earlier.counts, dispenser, decision);
  Workers workers(plan, dispenser, std::move(runners));
  return loop.run(workers);
}

}  // namespace repro::campaign
