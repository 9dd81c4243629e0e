#include "harness/campaign/find_bugs.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "harness/findings/bugs.h"

namespace repro::campaign {
namespace {

/// Beyond this many signatures of one run their pairs are not counted: only a flood has them.
constexpr std::size_t kMostTogether = 50;

using Positions = std::unordered_map<std::string, std::size_t>;
using Pair = std::pair<std::size_t, std::size_t>;

Pair ordered(std::size_t a, std::size_t b) { return {std::min(a, b), std::max(a, b)}; }

/// In how many runs two signatures were seen together.
Result<std::map<Pair, std::uint64_t>> count_pairs(const store::Store& store, const Positions& positions) {
  std::map<Pair, std::uint64_t> pairs;
  REPRO_TRY(store.for_each_run([&](const RunRow& run) {
    const std::size_t most = std::min(run.signatures.size(), kMostTogether);
    for (std::size_t i = 0; i < most; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const auto a = positions.find(run.signatures[i]);
        const auto b = positions.find(run.signatures[j]);
        if (a != positions.end() && b != positions.end()) ++pairs[ordered(a->second, b->second)];
      }
    }
  }));
  return pairs;
}

/// Runs of each bug: a run that shows several of its signatures is one.
Result<void> count_runs(const store::Store& store, std::vector<BugSummary>& bugs) {
  std::unordered_map<std::string, std::size_t> bug_of;
  for (std::size_t at = 0; at < bugs.size(); ++at) {
    for (const std::string& id : bugs[at].bug.signatures) bug_of[id] = at;
  }
  return store.for_each_run([&](const RunRow& run) {
    std::set<std::size_t> seen;
    for (const std::string& id : run.signatures) {
      const auto found = bug_of.find(id);
      if (found != bug_of.end()) seen.insert(found->second);
    }
    for (const std::size_t at : seen) {
      BugSummary& bug = bugs[at];
      if (bug.runs == 0) bug.first_run = run.slot.index;  // runs come in the order of their index
      ++bug.runs;
      ++bug.runs_by_arm[run.slot.arm];
    }
  });
}

}  // namespace

Result<std::vector<BugSummary>> find_bugs(const store::Store& store, const CampaignSummary& summary) {
  if (summary.signatures.empty()) return std::vector<BugSummary>();
  std::map<std::uint32_t, std::string> variants;
  for (const ArmSummary& arm : summary.arms) variants[arm.id] = arm.key.variant;
  Positions positions;
  std::vector<Finding> examples;
  for (const SignatureSummary& one : summary.signatures) {
    positions[one.signature.id] = examples.size();
    REPRO_ASSIGN(examples.emplace_back(), store.first_finding(one.signature.id));
  }
  std::vector<findings::BugCandidate> candidates;
  for (std::size_t at = 0; at < examples.size(); ++at) {
    const SignatureSummary& one = summary.signatures[at];
    findings::BugCandidate candidate{&one.signature, &examples[at], one.runs, {}};
    for (const auto& [arm, runs] : one.runs_by_arm) candidate.contexts.insert(variants[arm]);
    candidates.push_back(std::move(candidate));
  }
  REPRO_ASSIGN(const auto pairs, count_pairs(store, positions));
  const auto together = [&pairs](std::size_t a, std::size_t b) {
    const auto found = pairs.find(ordered(a, b));
    return found == pairs.end() ? 0 : found->second;
  };
  std::vector<BugSummary> bugs;
  for (Bug& bug : findings::group_bugs(candidates, together)) bugs.push_back({std::move(bug), 0, {}, 0});
  REPRO_TRY(count_runs(store, bugs));
  std::stable_sort(bugs.begin(), bugs.end(), [](const BugSummary& a, const BugSummary& b) {
    return a.runs != b.runs ? a.runs > b.runs : a.first_run < b.first_run;
  });
  return bugs;
}

}  // namespace repro::campaign
