// The strategies, in the form in which their authors' artifacts implement them:
//
// random   uniform over the threads that can run; at memory accesses with a probability that falls with the
//          length of the run, so that a hot loop does not only switch.
// pct:D    Burckhardt et al., A randomized scheduler with probabilistic guarantees of finding bugs (ASPLOS
//          2010): random priorities, and D-1 points in the run where the running thread falls below all.
//          The length of the run comes from earlier runs; without any it is drawn.
// pos      Yuan, Yang, Gu, Partial order aware concurrency sampling (CAV 2018): each pending operation has a
//          random priority; who just ran, and who races with what just ran, draws a new one.
// surw     Zhao et al., Selectively uniform concurrency testing (ASPLOS 2025): one shared address per run,
// and
//          the accesses to it interleaved uniformly by the counts of earlier runs; all else by priority.
// replay   the deviations of a plan, the baseline for everything else.
//
// All draw from one stream. The user's seed goes through two rounds of SplitMix64's finaliser: with the seed
// as the state itself, neighbouring seeds give shifted copies of one stream.

#include "harness/schedule/preload/controlled/strategy.h"

#include <cstdlib>

#include "harness/schedule/preload/controlled/profile.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/trace.h"

namespace repro::schedule::controlled {
namespace {

constexpr std::uint64_t kDefaultDepth = 3;
constexpr std::uint64_t kMaxDepth = 64;
/// A sleeping thread overtakes those that can run in one decision of so many.
constexpr std::uint64_t kEarlyWakeOneIn = 32;
/// Of the runs, so many in so many pass by such code. The others look everywhere: what earlier runs know is
/// what happened in them, and a new interleaving may share what they did not.
constexpr std::uint64_t kFocusedOf = 4;
constexpr std::uint64_t kFocusedRuns = 3;
/// A basic block stands for the atomic operations in it, which have no callback. Most blocks have none.
constexpr std::uint64_t kBlockOneIn = 8;
/// random: switches at memory accesses that a run should have, about.
constexpr std::uint64_t kMemorySwitches = 256;
/// surw: decisions for which others are held back for one thread to come to the address. The counts that it
/// was drawn by may be those of another path, and a thread that never comes there would starve them for good.
constexpr std::uint64_t kIntention = 5000;
/// pct: priorities of change points and of threads that yielded lie below all first ones.
constexpr std::uint64_t kFirstPriorities = std::uint64_t{1} << 63U;
constexpr std::uint64_t kChangePriorities = std::uint64_t{1} << 32U;

struct Strategy {
  StrategyKind kind;
  bool is_focused;  ///< passes by code that touches nothing shared, as far as earlier runs know
  std::uint64_t depth;
  std::uint64_t stream;
  // random
  std::uint64_t memory_one_in;  ///< 0: not known yet, falls with the length of the run
  // pct
  std::uint64_t change_points[kMaxDepth];
  std::uint64_t change_count;
  std::uint64_t changes_done;
  std::uint64_t next_demoted;
  // surw
  std::uint64_t chosen_address;
  std::uint32_t intended;      ///< thread + 1
  std::uint64_t intended_for;  ///< decisions since it was chosen
  // replay
  const Deviation* plan;
  std::uint32_t plan_size;
};

Strategy strategy{};

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t next_random() {
  strategy.stream += 0x9e3779b97f4a7c15U;
  return mix(strategy.stream);
}

bool one_in(std::uint64_t n) { return n <= 1 || random_below(n) == 0; }

const char* open_plan() {
  const char* const path = std::getenv(kPlanVariable);
  if (path == nullptr) return "replay needs REPRO_SCHEDULE_PLAN";
  PlanHeader header;
  if (raw::read_file(path, reinterpret_cast<char*>(&header), sizeof header) != sizeof header) {
    return "cannot read the plan";
  }
  if (header.magic != kPlanMagic || header.version != kProtocolVersion)
    return "the plan is of another version";
  if (header.deviations > kMaxDeviations) return "the plan is too long";
  const auto* const file = static_cast<const char*>(
      raw::map_file(path, sizeof header + header.deviations * sizeof(Deviation), false, g.plan_place));
  if (file == nullptr) return "cannot map the plan";
  strategy.plan = reinterpret_cast<const Deviation*>(file + sizeof header);
  strategy.plan_size = header.deviations;
  return nullptr;
}

/// Index of the next entry of `thread` from `from` on.
std::uint32_t find_plan_entry(std::uint32_t from, std::uint32_t thread) {
  while (from < strategy.plan_size && strategy.plan[from].thread != thread) ++from;
  return from;
}

void draw_change_points() {
  std::uint64_t length = profiled_chances();
  if (length == 0) length = std::uint64_t{16} << random_below(9);
  strategy.change_count = strategy.depth - 1;
  for (std::uint64_t i = 0; i < strategy.change_count; ++i) {
    strategy.change_points[i] = 1 + random_below(length);
    for (std::uint64_t k = i; k > 0 && strategy.change_points[k] < strategy.change_points[k - 1]; --k) {
      const std::uint64_t swapped = strategy.change_points[k];
      strategy.change_points[k] = strategy.change_points[k - 1];
      strategy.change_points[k - 1] = swapped;
    }
  }
}

Thread* highest(const Candidates& candidates) {
  Thread* best = nullptr;
  for (std::uint32_t i = 0; i < candidates.count; ++i) {
    Thread* const thread = candidates.threads[i];
    if (thread->is_held_back) continue;
    if (best == nullptr || thread->priority > best->priority) best = thread;
  }
  return best;
}

bool is_at_change_point() {
  return strategy.changes_done < strategy.change_count &&
         g.chances >= strategy.change_points[strategy.changes_done];
}

Thread* choose_pct(Thread& self, const Candidates& candidates) {
  while (is_at_change_point()) {
    ++strategy.changes_done;
    self.priority = kChangePriorities - strategy.changes_done;
  }
  return highest(candidates);
}

bool is_interesting(const Thread& thread) {
  return strategy.chosen_address != 0 && thread.address == strategy.chosen_address;
}

void release_held() {
  for (std::uint32_t i = 0; i < g.thread_count; ++i) g.threads[i].is_held_back = false;
  strategy.intended = 0;
  strategy.intended_for = 0;
}

std::uint32_t draw_intended(const Candidates& candidates) {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < candidates.count; ++i) {
    if (!candidates.threads[i]->is_held_back) total += candidates.threads[i]->weight + 1;
  }
  std::uint64_t left = random_below(total);
  for (std::uint32_t i = 0; i < candidates.count; ++i) {
    Thread& thread = *candidates.threads[i];
    if (thread.is_held_back) continue;
    if (left < thread.weight + 1) return thread.id + 1;
    left -= thread.weight + 1;
  }
  return 0;
}

Thread* choose_surw(Thread& self, const Candidates& candidates) {
  self.priority = next_random();
  if (strategy.intended != 0 && ++strategy.intended_for > kIntention) release_held();
  while (true) {
    Thread* const best = highest(candidates);
    if (best == nullptr) {
      release_held();
      return highest(candidates);
    }
    if (!is_interesting(*best)) return best;
    if (strategy.intended == 0) strategy.intended = draw_intended(candidates);
    if (strategy.intended == best->id + 1) {
      if (best->weight > 0) --best->weight;
      release_held();
      return best;
    }
    best->is_held_back = true;
  }
}

Thread* choose_by_plan(Thread& self, const Candidates& candidates, Thread* baseline, Thread* sleeper) {
  while (self.plan_next < strategy.plan_size && strategy.plan[self.plan_next].event < self.events) {
    self.plan_next = find_plan_entry(self.plan_next + 1, self.id);
  }
  if (self.plan_next >= strategy.plan_size || strategy.plan[self.plan_next].event != self.events)
    return baseline;
  const std::uint32_t target = strategy.plan[self.plan_next].next_thread;
  TraceHeader& header = g.trace->header;
  if (sleeper != nullptr && sleeper->id == target) {
    add(header.followed_plan_entries);
    return sleeper;
  }
  for (std::uint32_t i = 0; i < candidates.count; ++i) {
    if (candidates.threads[i]->id == target) {
      add(header.followed_plan_entries);
      return candidates.threads[i];
    }
  }
  add(header.ignored_plan_entries);
  return baseline;
}

}  // namespace

