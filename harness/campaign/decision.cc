#include "harness/campaign/decision.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::campaign {

std::vector<std::pair<std::uint32_t, std::uint32_t>> compared_arms(const Request& request) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Arm& a : request.arms) {
    if (a.key.variant != request.arms.front().key.variant) continue;
    for (const Arm& b : request.arms) {
      const bool is_like = a.key.sanitizer == b.key.sanitizer && a.key.schedule == b.key.schedule;
      if (is_like && a.key.variant != b.key.variant) pairs.emplace_back(a.id, b.id);
    }
  }
  return pairs;
}

DecisionWatch::DecisionWatch(const Request& request) : waiting_(request.arms.size()) {
  if (!request.until) return;
  confidence_ = request.until->confidence;
  for (const auto& [a, b] : compared_arms(request)) {
    Pair& pair = pairs_.emplace_back();
    pair.a = a;
    pair.b = b;
    pair.data.label_a = request.arms[a].key.variant;
    pair.data.label_b = request.arms[b].key.variant;
    pair.data.rule = EvidenceRule::sequential;
  }
}

void DecisionWatch::add(const RunSlot& slot, Outcome outcome) {
  if (!confidence_ || decided_) return;
  waiting_[slot.arm][slot.arm_run] = outcome;
  for (Pair& pair : pairs_) advance(pair);
  decide();
}

/// Takes the blocks that are complete, up to the first that is not.
void DecisionWatch::advance(Pair& pair) {
  while (true) {
    const auto a = waiting_[pair.a].find(pair.next_block);
    const auto b = waiting_[pair.b].find(pair.next_block);
    if (a == waiting_[pair.a].end() || b == waiting_[pair.b].end()) return;
    ++pair.next_block;
    if (a->second == Outcome::infra || b->second == Outcome::infra) continue;
    pair.evidence.add(a->second, b->second);
    pair.data.blocks.push_back({a->second, b->second});
    pair.data.counts_a.add(a->second);
    pair.data.counts_b.add(b->second);
  }
}

void DecisionWatch::decide() {
  // No pair can have a verdict below this, and the look at all of them costs a walk over all blocks.
  const double least = -std::log(1 - *confidence_);
  const bool is_possible = std::all_of(pairs_.begin(), pairs_.end(), [&](const Pair& pair) {
    return pair.evidence.log_any_difference() >= least;
  });
  if (!is_possible || pairs_.empty()) return;
  std::vector<ArmPair> pairs;
  for (const Pair& pair : pairs_) pairs.push_back(pair.data);
  CompareOptions options;
  options.confidence = *confidence_;
  options.power.reset();
  std::vector<std::string> verdicts;
  for (const Comparison& comparison : compare_pairs(pairs, options)) {
    if (comparison.verdict == Verdict::no_evidence || comparison.verdict == Verdict::changed) return;
    verdicts.push_back(
        fmt::format("{} -> {} {}", comparison.a.label, comparison.b.label, to_string(comparison.verdict)));
  }
  decided_ = fmt::format("decided: {} (--until=decided)", join(verdicts, ", "));
}

}  // namespace repro::campaign
