// One bug has many faces: a race under ThreadSanitizer, a use after free under AddressSanitizer, a SIGSEGV in
// the plain build, and half a dozen texts of glibc's heap checks wherever the broken heap is noticed first. A
// signature never crosses detectors, because what they see differs; this file says which signatures belong
// together, and why.
//
// From the surest to the weakest, each applied to what the surer ones have joined:
//   1  two races on one variable (a global, or a block of one allocation that they touch in a common place)
//   2  two memory errors with the same access site and, where both tell it, the same site of the free
//   3  a race whose two sides are the access and the free of a memory error
//   4  a lock-order inversion and a deadlock that hang at the same places
//   5  a race or a signal whose site is that of exactly one bug so far
//   6  checks of a broken heap (glibc's texts, signals inside the allocator) with the only memory error that
//   was seen
//      in the same variant or log; without one, with each other
//
// Rules 5 and 6 refuse when two bugs would do: joining either way would be a guess, and a bug that is split
// in two does less harm than two bugs in one row. The doubt is noted. Only sites of the subject's own code
// count: two bugs that end in memcpy or in a runtime have nothing in common. A site is compared by its two
// innermost frames; of one that has a single frame (a thread's function, main) also the line must be the
// same.

#include "harness/findings/bugs.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "harness/findings/sites.h"

namespace repro::findings {
namespace {

constexpr std::size_t kDepth = 3;
/// Frames that must be equal where both sites have as many.
constexpr std::size_t kCompared = 2;

/// How much a face tells of its bug; less is better.
enum class Rank : std::uint8_t { memory_error, race, lock_order, other, hang, signal, heap_check };

struct Place {
  Site site;
  int line = 0;  ///< of the innermost frame; 0 when unknown
};

/// What one candidate says, read once.
struct Face {
  Rank rank = Rank::other;
  std::vector<Place> accesses;  ///< where it went wrong: the access, both sides of a race, where threads wait
  std::optional<Place> freed;
  std::string variable;
};

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
    if (classify(frame, default_frame_rules()) == FrameClass::subject) return false;
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
  place.site = site_of(stack, kDepth, rules);
  if (place.site.basis != Site::Basis::named) return std::nullopt;
  const auto innermost = std::find_if(stack.frames.begin(), stack.frames.end(), [&](const Frame& frame) {
    return frame.is_symbolized() && signed_frame(frame) == place.site.frames.front();
  });
  if (innermost != stack.frames.end()) place.line = innermost->line;
  return place;
}

bool is_access(const Face& face, const Finding& finding, const Stack& stack) {
  if (face.rank == Rank::lock_order) {
    return stack.role == StackRole::mutex_acquired &&
           stack.heading.find("previously acquired") == std::string::npos;
  }
  if (face.rank == Rank::hang) return true;
  if (face.rank == Rank::signal || face.rank == Rank::heap_check) return &stack == &finding.stacks.front();
  return stack.role == StackRole::access ||
         (face.rank == Rank::race && stack.role == StackRole::previous_access);
}

Face face_of(const Finding& finding, const FrameRules& rules) {
  Face face;
  face.rank = rank_of(finding);
  for (const Stack& stack : finding.stacks) {
    if (!is_access(face, finding, stack)) continue;
    if (std::optional<Place> place = place_of(stack, rules)) face.accesses.push_back(*std::move(place));
  }
  const Stack* freed = first_with(finding, StackRole::freed);
  // ThreadSanitizer tells the free as the previous access of its use-after-free report.
  if (freed == nullptr && face.rank == Rank::memory_error)
    freed = first_with(finding, StackRole::previous_access);
  if (freed != nullptr) face.freed = place_of(*freed, rules);
  face.variable = face.rank == Rank::race ? racy_variable(finding, rules) : "";
  return face;
}

bool is_same_place(const Place& a, const Place& b) {
  const std::size_t depth = std::min({kCompared, a.site.frames.size(), b.site.frames.size()});
  if (!std::equal(a.site.frames.begin(), a.site.frames.begin() + static_cast<std::ptrdiff_t>(depth),
                  b.site.frames.begin()))
    return false;
  return depth >= kCompared || (a.line != 0 && a.line == b.line);
}

/// The first place of `a` that is one of `b`; null when they have none in common.
const Place* common_place(const Face& a, const Face& b) {
  for (const Place& place : a.accesses) {
    for (const Place& other : b.accesses) {
      if (is_same_place(place, other)) return &place;
    }
  }
  return nullptr;
}

class Grouper {
 public:
  Grouper(std::span<const BugCandidate> candidates, const SeenTogether& together, const FrameRules& rules)
      : candidates_(candidates),
        together_(together),
        parents_(candidates.size()),
        edges_(candidates.size()),
        notes_(candidates.size()) {
    std::iota(parents_.begin(), parents_.end(), 0U);
    faces_.reserve(candidates.size());
    for (const BugCandidate& candidate : candidates) faces_.push_back(face_of(*candidate.example, rules));
    for (std::size_t at = 0; at < faces_.size(); ++at) order_.push_back(at);
    std::sort(order_.begin(), order_.end(),
              [this](std::size_t a, std::size_t b) { return stands_before(a, b); });
    for (const std::size_t at : order_) {
      for (const Place& place : faces_[at].accesses) by_site_[place.site.frames.front()].push_back(at);
      if (faces_[at].freed) by_site_[faces_[at].freed->site.frames.front()].push_back(at);
    }
  }