std::uint64_t random_below(std::uint64_t bound) {
  // Lemire's multiply-shift without the rejection: bounds are small, the bias is below 2^-40.
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(next_random()) * bound) >> 64U);
}

const char* configure_strategy(const char* specification, std::uint64_t seed) {
  strategy.stream = mix(mix(seed + 0x9e3779b97f4a7c15U) + 0x9e3779b97f4a7c15U);
  strategy.depth = kDefaultDepth;
  strategy.is_focused = random_below(kFocusedOf) < kFocusedRuns;
  strategy.next_demoted = kChangePriorities / 2;
  if (raw::equal(specification, "random")) {
    strategy.kind = StrategyKind::random;
    const std::uint64_t known = profiled_chances();
    strategy.memory_one_in = known == 0 ? 0 : 1 + known / kMemorySwitches;
  } else if (raw::equal(specification, "pct") || raw::starts_with(specification, "pct:")) {
    strategy.kind = StrategyKind::pct;
    if (specification[3] == ':' && (!raw::parse_number(specification + 4, strategy.depth) ||
                                    strategy.depth == 0 || strategy.depth > kMaxDepth)) {
      return "pct:D wants a depth from 1 to 64";
    }
    draw_change_points();
  } else if (raw::equal(specification, "pos")) {
    strategy.kind = StrategyKind::pos;
  } else if (raw::equal(specification, "surw")) {
    strategy.kind = StrategyKind::surw;
    strategy.chosen_address = draw_shared_address(next_random());
  } else if (raw::equal(specification, "replay")) {
    strategy.kind = StrategyKind::replay;
    return open_plan();
  } else {
    return "choose random, pct[:DEPTH], pos, surw or replay";
  }
  return nullptr;
}

