#include "harness/hang/verdict.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::hang {
namespace {

/// Share of the watched time from which a thread counts as busy; a poller that looks at a flag uses less.
constexpr double kBusyShare = 0.2;
constexpr std::size_t kNamedThreads = 6;

class Judge {
 public:
  explicit Judge(const Observation& seen) : seen_(seen) {
    for (std::size_t at = 0; at < seen.threads.size(); ++at) by_tid_[seen.threads[at].tid] = at;
  }

  Verdict decide() const {
    if (seen_.threads.empty()) return {"unknown", "nothing could be seen of it", {}};
    for (const auto rule : {&Judge::stopped, &Judge::deadlock, &Judge::orphaned_lock, &Judge::busy,
                            &Judge::polling, &Judge::waits_outside, &Judge::no_waker}) {
      if (std::optional<Verdict> verdict = (this->*rule)()) return *std::move(verdict);
    }
    return {"unknown", "no rule fits what its threads do", all()};
  }

 private:
  using Threads = std::vector<std::size_t>;

  [[nodiscard]] const ObservedThread& at(std::size_t index) const { return seen_.threads[index]; }

  template <class Condition>
  [[nodiscard]] Threads those(Condition condition) const {
    Threads found;
    for (std::size_t index = 0; index < seen_.threads.size(); ++index) {
      if (condition(at(index))) found.push_back(index);
    }
    return found;
  }
  [[nodiscard]] Threads all() const {
    return those([](const ObservedThread&) { return true; });
  }

  [[nodiscard]] std::string names(const Threads& threads) const {
    std::vector<std::string> words;
    for (const std::size_t index : threads) {
      if (words.size() == kNamedThreads) {
        words.push_back(fmt::format("{} more", threads.size() - kNamedThreads));
        break;
      }
      words.push_back(fmt::format("thread {}", at(index).tid));
    }
    return join(words, ", ");
  }

  [[nodiscard]] std::optional<Verdict> stopped() const {
    const Threads threads = those([](const ObservedThread& t) { return t.state == 'T' || t.state == 't'; });
    if (threads.size() != seen_.threads.size()) return std::nullopt;
    return Verdict{"stopped", "stopped (proved): every thread is stopped by a signal or a debugger", threads};
  }

  /// The thread that this one waits for, if it is one of the tree.
  [[nodiscard]] std::optional<std::size_t> next(std::size_t index) const {
    const ThreadWait& wait = at(index).wait;
    if (!wait.owner || wait.is_timed) return std::nullopt;
    const auto owner = by_tid_.find(*wait.owner);
    return owner == by_tid_.end() ? std::nullopt : std::optional(owner->second);
  }