  std::vector<Bug> group() {
    join_variables();
    join_pairs();
    for (const std::size_t at : order_) {
      if (faces_[at].rank == Rank::race || faces_[at].rank == Rank::signal) join_only_match(at);
    }
    join_heap_checks();
    return bugs();
  }

 private:
  std::size_t root(std::size_t at) const {
    while (parents_[at] != at) at = parents_[at];
    return at;
  }

  void join(std::size_t at, std::size_t to, std::string reason) {
    const std::size_t a = root(at);
    const std::size_t b = root(to);
    if (a == b) return;
    parents_[std::max(a, b)] = std::min(a, b);
    edges_[at].push_back({to, reason});
    edges_[to].push_back({at, std::move(reason)});
  }

  void join_variables() {
    std::map<std::string, std::vector<std::size_t>> by_variable;
    for (const std::size_t at : order_) {
      if (!faces_[at].variable.empty()) by_variable[faces_[at].variable].push_back(at);
    }
    for (const auto& [variable, races] : by_variable) {
      for (std::size_t i = 1; i < races.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          // A block of memory has many fields, a global mostly one meaning.
          const bool is_global = variable.starts_with("global ");
          if (is_global || common_place(faces_[races[i]], faces_[races[j]]) != nullptr) {
            join(races[i], races[j], fmt::format("both race on the {}", variable));
            break;
          }
        }
      }
    }
  }

  /// What tells more comes first; the same candidates always stand in the same order.
  [[nodiscard]] bool stands_before(std::size_t a, std::size_t b) const {
    return std::tie(faces_[a].rank, candidates_[a].signature->id) <
           std::tie(faces_[b].rank, candidates_[b].signature->id);
  }

  /// The candidates that have a place with the same innermost frame as one of `at`, in order.
  [[nodiscard]] std::vector<std::size_t> neighbours(std::size_t at) const {
    std::vector<std::size_t> found;
    const auto add = [&](const Place& place) {
      const auto known = by_site_.find(place.site.frames.front());
      if (known != by_site_.end()) found.insert(found.end(), known->second.begin(), known->second.end());
    };
    for (const Place& place : faces_[at].accesses) add(place);
    if (faces_[at].freed) add(*faces_[at].freed);
    std::sort(found.begin(), found.end(),
              [this](std::size_t a, std::size_t b) { return stands_before(a, b); });
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::erase(found, at);
    return found;
  }

