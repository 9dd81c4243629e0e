#include "harness/stats/outcome_process.h"

#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {

OutcomeProcess::OutcomeProcess(std::size_t outcomes) : counts_a_(outcomes), counts_b_(outcomes) {
  REPRO_CHECK(outcomes >= 2);
}

void OutcomeProcess::add_block(std::size_t outcome_a, std::size_t outcome_b) {
  REPRO_CHECK(outcome_a < counts_a_.size() && outcome_b < counts_b_.size());
  const double total = real(blocks_) + real(counts_a_.size()) / 2;
  const auto share = [&](const std::vector<std::uint64_t>& counts, std::size_t outcome) {
    return (real(counts[outcome]) + 0.5) / total;
  };
  const auto factor = [&](double own, double other) { return std::log(2 * own / (own + other)); };
  log_evidence_ += factor(share(counts_a_, outcome_a), share(counts_b_, outcome_a));
  log_evidence_ += factor(share(counts_b_, outcome_b), share(counts_a_, outcome_b));
  ++counts_a_[outcome_a];
  ++counts_b_[outcome_b];
  ++blocks_;
}

}  // namespace repro::stats
