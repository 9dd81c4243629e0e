#include "harness/findings/faces.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace repro::findings {
namespace {

/// Frames that must be equal where both paths have as many.
constexpr std::size_t kCompared = 2;
/// How far out a destructor is looked for: what an object's members do at its end is a frame or two deep.
constexpr std::size_t kDestructorDepth = 3;
constexpr std::uint32_t kPointerBytes = sizeof(void*);

bool is_memory_detector(FindingSource source) {
  return source == FindingSource::address_sanitizer || source == FindingSource::memory_sanitizer ||
         source == FindingSource::thread_sanitizer;
}

/// Whether the process died inside the allocator: the heap was broken before.
bool died_in_allocator(const Finding& finding) {
  if (finding.stacks.empty()) return false;
  for (const Frame& frame : finding.stacks.front().frames) {
    const std::string_view name = frame.function;
    const bool is_allocator = name.find("malloc") != std::string_view::npos || name.starts_with("_int_") ||
                              name.find("free") == 0 || name.starts_with("__libc_free") ||
                              name.starts_with("unlink_chunk") || name.starts_with("tcache_");
    if (is_allocator) return true;
    if (is_of_subject(classify(frame, default_frame_rules()))) return false;
  }
  return false;
}

Rank rank_of(const Finding& finding) {
  if (finding.source == FindingSource::glibc) {
    const bool is_heap =
        finding.kind == "double-free" || finding.kind == "invalid-free" || finding.kind == "heap-corruption";
    return is_heap ? Rank::heap_check : Rank::other;
  }
  if (finding.source == FindingSource::signal || finding.source == FindingSource::ruby)
    return died_in_allocator(finding) ? Rank::heap_check : Rank::signal;
  if (finding.source == FindingSource::hang) return Rank::hang;
  if (finding.kind == "lock-order-inversion") return Rank::lock_order;
  if (is_memory_detector(finding.source) && finding.implies == Outcome::crash) return Rank::memory_error;
  return is_race(finding) ? Rank::race : Rank::other;
}

std::optional<Place> place_of(const Stack& stack, const FrameRules& rules) {
  Place place;
  place.path = code_path(stack, rules);
  if (place.path.empty()) return std::nullopt;
  place.title = place.path.front().title;
  place.is_cut_short = classify(stack.frames.back(), rules) == FrameClass::subject;
  return place;
}

bool is_access(const Face& face, const Finding& finding, const Stack& stack) {
  if (face.rank == Rank::lock_order) {
    return stack.role == StackRole::mutex_acquired &&
           stack.heading.find("previously acquired") == std::string::npos;
  }
  if (face.rank == Rank::hang) return true;
  if (face.rank == Rank::signal || face.rank == Rank::heap_check) return &stack == &finding.stacks.front();
  if (finding.source == FindingSource::leak_sanitizer) return stack.role == StackRole::allocated;
  return stack.role == StackRole::access ||
         (face.rank == Rank::race && stack.role == StackRole::previous_access);
}

bool is_destructor(const CodeStep& step) {
  const std::string_view name = step.text;
  return name.starts_with('~') || name.find("::~") != std::string_view::npos;
}

std::optional<Place> destruction_in(const Place& place) {
  const auto end =
      place.path.begin() + static_cast<std::ptrdiff_t>(std::min(place.path.size(), kDestructorDepth));
  const auto found = std::find_if(place.path.begin(), end, is_destructor);
  if (found == end) return std::nullopt;
  return Place{{found, place.path.end()}, found->title, place.is_cut_short};
}

std::optional<Place> place_with(const Finding& finding, StackRole role, const FrameRules& rules) {
  const Stack* stack = first_with(finding, role);
  return stack == nullptr ? std::nullopt : place_of(*stack, rules);
}

/// Whether the callers from `a` and `b` outwards are no different as far as one more frame tells.
bool agree_at(const Place& a, std::size_t at, const Place& b, std::size_t other) {
  return at >= a.path.size() || other >= b.path.size() || a.path[at].text == b.path[other].text;
}

bool is_inlined_form(const Place& whole, const Place& shorter) {
  if (whole.path.size() < 2) return false;
  const CodeStep& innermost = whole.path[0];
  const CodeStep& caller = whole.path[1];
  const CodeStep& seen = shorter.path[0];
  if (seen.text != caller.text || seen.line == 0 || !agree_at(whole, 2, shorter, 1)) return false;
  return seen.line == caller.line || (seen.line == innermost.line && seen.file == innermost.file);
}

bool is_folded_form(const Place& a, const Place& b) {
  if (a.path.size() < 2 || b.path.size() < 2) return false;
  return a.path[0].file == b.path[0].file && a.path[1].text == b.path[1].text && a.path[1].line != 0 &&
         a.path[1].line == b.path[1].line && agree_at(a, 2, b, 2);
}

bool has_each(const Face& a, const Face& b) {
  return std::all_of(a.accesses.begin(), a.accesses.end(), [&](const Place& place) {
    return std::any_of(b.accesses.begin(), b.accesses.end(), [&](const Place& other) {
      return is_same_place(place, other) || is_same_call(place, other);
    });
  });
}

}  // namespace

