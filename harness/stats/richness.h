#pragma once

// How many bugs have not been seen yet, from how often each known one was: over failing runs, one signature
// each.
//
// I. J. Good: The population frequencies of species and the estimation of population parameters. Biometrika
// 40 (1953), 237-264; A. Chao: Nonparametric estimation of the number of classes in a population. Scand. J.
// Stat. 11 (1984), 265-270; A. Chao, L. Jost: Coverage-based rarefaction and extrapolation. Ecology 93
// (2012), 2533-2547. The answer depends on how finely signatures are cut, so a report that shows one says
// which signatures were counted.

#include <cstdint>
#include <span>

namespace repro::stats {

struct Richness {
  std::uint64_t seen = 0;      ///< signatures with a count above 0
  std::uint64_t failures = 0;  ///< sum of the counts
  double next_is_new = 0;      ///< Good-Turing: f1/n, probability that the next failure is a new one
  double chao1 = 0;            ///< S + (n-1)/n f1(f1-1)/(2(f2+1)), bias-corrected: "at least", a lower bound
  double chao1_classic = 0;    ///< S + (n-1)/n f1^2/(2 f2); as chao1 when no signature was seen twice
  double coverage = 1;         ///< Chao and Jost: share of all failures that known signatures make up
};

/// `counts`: failing runs of each signature. All zero, or empty: everything 0 and coverage 0.
[[nodiscard]] Richness estimate_richness(std::span<const std::uint64_t> counts);

/// Expected number of new signatures in `share` times as many further failures, by Good and Toulmin:
/// sum of (-1)^(k+1) share^k f_k. `share` in [0, 1] (checked): beyond it the sum swings without bound.
[[nodiscard]] double expected_new(std::span<const std::uint64_t> counts, double share);

}  // namespace repro::stats
