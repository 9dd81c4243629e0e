// One bug has many faces: a race under ThreadSanitizer, a use after free under AddressSanitizer, a SIGSEGV in
// the plain build, and half a dozen texts of glibc's heap checks wherever the broken heap is noticed first. A
// signature never crosses detectors, because what they see differs; this file says which signatures belong
// together, and why.
//
// From the surest to the weakest, each applied to what the surer ones have joined:
//   1  two races on one variable (a global, or a block of one allocation that they touch in a common place)
//   2  two races with one destruction: an object that is destroyed in use races in each of its members
//   3  two memory errors with the same access site and, where both tell it, the same site of the free
//   4  a race whose two sides are the access and the free of a memory error
//   5  a lock-order inversion and a deadlock that hang at the same places
//   6  two reports of one detector and kind whose stacks differ as those of two compilers do: a function
//      inlined and left out, or folded with an identical one (faces.h); for races both sides, and no two
//      kinds of memory
//   7  a race on a heap block with the only race on a pointer that is written where the block is allocated: a
//      pointer published without synchronisation shows as races on all that it points to
//   8  a stack that ends early, for want of frame pointers, with the only bug that begins like it
//   9  a race or a signal whose site is that of exactly one bug so far
//  10  checks of a broken heap (glibc's texts, signals inside the allocator) with the only memory error that
//      was seen in the same variant or log; without one, with each other
//
// Rules 7 to 10 refuse when two bugs would do: joining either way would be a guess, and a bug that is split
// in two does less harm than two bugs in one row. For 9 and 10 the doubt is noted. Only sites of the
// subject's own code count: two bugs that end in memcpy or in a runtime have nothing in common. What the
// rules do to known faults is measured in reports/signatures.

#include "harness/findings/bugs.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "harness/findings/faces.h"