  void join_pairs() {
    for (const std::size_t at : order_) {
      for (const std::size_t other : neighbours(at)) {
        if (std::string reason = reason_of_pair(faces_[at], faces_[other]); !reason.empty())
          join(at, other, std::move(reason));
      }
    }
  }

  /// Rules 2 to 4; "" when none of them holds. `first` is of the same rank as `second` or a surer one.
  static std::string reason_of_pair(const Face& first, const Face& second) {
    if (first.rank != Rank::memory_error && first.rank != Rank::lock_order) return {};
    if (first.rank == Rank::lock_order) {
      if (second.rank != Rank::hang || second.accesses.empty()) return {};
      const bool all_known =
          std::all_of(second.accesses.begin(), second.accesses.end(), [&](const Place& place) {
            return std::any_of(first.accesses.begin(), first.accesses.end(),
                               [&](const Place& acquired) { return is_same_place(acquired, place); });
          });
      return all_known ? "the threads hang where the locks are taken in two orders" : "";
    }
    const Place* access = common_place(first, second);
    if (access == nullptr) return {};
    if (second.rank == Rank::memory_error) {
      const bool is_other_free = first.freed && second.freed && !is_same_place(*first.freed, *second.freed);
      if (is_other_free) return {};
      return first.freed && second.freed
                 ? fmt::format("both in {}, freed in {}", access->site.title, first.freed->site.title)
                 : fmt::format("both in {}", access->site.title);
    }
    if (second.rank != Rank::race || !first.freed) return {};
    const bool has_free = std::any_of(second.accesses.begin(), second.accesses.end(),
                                      [&](const Place& side) { return is_same_place(side, *first.freed); });
    return has_free ? fmt::format("the race's sides are the access in {} and the free in {}",
                                  access->site.title, first.freed->site.title)
                    : "";
  }

  /// Rule 5.
  void join_only_match(std::size_t at) {
    std::map<std::size_t, std::pair<std::size_t, const Place*>> matches;  // root -> member, common place
    for (const std::size_t other : neighbours(at)) {
      const bool is_surer = faces_[other].rank < faces_[at].rank && faces_[other].rank != Rank::lock_order;
      if (!is_surer || root(other) == root(at)) continue;
      if (const Place* place = common_place(faces_[at], faces_[other]); place != nullptr)
        matches.try_emplace(root(other), other, place);
    }
    if (matches.size() == 1) {
      const auto& [other, place] = matches.begin()->second;
      join(at, other, fmt::format("both in {}", place->site.title));
    } else if (matches.size() > 1) {
      note_doubt(at, matches);
    }
  }

  void note_doubt(std::size_t at,
                  const std::map<std::size_t, std::pair<std::size_t, const Place*>>& matches) {
    std::string ids;
    for (const auto& [unused, match] : matches) {
      ids += fmt::format("{}{}", ids.empty() ? "" : " or ", candidates_[match.first].signature->id);
    }
    notes_[at].push_back(
        fmt::format("its site is that of several bugs, so it is counted with none: {}", ids));
  }