Face face_of(const Finding& finding, const FrameRules& rules) {
  Face face;
  face.rank = rank_of(finding);
  for (const Stack& stack : finding.stacks) {
    if (!is_access(face, finding, stack)) continue;
    std::optional<Place> place = place_of(stack, rules);
    if (!place) continue;
    if (face.rank == Rank::race) {
      const bool is_write = stack.access.find("write") != std::string::npos;
      if (is_write && stack.access_bytes == kPointerBytes) face.pointer_writes.push_back(*place);
      if (!face.destructor) face.destructor = destruction_in(*place);
    }
    face.accesses.push_back(*std::move(place));
  }
  face.freed = place_with(finding, StackRole::freed, rules);
  // ThreadSanitizer tells the free as the previous access of its use-after-free report.
  if (!face.freed && face.rank == Rank::memory_error)
    face.freed = place_with(finding, StackRole::previous_access, rules);
  if (face.rank == Rank::race) {
    face.allocated = place_with(finding, StackRole::allocated, rules);
    face.variable = racy_variable(finding, rules);
    face.memory = memory_kind(finding);
  }
  return face;
}

bool is_same_place(const Place& a, const Place& b) {
  const std::size_t depth = std::min({kCompared, a.path.size(), b.path.size()});
  bool has_closure = false;
  for (std::size_t at = 0; at < depth; ++at) {
    const CodeStep& step = a.path[at];
    if (step.text != b.path[at].text) return false;
    if (!step.is_closure || has_closure) continue;
    has_closure = true;
    const bool has_lines = step.line != 0 && b.path[at].line != 0;
    if (has_lines && step.line != b.path[at].line) return false;
  }
  return depth >= kCompared || (a.path[0].line != 0 && a.path[0].line == b.path[0].line);
}

bool is_same_call(const Place& a, const Place& b) {
  return is_inlined_form(a, b) || is_inlined_form(b, a) || is_folded_form(a, b);
}

bool is_beginning_of(const Place& cut, const Place& whole) {
  if (!cut.is_cut_short || cut.path.size() >= whole.path.size()) return false;
  if (cut.path[0].line == 0 || cut.path[0].line != whole.path[0].line) return false;
  return std::equal(cut.path.begin(), cut.path.end(), whole.path.begin(),
                    [](const CodeStep& a, const CodeStep& b) { return a.text == b.text; });
}

const Place* common_place(const Face& a, const Face& b) {
  for (const Place& place : a.accesses) {
    for (const Place& other : b.accesses) {
      if (is_same_place(place, other)) return &place;
    }
  }
  return nullptr;
}

bool have_same_accesses(const Face& a, const Face& b) {
  return !a.accesses.empty() && a.accesses.size() == b.accesses.size() && has_each(a, b) && has_each(b, a);
}

}  // namespace repro::findings
