#pragma once

// A memory that may reorder, small enough to try everything.
//
// Two threads, each a short list of operations. A thread may perform any of its operations that is not yet
// performed, as soon as those before it in the program that the rules keep in front of it are. To perform
// an operation is to act on the one memory that both see (multi-copy atomic, as ARMv8 and x86 are); only the
// order within a thread is relaxed. The explorer visits every state that can be reached that way and counts
// the complete executions, so that its answer is a proof about the model. It says nothing about how often a
// real machine does any of it, and no threads, clocks or random numbers take part.
//
// Rejected: real threads with a buffer between them and the memory. That draws a few executions of the
// many, and whether the bad one is among them is then a matter of luck that the machine has no part in.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seqlock_fence {

enum class Location : std::uint8_t { sequence, first_word, second_word };
inline constexpr std::size_t kLocations = 3;

enum class Action : std::uint8_t { load, store, fence };
/// As in C++; `acquire` of a load or fence, `release` of a store or fence.
enum class Order : std::uint8_t { relaxed, acquire, release };

struct Operation {
  Action action;
  Order order;
  Location location;   ///< not of a fence
  std::uint8_t value;  ///< of a store
};

using Program = std::vector<Operation>;

/// Which orders the hardware keeps that the program does not ask for.
enum class Machine : std::uint8_t {
  x86,   ///< all but a store before a later load of another location (Sewell et al., x86-TSO, CACM 2010)
  weak,  ///< none but those between operations on one location
};

/// Values that the loads of the second program gave, in the order of the program.
using Observation = std::vector<std::uint8_t>;

struct Exploration {
  std::uint64_t executions = 0;      ///< complete ones
  std::uint64_t bad = 0;             ///< of these, those whose observation is bad
  std::vector<std::string> witness;  ///< one bad execution, line by line
};

/// Tries all executions of `writer` beside `reader`, all locations being 0 at first. `is_bad` judges what the
/// reader has seen. At most 8 operations each.
[[nodiscard]] Exploration explore(const Program& writer, const Program& reader, Machine machine,
                                  bool (*is_bad)(const Observation&));

/// Whether `machine` or the program's own orders make operation `earlier` of `program` precede `later`.
[[nodiscard]] bool must_precede(const Program& program, std::size_t earlier, std::size_t later,
                                Machine machine);

}  // namespace seqlock_fence
