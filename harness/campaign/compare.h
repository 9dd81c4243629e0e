#pragma once

// The verdict on two arms: better, worse, traded, or not enough runs to say.
//
// A table of crashes alone flatters: 18/2/5/0 against 6/0/19/0 (crash/hang/fail/ok) is two thirds fewer
// crashes, and not one run more that ends well. So the verdict looks at all outcomes at once, and names what
// went where.
//
// Two questions carry the error rate: is the share of bad runs another one (`any bad`), and do runs end in
// other ways at all (the outcome vectors)? Holm over both, and over all comparisons of a report, keeps false
// verdicts - anything but "no evidence of change" for equal arms - at the level. Only where one of them says
// yes are single outcomes looked at, with Holm over the four (gatekeeping). Then, the first that applies:
//   1. fewer bad runs, no bad outcome higher: `better`, and `fixed` when the bound of the bad rate is low
//   enough;
//   2. more bad runs, no bad outcome lower: `worse`;
//   3. one bad outcome lower and another higher: `traded`;
//   4. else `changed`.
// Both directions of a rate share the level (two-sided tests): one-sided tests at 5 % each would call 1 in 10
// equal pairs better or worse.
//
// Where the number of runs was fixed beforehand the tests are Boschloo's (any bad), Fisher's (single
// outcomes) and Fisher-Freeman-Halton's (vectors). Where somebody may have looked and stopped, they are
// e-processes over blocks of one run of each arm, in order; the first gate is then the mean of both
// processes, which is one itself.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/model/comparison.h"
#include "harness/model/outcome.h"

namespace repro::campaign {

/// One run of each arm, started side by side. Neither is infra.
struct OutcomeBlock {
  Outcome a = Outcome::ok;
  Outcome b = Outcome::ok;
};

struct ArmPair {
  std::string label_a;
  OutcomeCounts counts_a;
  std::string label_b;
  OutcomeCounts counts_b;
  EvidenceRule rule = EvidenceRule::fixed_sample;
  std::vector<OutcomeBlock> blocks;   ///< in order of starting; the sequential rule uses these alone
  std::vector<std::string> warnings;  ///< handed on
};

struct CompareOptions {
  double confidence = 0.95;  ///< 1 - level; inside (0, 1) (checked)
  double max_rate = 0.01;    ///< for `fixed`
  /// For what would decide, and what could have been seen; absent: do not ask, which is the costly part.
  std::optional<double> power = 0.8;
};

/// Compares each pair, with one level for all of them together. Pure.
[[nodiscard]] std::vector<Comparison> compare_pairs(std::span<const ArmPair> pairs,
                                                    const CompareOptions& options);

}  // namespace repro::campaign
