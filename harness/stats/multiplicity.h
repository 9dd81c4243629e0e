#pragma once

// Several questions asked of the same runs: what each answer is worth then.

#include <span>
#include <vector>

namespace repro::stats {

/// p-values that may be compared with the level of the whole family, in the order of `p_values` (in [0, 1],
/// checked): the i-th smallest of k times k - i + 1, made monotone, at most 1. Valid under any dependence. S.
/// Holm: A simple sequentially rejective multiple test procedure. Scand. J. Stat. 6 (1979), 65-70.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

/// The same for e-values, given and returned as logarithms: the i-th largest of k divided by k - i + 1, made
/// monotone. 1/e is a p-value (Markov), so this is Holm's procedure on those. Infinities are allowed.
[[nodiscard]] std::vector<double> holm_log_e(std::span<const double> log_e_values);

}  // namespace repro::stats
