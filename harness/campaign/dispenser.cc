#include "harness/campaign/dispenser.h"

#include <utility>

#include "harness/campaign/stop_rule.h"

namespace repro::campaign {

Dispenser::Dispenser(const Request& request, std::vector<std::uint64_t> stored, const OutcomeCounts& counts)
    : request_(request), plan_(request), stored_(std::move(stored)), counts_(counts) {
  apply_stop_rule_locked();
}

std::optional<Assignment> Dispenser::next() {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return std::nullopt;
  while (next_stored_ < stored_.size() && stored_[next_stored_] == next_index_) {
    ++next_stored_;
    ++next_index_;
  }
  if (plan_.size() && next_index_ >= *plan_.size()) return std::nullopt;
  Assignment assignment;
  assignment.slot = plan_.slot(next_index_++);
  assignment.timeout = timeout_locked(request_.arms[assignment.slot.arm].key.sanitizer);
  return assignment;
}

void Dispenser::finished(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  counts_.add(outcome);
  apply_stop_rule_locked();
}

void Dispenser::apply_stop_rule_locked() {
  // Time is the campaign's thread to watch: with no time elapsed the rule looks at the counts alone.
  if (decide_stop(request_, {counts_, nanoseconds(0)})) is_stopped_ = true;
}

void Dispenser::stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
}

void Dispenser::learn(Sanitizer build, nanoseconds wall) {
  const std::lock_guard lock(mutex_);
  adaptive_.add_ok_run(build, wall);
}

nanoseconds Dispenser::timeout(Sanitizer build) const {
  const std::lock_guard lock(mutex_);
  return timeout_locked(build);
}

nanoseconds Dispenser::timeout_locked(Sanitizer build) const {
  return request_.timeout ? *request_.timeout : adaptive_.timeout(build);
}

std::optional<std::uint64_t> Dispenser::remaining() const {
  if (!plan_.size()) return std::nullopt;
  return *plan_.size() - std::min<std::uint64_t>(*plan_.size(), stored_.size());
}

}  // namespace repro::campaign
