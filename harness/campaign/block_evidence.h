#pragma once

// The e-processes of a comparison, fed one block at a time: by `compare`, which replays a stored campaign,
// and by `run --until=decided`, which asks after every run whether to stop.

#include <array>
#include <cstddef>
#include <cstdint>

#include "harness/model/outcome.h"
#include "harness/stats/outcome_process.h"

namespace repro::campaign {

/// crash, hang, fail, ok: the outcomes of counted runs, in the order of the tables.
inline constexpr std::array<Outcome, 4> kCountedOutcomes{Outcome::crash, Outcome::hang, Outcome::fail,
                                                         Outcome::ok};

/// Evidence of two arms' blocks. What is told is the largest value so far: by Ville's inequality even that
/// reaches 1/a with probability at most a when nothing differs, so a decision once reached stands.
class BlockEvidence {
 public:
  /// One run of each arm; neither outcome is infra (checked).
  void add(Outcome a, Outcome b);

  [[nodiscard]] std::uint64_t blocks() const { return vectors_.blocks(); }
  /// ln of the evidence that the arms end differently at all: the mean of the processes over all outcomes and
  /// over good against bad.
  [[nodiscard]] double log_any_difference() const { return largest_gate_; }
  /// ln of the evidence that the four shares differ.
  [[nodiscard]] double log_vectors() const { return largest_vectors_; }
  /// ln of the evidence that the share of bad runs differs.
  [[nodiscard]] double log_any_bad() const { return largest_any_bad_; }
  /// ln of the evidence that the share of one outcome differs, in the order of kCountedOutcomes.
  [[nodiscard]] const std::array<double, 4>& log_outcomes() const { return largest_outcomes_; }

 private:
  stats::OutcomeProcess vectors_{4};
  stats::OutcomeProcess any_bad_{2};
  std::array<stats::OutcomeProcess, 4> outcomes_{stats::OutcomeProcess(2), stats::OutcomeProcess(2),
                                                 stats::OutcomeProcess(2), stats::OutcomeProcess(2)};
  double largest_gate_ = 0;
  double largest_vectors_ = 0;
  double largest_any_bad_ = 0;
  std::array<double, 4> largest_outcomes_{};
};

}  // namespace repro::campaign