  /// Rule 6.
  void join_heap_checks() {
    std::vector<std::size_t> checks;
    std::vector<std::size_t> errors;
    for (const std::size_t at : order_) {
      if (faces_[at].rank == Rank::heap_check) checks.push_back(at);
      if (faces_[at].rank == Rank::memory_error) errors.push_back(at);
    }
    std::vector<std::size_t> unexplained;
    for (const std::size_t check : checks) {
      if (!join_memory_error(check, errors)) unexplained.push_back(check);
    }
    for (std::size_t i = 1; i < unexplained.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (!share_context(unexplained[i], unexplained[j])) continue;
        join(unexplained[i], unexplained[j],
             "a broken heap: which check notices it first is chance, and no memory-error report says what "
             "broke it");
        break;
      }
    }
  }

  [[nodiscard]] bool share_context(std::size_t a, std::size_t b) const {
    const std::set<std::string>& first = candidates_[a].contexts;
    const std::set<std::string>& second = candidates_[b].contexts;
    return std::any_of(first.begin(), first.end(),
                       [&](const std::string& name) { return second.contains(name); });
  }

  /// With the only memory error of the same runs or, where no run shows both, of the same context.
  bool join_memory_error(std::size_t check, const std::vector<std::size_t>& errors) {
    std::map<std::size_t, std::size_t> in_runs;     // root -> member
    std::map<std::size_t, std::size_t> in_context;  // likewise
    for (const std::size_t error : errors) {
      if (together_ && together_(check, error) > 0) in_runs.try_emplace(root(error), error);
      if (share_context(check, error)) in_context.try_emplace(root(error), error);
    }
    if (in_runs.size() == 1) {
      join(check, in_runs.begin()->second, "a broken heap: this memory error was reported in the same run");
    } else if (in_runs.empty() && in_context.size() == 1) {
      join(check, in_context.begin()->second,
           "a broken heap, noticed wherever it is checked next: this is the only memory error that was "
           "reported there");
    } else if (!in_context.empty()) {
      notes_[check].push_back(
          fmt::format("a broken heap, and {} memory errors that may have broken it: counted with none",
                      std::max(in_runs.size(), in_context.size())));
      return true;
    } else {
      return false;
    }
    return true;
  }

  /// Members of each bug from the one that tells most, every other one with its link.
  [[nodiscard]] std::vector<Bug> bugs() const {
    std::map<std::size_t, std::vector<std::size_t>> members;
    for (const std::size_t at : order_) members[root(at)].push_back(at);
    std::vector<std::pair<std::uint64_t, Bug>> weighed;
    for (auto& [unused, bug] : members) {
      std::stable_sort(bug.begin(), bug.end(), [&](std::size_t a, std::size_t b) {
        return faces_[a].rank != faces_[b].rank ? faces_[a].rank < faces_[b].rank
                                                : candidates_[a].weight > candidates_[b].weight;
      });
      std::uint64_t weight = 0;
      for (const std::size_t at : bug) weight += candidates_[at].weight;
      weighed.emplace_back(weight, describe(bug));
    }
    std::sort(weighed.begin(), weighed.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first
                                : a.second.signatures.front() < b.second.signatures.front();
    });
    std::vector<Bug> all;
    all.reserve(weighed.size());
    for (auto& [unused, bug] : weighed) all.push_back(std::move(bug));
    return all;
  }

  [[nodiscard]] Bug describe(const std::vector<std::size_t>& members) const {
    Bug bug;
    bug.title = candidates_[members.front()].signature->title;
    // The links form a tree; told from its first member outwards, each names one that was told before.
    std::vector<std::size_t> told{members.front()};
    for (std::size_t next = 0; next < told.size(); ++next) {
      for (const auto& [other, reason] : edges_[told[next]]) {
        if (std::find(told.begin(), told.end(), other) != told.end()) continue;
        bug.links.push_back(
            {candidates_[other].signature->id, candidates_[told[next]].signature->id, reason});
        told.push_back(other);
      }
    }
    for (const std::size_t at : members) {
      bug.signatures.push_back(candidates_[at].signature->id);
      bug.notes.insert(bug.notes.end(), notes_[at].begin(), notes_[at].end());
    }
    return bug;
  }

  struct Edge {
    std::size_t to;
    std::string reason;
  };

  std::span<const BugCandidate> candidates_;
  const SeenTogether& together_;
  std::vector<Face> faces_;
  std::vector<std::size_t> order_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_site_;
  std::vector<std::size_t> parents_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<std::vector<std::string>> notes_;
};

}  // namespace

std::vector<Bug> group_bugs(std::span<const BugCandidate> candidates, const SeenTogether& together,
                            const FrameRules& rules) {
  return Grouper(candidates, together, rules).group();
}

}  // namespace repro::findings
