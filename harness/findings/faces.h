#pragma once

// What one finding says of its bug: where it went wrong, where the memory came from and went to. What
// findings/bugs.h compares.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/findings/frame_rules.h"
#include "harness/findings/sites.h"
#include "harness/model/finding.h"

namespace repro::findings {

/// How much a face tells of its bug; less is better.
enum class Rank : std::uint8_t { memory_error, race, lock_order, other, hang, signal, heap_check };

/// A stack as it is compared: never empty, only named frames of the subject.
struct Place {
  std::vector<CodeStep> path;  ///< innermost first
  std::string title;           ///< `lookup (callinfo.cc)`
  bool is_cut_short = false;   ///< it ends in the middle of the subject's code: the unwinder got no further
};

struct Face {
  Rank rank = Rank::other;
  std::vector<Place> accesses;  ///< where it went wrong: the access, both sides of a race, where threads wait
  std::optional<Place> freed;
  std::optional<Place> allocated;
  std::vector<Place> pointer_writes;  ///< sides of a race that write as many bytes as a pointer has
  std::optional<Place> destructor;    ///< of a race with a destruction: the path from the destructor outwards
  std::string variable;               ///< `racy_variable`
  std::string memory;                 ///< `memory_kind`
};

/// Reads a finding once. Linear in its frames.
[[nodiscard]] Face face_of(const Finding& finding, const FrameRules& rules);

/// Whether two stacks end at one place: the same two innermost functions in the same files. Where a path has
/// a single frame the line must be the same too, and so must that of the innermost closure: `operator()`
/// names none of the closures of a file.
[[nodiscard]] bool is_same_place(const Place& a, const Place& b);

/// Whether two stacks are one call that two compilers show in two ways: one of them has inlined the innermost
/// function and left it out (the rest is the same, and the line is that of the call or of the code inlined),
/// or has folded it with an identical one of the same file (the same line of the same caller calls it).
[[nodiscard]] bool is_same_call(const Place& a, const Place& b);

/// Whether `cut` is all that an unwinder without frame pointers saw of `whole`: it ends early, begins with
/// the same frames, and at the same line.
[[nodiscard]] bool is_beginning_of(const Place& cut, const Place& whole);

/// The first place of `a` that is one of `b`; null when they have none in common.
[[nodiscard]] const Place* common_place(const Face& a, const Face& b);

/// Whether the accesses of both are the same, each one of `a` being one of `b` and the reverse, places that
/// `is_same_call` holds of counting as the same.
[[nodiscard]] bool have_same_accesses(const Face& a, const Face& b);

}  // namespace repro::findings