StrategyKind strategy_kind() { return strategy.kind; }
std::uint64_t strategy_parameter() { return strategy.kind == StrategyKind::pct ? strategy.depth : 0; }

void strategy_forks() { strategy.stream = mix(strategy.stream + 1); }

void strategy_adds(Thread& thread, const Thread* parent) {
  thread.priority = next_random();
  switch (strategy.kind) {
    case StrategyKind::pct:
      thread.priority |= kFirstPriorities;
      break;
    case StrategyKind::surw: {
      thread.weight = profiled_accesses(strategy.chosen_address, thread.path_hash);
      if (parent == nullptr) break;
      Thread& maker = g.threads[parent->id];
      // The accesses that were the parent's to place, its children included, are now the child's in part.
      if (strategy.intended == maker.id + 1 && random_below(maker.weight + 1) < thread.weight) {
        strategy.intended = thread.id + 1;
      }
      maker.weight -= thread.weight < maker.weight ? thread.weight : maker.weight;
      break;
    }
    case StrategyKind::replay:
      thread.plan_next = find_plan_entry(0, thread.id);
      break;
    case StrategyKind::none:
    case StrategyKind::random:
    case StrategyKind::pos:
    case StrategyKind::guided:
    case StrategyKind::aim:
    case StrategyKind::noise:
      break;
  }
}

bool wants_memory_decision(const Thread& self, bool is_local) {
  if (strategy.kind != StrategyKind::replay) {
    if (is_local && strategy.is_focused) return false;
    if (self.operation == Operation::basic_block && !one_in(kBlockOneIn)) return false;
    ++g.chances;
  }
  switch (strategy.kind) {
    case StrategyKind::random: {
      if (strategy.memory_one_in != 0) return one_in(strategy.memory_one_in);
      // The first run of an arm: often at first, then ever more seldom.
      const std::uint64_t points = self.events;
      return one_in(points < kMemorySwitches ? 1 : (points / kMemorySwitches) * (points / kMemorySwitches));
    }
    case StrategyKind::pct:
      return is_at_change_point();
    case StrategyKind::pos:
    case StrategyKind::surw:
    case StrategyKind::guided:
    case StrategyKind::aim:
      return true;
    case StrategyKind::replay:
      return self.plan_next < strategy.plan_size && strategy.plan[self.plan_next].event <= self.events;
    case StrategyKind::none:
    case StrategyKind::noise:
      return false;
  }
  return false;
}

Thread* choose(Thread& self, const Candidates& candidates, Thread* baseline, Thread* sleeper) {
  if (strategy.kind == StrategyKind::replay) return choose_by_plan(self, candidates, baseline, sleeper);
  if (sleeper != nullptr && one_in(kEarlyWakeOneIn)) return sleeper;
  switch (strategy.kind) {
    case StrategyKind::random:
      return candidates.threads[random_below(candidates.count)];
    case StrategyKind::pct:
      return choose_pct(self, candidates);
    case StrategyKind::pos:
      self.priority = next_random();
      return highest(candidates);
    case StrategyKind::surw:
      return choose_surw(self, candidates);
    case StrategyKind::guided:
    case StrategyKind::aim:
    case StrategyKind::none:
    case StrategyKind::replay:
    case StrategyKind::noise:
      return baseline;
  }
  return baseline;
}

void strategy_executes(Thread& next) {
  if (next.address == 0) return;
  const bool is_memory =
      next.operation == Operation::memory_read || next.operation == Operation::memory_write;
  if (!is_memory) note_access(next, next.address, true, next.site);
  if (strategy.kind != StrategyKind::pos) return;
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    Thread& other = g.threads[i];
    if (&other == &next || other.state != ThreadState::parked || other.address != next.address) continue;
    if (other.is_write || next.is_write) other.priority = next_random();
  }
}

void strategy_demotes(Thread& self) {
  if (strategy.kind == StrategyKind::pct) self.priority = --strategy.next_demoted;
}

}  // namespace repro::schedule::controlled
