#include "harness/campaign/block_evidence.h"

#include <algorithm>
#include <cmath>

#include "harness/base/check.h"

namespace repro::campaign {
namespace {

std::size_t position(Outcome outcome) {
  const auto* const found = std::find(kCountedOutcomes.begin(), kCountedOutcomes.end(), outcome);
  REPRO_CHECK(found != kCountedOutcomes.end());
  return static_cast<std::size_t>(found - kCountedOutcomes.begin());
}

std::size_t yes_or_no(bool yes) { return yes ? 0 : 1; }

/// ln((exp(x) + exp(y))/2).
double log_mean(double x, double y) {
  const double larger = std::max(x, y);
  return larger + std::log1p(std::exp(std::min(x, y) - larger)) - std::log(2.0);
}

}  // namespace

void BlockEvidence::add(Outcome a, Outcome b) {
  vectors_.add_block(position(a), position(b));
  any_bad_.add_block(yes_or_no(a != Outcome::ok), yes_or_no(b != Outcome::ok));
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    outcomes_[i].add_block(yes_or_no(position(a) == i), yes_or_no(position(b) == i));
    largest_outcomes_[i] = std::max(largest_outcomes_[i], outcomes_[i].log_evidence());
  }
  largest_vectors_ = std::max(largest_vectors_, vectors_.log_evidence());
  largest_any_bad_ = std::max(largest_any_bad_, any_bad_.log_evidence());
  largest_gate_ = std::max(largest_gate_, log_mean(vectors_.log_evidence(), any_bad_.log_evidence()));
}

}  // namespace repro::campaign
