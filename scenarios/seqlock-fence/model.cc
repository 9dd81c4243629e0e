#include "scenarios/seqlock-fence/model.h"

#include <map>
#include <tuple>
#include <utility>

namespace seqlock_fence {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kReader = 1;

constexpr std::array<std::string_view, kLocations> kNames{"sequence", "word 0", "word 1"};

struct State {
  std::array<std::uint8_t, kThreads> performed{};  ///< a bit per operation
  std::array<std::uint8_t, kLocations> memory{};
  std::array<std::uint8_t, 8> seen{};  ///< by operation of the reader
  friend bool operator<(const State& left, const State& right) {
    return std::tie(left.performed, left.memory, left.seen) <
           std::tie(right.performed, right.memory, right.seen);
  }
};

struct Counts {
  std::uint64_t executions = 0;
  std::uint64_t bad = 0;
};

bool is_performed(std::uint8_t performed, std::size_t operation) {
  return ((performed >> operation) & 1U) != 0;
}

/// Depth first over the states; what is below a state is counted once, however often it is reached.
class Explorer {
 public:
  Explorer(const Program& writer, const Program& reader, Machine machine, bool (*is_bad)(const Observation&))
      : programs_{&writer, &reader}, machine_(machine), is_bad_(is_bad) {}

  Counts count(const State& state) {
    if (const auto known = counted_.find(state); known != counted_.end()) return known->second;
    Counts counts;
    bool is_complete = true;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      for (std::size_t operation = 0; operation < programs_[thread]->size(); ++operation) {
        if (is_performed(state.performed[thread], operation)) continue;
        is_complete = false;
        if (!may_perform(state, thread, operation)) continue;
        const Counts below = count(after(state, thread, operation));
        counts.executions += below.executions;
        counts.bad += below.bad;
      }
    }
    if (is_complete) counts = {1, is_bad_(observation(state)) ? 1U : 0U};
    counted_.emplace(state, counts);
    return counts;
  }

  /// One way from `state` to a bad end; only where count() has found one.
  std::vector<std::string> witness(State state) {
    std::vector<std::string> lines;
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      for (std::size_t thread = 0; thread < kThreads && !goes_on; ++thread) {
        for (std::size_t operation = 0; operation < programs_[thread]->size() && !goes_on; ++operation) {
          if (is_performed(state.performed[thread], operation)) continue;
          if (!may_perform(state, thread, operation)) continue;
          const State next = after(state, thread, operation);
          if (count(next).bad == 0) continue;
          lines.push_back(describe(next, thread, operation));
          state = next;
          goes_on = true;
        }
      }
    }
    return lines;
  }

 private:
  [[nodiscard]] bool may_perform(const State& state, std::size_t thread, std::size_t operation) const {
    for (std::size_t earlier = 0; earlier < operation; ++earlier) {
      if (!is_performed(state.performed[thread], earlier) &&
          must_precede(*programs_[thread], earlier, operation, machine_)) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] State after(State state, std::size_t thread, std::size_t operation) const {
    const Operation& done = (*programs_[thread])[operation];
    const auto location = static_cast<std::size_t>(done.location);
    state.performed[thread] = static_cast<std::uint8_t>(state.performed[thread] | (1U << operation));
    if (done.action == Action::store) state.memory[location] = done.value;
    if (done.action == Action::load && thread == kReader) state.seen[operation] = state.memory[location];
    return state;
  }

  [[nodiscard]] Observation observation(const State& state) const {
    Observation seen;
    for (std::size_t operation = 0; operation < programs_[kReader]->size(); ++operation) {
      if ((*programs_[kReader])[operation].action == Action::load) seen.push_back(state.seen[operation]);
    }
    return seen;
  }

  [[nodiscard]] std::string describe(const State& state, std::size_t thread, std::size_t operation) const {
    const Operation& done = (*programs_[thread])[operation];
    const std::string who = thread == kReader ? "reader " : "writer ";
    const std::string what(kNames.at(static_cast<std::size_t>(done.location)));
    switch (done.action) {
      case Action::load:
        return who + "reads " + what + ": " + std::to_string(state.seen.at(operation));
      case Action::store:
        return who + "sets " + what + " to " + std::to_string(done.value);
      case Action::fence:
        return who + "passes its fence";
    }
    return {};
  }

  std::array<const Program*, kThreads> programs_;
  Machine machine_;
  bool (*is_bad_)(const Observation&);
  std::map<State, Counts> counted_;
};

/// Orders that the program asks for, after [atomics.order] and [atomics.fences] of C++20.
bool is_ordered_by_program(const Operation& earlier, const Operation& later) {
  if (later.action == Action::store && later.order == Order::release) return true;
  if (earlier.action == Action::load && earlier.order == Order::acquire) return true;
  // A fence stands where it is for what it orders: before a release fence everything, behind it stores;
  // before an acquire fence loads, behind it everything.
  if (later.action == Action::fence) return later.order == Order::release || earlier.action == Action::load;
  if (earlier.action == Action::fence) {
    return earlier.order == Order::acquire || later.action == Action::store;
  }
  return false;
}

}  // namespace

bool must_precede(const Program& program, std::size_t earlier, std::size_t later, Machine machine) {
  const Operation& first = program[earlier];
  const Operation& second = program[later];
  const bool are_both_accesses = first.action != Action::fence && second.action != Action::fence;
  if (are_both_accesses && first.location == second.location) return true;
  if (is_ordered_by_program(first, second)) return true;
  switch (machine) {
    case Machine::x86:
      return !(first.action == Action::store && second.action == Action::load);
    case Machine::weak:
      return false;
  }
  return true;
}

Exploration explore(const Program& writer, const Program& reader, Machine machine,
                    bool (*is_bad)(const Observation&)) {
  Explorer explorer(writer, reader, machine, is_bad);
  const Counts counts = explorer.count(State{});
  Exploration result;
  result.executions = counts.executions;
  result.bad = counts.bad;
  if (counts.bad != 0) result.witness = explorer.witness(State{});
  return result;
}

}  // namespace seqlock_fence
