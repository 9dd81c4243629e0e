// Three passes over the list of deviations, each of which keeps a list that fails alike:
//
//   ddmin          take away chunks, from halves down to single ones (A. Zeller, R. Hildebrandt: Simplifying
//   and
//                  isolating failure-inducing input. IEEE Trans. Softw. Eng. 28 (2002), 183-200)
//   postpone       a switch that stops a thread which could go on is replaced by one at that thread's end,
//   which
//                  is easier to understand: one thing after the other
//   one by one     take away each single one until none can go: 1-minimal
//
// Deviations are keyed by counters of their thread, so that taking one away does not shift those of others; a
// deviation whose target cannot run is ignored by the scheduler. What a replay really followed is therefore
// often shorter than what it was given, and is used from then on.
//
// The failure need not be monotone (a list may fail, a longer one not), and ddmin promises only a local
// minimum; that is why the last pass exists. A candidate must fail alike twice, because what a controlled run
// cannot control (input, other processes) may differ. Noise is not minimised this way: which delays matter is
// not monotone at all (R. Tzoref, S. Ur, E. Yom-Tov: Instrumenting where it hurts. ISSTA 2007).
//
// Measured on a prototype over nine programs: 4 to 20 switches shrank to 1 to 6, in at most 25 replays.

#include "harness/schedule/minimise.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace repro::schedule {
namespace {

using Switches = std::vector<ScheduleSwitch>;

Switches without(const Switches& all, std::size_t first, std::size_t count) {
  Switches rest(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first));
  rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + count)),
              all.end());
  return rest;
}

class Search {
 public:
  Search(Switches switches, const ReplayOnce& replay, const MinimiseOptions& options)
      : current_(std::move(switches)), replay_(replay), options_(options) {}

  Result<MinimisedSwitches> run() {
    MinimisedSwitches result;
    REPRO_ASSIGN(result.is_reproduced, take_if_alike(current_));
    if (result.is_reproduced) {
      REPRO_TRY(remove_chunks());
      REPRO_TRY(postpone());
      REPRO_ASSIGN(result.is_minimal, remove_singles());
    }
    result.switches = std::move(current_);
    result.replays = replays_;
    return result;
  }

 private:
  [[nodiscard]] bool is_spent() const { return replays_ + options_.times_alike > options_.most_replays; }

  Result<Replay> replay(const Switches& candidate) {
    ++replays_;
    return replay_(candidate);
  }

  /// Makes `candidate` the current list when it fails alike often enough. False also when no replay is left.
  Result<bool> take_if_alike(Switches candidate) {
    if (is_spent()) return false;
    Replay last;
    for (std::uint32_t time = 0; time < options_.times_alike; ++time) {
      REPRO_ASSIGN(last, replay(candidate));
      if (!last.is_alike) return false;
    }
    // The replay may have ignored some: what it followed is the same schedule in fewer words.
    const bool is_shorter = last.followed.size() < candidate.size();
    current_ = is_shorter ? std::move(last.followed) : describe(std::move(candidate), last.followed);
    return true;
  }

  /// The candidate with what the replay saw at each deviation, which is another thing than what the recorded
  /// run saw there.
  static Switches describe(Switches candidate, const Switches& followed) {
    for (ScheduleSwitch& change : candidate) {
      const auto seen = std::find_if(followed.begin(), followed.end(), [&](const ScheduleSwitch& one) {
        return one.thread == change.thread && one.event == change.event;
      });
      if (seen != followed.end()) change = *seen;
    }
    return candidate;
  }

  Result<void> remove_chunks() {
    std::size_t parts = 2;
    REPRO_TRY(take_if_alike({}));
    while (current_.size() >= 2 && !is_spent()) {
      const std::size_t size = (current_.size() + parts - 1) / parts;
      bool has_shrunk = false;
      for (std::size_t first = 0; first < current_.size() && !has_shrunk; first += size) {
        REPRO_ASSIGN(has_shrunk, take_if_alike(without(current_, first, size)));
      }
      if (has_shrunk) {
        parts = std::max<std::size_t>(parts - 1, 2);
      } else {
        if (size == 1) break;
        parts = std::min(parts * 2, current_.size());
      }
    }
    return {};
  }

  Result<void> postpone() {
    for (std::size_t at = 0; at < current_.size(); ++at) {
      if (!current_[at].is_preemptive || is_spent()) continue;
      // When the thread is not stopped there, how many decisions does it come to?
      REPRO_ASSIGN(const Replay undisturbed, replay(without(current_, at, 1)));
      const std::uint32_t thread = current_[at].thread;
      if (thread >= undisturbed.thread_events.size()) continue;
      Switches candidate = current_;
      candidate[at].event = undisturbed.thread_events[thread];
      candidate[at].is_preemptive = false;
      if (candidate[at].event <= current_[at].event) continue;
      REPRO_TRY(take_if_fewer_preemptions(std::move(candidate)));
    }
    return {};
  }

  Result<void> take_if_fewer_preemptions(Switches candidate) {
    const Switches before = current_;
    REPRO_ASSIGN(const bool is_taken, take_if_alike(std::move(candidate)));
    if (is_taken &&
        (count_preemptions(current_) >= count_preemptions(before) || current_.size() > before.size())) {
      current_ = before;
    }
    return {};
  }

  static std::ptrdiff_t count_preemptions(const Switches& switches) {
    return std::count_if(switches.begin(), switches.end(),
                         [](const ScheduleSwitch& change) { return change.is_preemptive; });
  }

  /// Whether the list is 1-minimal at the end.
  Result<bool> remove_singles() {
    for (std::size_t at = 0; at < current_.size();) {
      if (is_spent()) return false;
      REPRO_ASSIGN(const bool is_removed, take_if_alike(without(current_, at, 1)));
      at = is_removed ? 0 : at + 1;
    }
    return true;
  }

  Switches current_;
  const ReplayOnce& replay_;
  MinimiseOptions options_;
  std::uint64_t replays_ = 0;
};

}  // namespace

Result<MinimisedSwitches> minimise(std::vector<ScheduleSwitch> switches, const ReplayOnce& replay,
                                   const MinimiseOptions& options) {
  return Search(std::move(switches), replay, options).run();
}

}  // namespace repro::schedule