namespace repro::findings {
namespace {

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
      for (const std::string& site : sites_of(faces_[at])) by_site_[site].push_back(at);
    }
  }

  std::vector<Bug> group() {
    join_variables();
    join_destructions();
    join_pairs();
    join_publications();
    join_cut_stacks();
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

  /// Rule 2.
  void join_destructions() {
    std::map<std::string, std::vector<std::size_t>> by_destructor;
    for (const std::size_t at : order_) {
      const std::optional<Place>& destructor = faces_[at].destructor;
      if (!destructor) continue;
      std::vector<std::size_t>& known = by_destructor[destructor->path.front().text];
      const auto same = std::find_if(known.begin(), known.end(), [&](std::size_t other) {
        return is_same_place(*destructor, *faces_[other].destructor);
      });
      if (same != known.end()) {
        join(at, *same, fmt::format("both race with the destruction in {}", destructor->title));
      }
      known.push_back(at);
    }
  }

  /// Rule 7.
  void join_publications() {
    for (const std::size_t at : order_) {
      const std::optional<Place>& allocated = faces_[at].allocated;
      if (!allocated) continue;
      std::map<std::size_t, std::size_t> matches;  // root -> member
      for (const std::size_t other : order_) {
        const Face& pointer = faces_[other];
        if (pointer.allocated && is_same_place(*pointer.allocated, *allocated)) continue;
        const bool is_published = std::any_of(
            pointer.pointer_writes.begin(), pointer.pointer_writes.end(), [&](const Place& write) {
              return is_same_place(write, *allocated) && write.path[0].line == allocated->path[0].line;
            });
        if (is_published) matches.try_emplace(root(other), other);
      }
      if (matches.size() != 1) continue;
      join(at, matches.begin()->second,
           fmt::format("the block is allocated in {}, where the other race writes the pointer to it",
                       allocated->title));
    }
  }

  /// Rule 8.
  void join_cut_stacks() {
    for (const std::size_t at : order_) {
      std::map<std::size_t, std::size_t> matches;  // root -> member
      if (faces_[at].accesses.size() != 1) continue;
      for (const std::size_t other : neighbours(at)) {
        if (is_same_kind(at, other) && faces_[other].accesses.size() == 1 &&
            is_beginning_of(faces_[at].accesses[0], faces_[other].accesses[0]))
          matches.try_emplace(root(other), other);
      }
      if (matches.size() == 1) {
        join(at, matches.begin()->second,
             fmt::format("both in {}, and the stack of one ends there", faces_[at].accesses[0].title));
      }
    }
  }

  [[nodiscard]] bool is_same_kind(std::size_t a, std::size_t b) const {
    return candidates_[a].signature->source == candidates_[b].signature->source &&
           candidates_[a].signature->kind == candidates_[b].signature->kind;
  }

  /// What tells more comes first; the same candidates always stand in the same order.
  [[nodiscard]] bool stands_before(std::size_t a, std::size_t b) const {
    return std::tie(faces_[a].rank, candidates_[a].signature->id) <
           std::tie(faces_[b].rank, candidates_[b].signature->id);
  }

  /// What candidates must share to be compared: an innermost frame or, because that may be inlined or folded
  /// in one of them, its caller. main is no such caller: it would have everything compared with everything.
  static std::set<std::string> sites_of(const Face& face) {
    std::set<std::string> sites;
    const auto add = [&](const Place& place) {
      sites.insert(place.path[0].text);
      if (place.path.size() > 1 && !place.path[1].is_start) sites.insert(place.path[1].text);
    };
    for (const Place& place : face.accesses) add(place);
    if (face.freed) add(*face.freed);
    return sites;
  }

  /// The candidates that have a site in common with `at`, in order.
  [[nodiscard]] std::vector<std::size_t> neighbours(std::size_t at) const {
    std::vector<std::size_t> found;
    for (const std::string& site : sites_of(faces_[at])) {
      const auto known = by_site_.find(site);
      if (known != by_site_.end()) found.insert(found.end(), known->second.begin(), known->second.end());
    }
    std::sort(found.begin(), found.end(),
              [this](std::size_t a, std::size_t b) { return stands_before(a, b); });
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::erase(found, at);
    return found;
  }

  void join_pairs() {
    for (const std::size_t at : order_) {
      for (const std::size_t other : neighbours(at)) {
        std::string reason = reason_of_pair(faces_[at], faces_[other]);
        if (reason.empty() && is_same_kind(at, other)) reason = reason_of_kin(faces_[at], faces_[other]);
        if (!reason.empty()) join(at, other, std::move(reason));
      }
    }
  }

  /// Rules 3 to 5; "" when none of them holds. `first` is of the same rank as `second` or a surer one.
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
                 ? fmt::format("both in {}, freed in {}", access->title, first.freed->title)
                 : fmt::format("both in {}", access->title);
    }
    if (second.rank != Rank::race || !first.freed) return {};
    const bool has_free = std::any_of(second.accesses.begin(), second.accesses.end(),
                                      [&](const Place& side) { return is_same_place(side, *first.freed); });
    return has_free ? fmt::format("the race's sides are the access in {} and the free in {}", access->title,
                                  first.freed->title)
                    : "";
  }

  /// Rule 6; "" when they differ in more.
  static std::string reason_of_kin(const Face& first, const Face& second) {
    if (!have_same_accesses(first, second)) return {};
    if (!first.memory.empty() && !second.memory.empty() && first.memory != second.memory) return {};
    if (first.freed && second.freed && !is_same_place(*first.freed, *second.freed) &&
        !is_same_call(*first.freed, *second.freed))
      return {};
    if (first.rank == Rank::race)
      return fmt::format("the same two places, one of them {}", first.accesses[0].title);
    const bool is_call = is_same_call(first.accesses[0], second.accesses[0]);
    const bool may_join = first.rank == Rank::memory_error || first.rank == Rank::other;
    if (!is_call || !may_join) return {};
    if (first.accesses[0].title == second.accesses[0].title)
      return fmt::format("both in {}", first.accesses[0].title);
    return fmt::format("one call, which one compiler shows as {} and another as {}", first.accesses[0].title,
                       second.accesses[0].title);
  }

  /// Rule 9.
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
      join(at, other, fmt::format("both in {}", place->title));
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

  /// Rule 10.
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