  /// Every thread waits for at most one other, so a walk from each finds every cycle.
  [[nodiscard]] std::optional<Verdict> deadlock() const {
    for (std::size_t start = 0; start < seen_.threads.size(); ++start) {
      Threads path{start};
      for (std::optional<std::size_t> step = next(start); step; step = next(*step)) {
        const auto seen_before = std::find(path.begin(), path.end(), *step);
        if (seen_before != path.end()) return deadlock_of(Threads(seen_before, path.end()));
        path.push_back(*step);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] Verdict deadlock_of(Threads cycle) const {
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    if (cycle.size() == 1) {
      const std::string who = fmt::format("thread {}", at(cycle[0]).tid);
      const bool is_join = at(cycle[0]).wait.kind == WaitKind::join;
      return {"deadlock",
              fmt::format("deadlock (proved): {} waits for {}", who,
                          is_join ? "its own end" : "a mutex that it holds itself"),
              std::move(cycle)};
    }
    std::vector<std::string> steps;
    for (const std::size_t index : cycle) {
      steps.push_back(fmt::format("thread {} {}", at(index).tid, describe_wait(at(index))));
    }
    return {"deadlock", fmt::format("deadlock (proved): {}", join(steps, "; ")), std::move(cycle)};
  }

  [[nodiscard]] std::optional<Verdict> orphaned_lock() const {
    Threads threads = those([&](const ObservedThread& t) {
      return t.wait.kind == WaitKind::mutex && t.wait.owner && !by_tid_.contains(*t.wait.owner) &&
             !seen_.exists(*t.wait.owner);
    });
    if (threads.empty()) return std::nullopt;
    std::string summary =
        fmt::format("orphaned lock (proved): {} for a mutex whose owner, thread {}, is gone",
                    threads.size() == 1 ? names(threads) + " waits" : names(threads) + " wait",
                    *at(threads[0]).wait.owner);
    return Verdict{"orphaned-lock", std::move(summary), std::move(threads)};
  }

  [[nodiscard]] std::optional<Verdict> busy() const {
    const double least_ms = kBusyShare * static_cast<double>(seen_.watched.count());
    Threads threads =
        those([&](const ObservedThread& t) { return static_cast<double>(t.cpu_ms) >= least_ms; });
    if (threads.empty()) {
      // Many that share the processors may each stay below the share.
      std::uint64_t sum = 0;
      threads = those([&](const ObservedThread& t) { return t.cpu_ms > 0; });
      for (const std::size_t index : threads) sum += at(index).cpu_ms;
      if (static_cast<double>(sum) < least_ms || threads.empty()) return std::nullopt;
    }
    const bool gives_way =
        std::any_of(threads.begin(), threads.end(), [&](std::size_t index) { return at(index).is_yielding; });
    std::string name = "busy";
    std::string reading = "they work, or wait by spinning";
    if (threads.size() == 1) {
      name = "spin";
      reading = "it spins, or is only slow";
    } else if (gives_way) {
      name = "livelock";
      reading = "they give the processor to each other without end, or are only slow";
    }
    std::string summary = fmt::format("{} (a guess): {} {} processor time: {}; a longer --timeout tells",
                                      name, names(threads), threads.size() == 1 ? "uses" : "use", reading);
    return Verdict{std::move(name), std::move(summary), std::move(threads)};
  }

  [[nodiscard]] std::optional<Verdict> polling() const {
    Threads threads = those([](const ObservedThread& t) { return t.switches > 1; });
    if (threads.empty()) return std::nullopt;
    std::string summary =
        fmt::format("polling (likely): {} {} again and again and {} nothing to do", names(threads),
                    threads.size() == 1 ? "wakes up" : "wake up", threads.size() == 1 ? "finds" : "find");
    return Verdict{"polling", std::move(summary), all()};
  }

  [[nodiscard]] std::optional<Verdict> waits_outside() const {
    const Threads threads = those([](const ObservedThread& t) {
      return t.wait.kind == WaitKind::descriptor || t.wait.kind == WaitKind::timer ||
             t.wait.kind == WaitKind::signal || t.wait.kind == WaitKind::other || t.wait.is_timed;
    });
    if (threads.empty()) return std::nullopt;
    const ObservedThread& first = at(threads[0]);
    const std::string others =
        threads.size() == 1 ? "" : fmt::format("; {} more wait likewise", threads.size() - 1);
    return Verdict{"waits-outside",
                   fmt::format("waits for the outside (likely): thread {} {}{}", first.tid,
                               describe_wait(first), others),
                   all()};
  }

  [[nodiscard]] std::optional<Verdict> no_waker() const {
    const Threads threads = those([](const ObservedThread& t) {
      return t.wait.kind == WaitKind::futex || t.wait.kind == WaitKind::mutex ||
             t.wait.kind == WaitKind::join || t.wait.kind == WaitKind::child;
    });
    if (threads.size() != seen_.threads.size()) return std::nullopt;
    return Verdict{"no-waker",
                   fmt::format("no waker (likely a lost wake-up): {} wait{} for another without a limit, and "
                               "none is left to wake {}",
                               threads.size() == 1 ? "the only thread" : "all threads",
                               threads.size() == 1 ? "s" : "", threads.size() == 1 ? "it" : "them"),
                   all()};
  }

  const Observation& seen_;
  std::map<pid_t, std::size_t> by_tid_;
};

}  // namespace

Verdict decide(const Observation& observation) { return Judge(observation).decide(); }

std::string describe_wait(const ObservedThread& thread) {
  const ThreadWait& wait = thread.wait;
  const std::string limit = wait.is_timed ? ", for a limited time" : "";
  switch (wait.kind) {
    case WaitKind::none:
      return thread.state == 'R' ? "runs" : wait.call.empty() ? "is in no system call" : "is in " + wait.call;
    case WaitKind::mutex:
      return fmt::format("waits for the mutex {:#x} held by thread {}{}", wait.address,
                         wait.owner.value_or(0), limit);
    case WaitKind::join:
      return fmt::format("waits for the end of thread {}{}", wait.owner.value_or(0), limit);
    case WaitKind::futex:
      return fmt::format("waits for a wake-up at {:#x}{}", wait.address, limit);
    case WaitKind::child:
      return "waits for a child process";
    case WaitKind::descriptor:
      return wait.descriptor ? fmt::format("is in {} on descriptor {}{}", wait.call, *wait.descriptor, limit)
                             : fmt::format("is in {}{}", wait.call, limit);
    case WaitKind::timer:
      return fmt::format("sleeps in {}", wait.call);
    case WaitKind::signal:
      return fmt::format("waits for a signal in {}{}", wait.call, limit);
    case WaitKind::other:
      return fmt::format("is in {}{}", wait.call, limit);
  }
  return {};
}

}  // namespace repro::hang
