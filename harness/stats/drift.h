#pragma once

// Does a sequence of runs look like independent runs with one rate? If not, its single interval means
// nothing.
//
// Two ways in which it may not: failures come earlier or later than the clean runs (a trend: the machine
// warms up, a disk fills), found by the rank-sum test of their positions; or they come in clusters (a noisy
// neighbour), found by the runs test. F. Wilcoxon: Individual comparisons by ranking methods. Biometrics
// Bull. 1 (1945), 80-83; A. Wald, J. Wolfowitz: On a test whether two samples are from the same population.
// Ann. Math. Stat. 11 (1940), 147-162.

#include <cstdint>
#include <vector>

namespace repro::stats {

/// Two-sided p-value of the rank sum of the failures' positions; exact by counting up to 60 runs, beyond that
/// normal with continuity correction. 1 without failures or without clean runs.
[[nodiscard]] double trend_p(const std::vector<bool>& failed);

/// P(as many or fewer changes between failing and clean, plus one, as `changes_of` the sequence has): small
/// when failures come in clusters. Exact at every length. 1 without failures or without clean runs.
[[nodiscard]] double clustering_p(const std::vector<bool>& failed);
/// The same for `runs` blocks of equal results among `failures` failing and `clean` clean runs, both above 0
/// (checked).
[[nodiscard]] double at_most_blocks_p(std::uint64_t failures, std::uint64_t clean, std::uint64_t blocks);

/// At most this chance, per sequence, that a drift is seen where there is none.
inline constexpr double kDriftLevel = 0.01;

struct DriftCheck {
  double trend_p = 1;
  double clustering_p = 1;
  double p_value = 1;  ///< the smaller of both after Holm
  [[nodiscard]] bool has_drift() const { return p_value < kDriftLevel; }
};

/// Both tests of one arm's runs in the order in which they were started.
[[nodiscard]] DriftCheck check_drift(const std::vector<bool>& failed);

}  // namespace repro::stats
