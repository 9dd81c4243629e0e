#pragma once

// Before the first run: how many are needed, and what a budget can show.
//
// Power of Fisher's exact test by enumeration: all pairs of results, weighted by their probability. Fisher
// and not Boschloo, which decides, because its rejection region costs a thousandth; Boschloo never rejects
// less, so the number is never too small, by about a tenth too large. Beyond kMostExactRuns per side the
// formula of Casagrande, Pike and Smith stands in (Biometrics 34 (1978), 483-486), which agrees with the
// enumeration to 3 % there.

#include <cstdint>
#include <optional>

namespace repro::stats {

/// Level of the tests that are planned.
inline constexpr double kLevel5Percent = 0.05;
/// Runs per side up to which numbers are enumerated.
inline constexpr std::uint64_t kMostExactRuns = 500;

struct TwoTrueRates {
  double a = 0;  ///< in [0, 1]
  double b = 0;  ///< in [0, 1]
};

/// Probability that Fisher's two-sided test at `level` finds the difference with `runs` runs per side, by
/// enumeration. O(runs^2).
[[nodiscard]] double fisher_power(std::uint64_t runs, const TwoTrueRates& rates,
                                  double level = kLevel5Percent);

struct RunsPerSide {
  std::uint64_t runs = 0;
  bool is_exact = true;  ///< else from the approximate formula
};

/// The smallest number of runs per side with which the power reaches `power` in (0, 1). Nothing when the
/// rates are equal: no number shows a difference that is not there.
[[nodiscard]] std::optional<RunsPerSide> runs_for_power(const TwoTrueRates& rates, double power,
                                                        double level = kLevel5Percent);

/// The rates nearest to `base` that `runs` runs per side tell from it with `power`; absent where not even 0
/// or 1 is far enough.
struct DetectableRates {
  std::optional<double> below;
  std::optional<double> above;
};
[[nodiscard]] DetectableRates detectable_rates(double base, std::uint64_t runs, double power,
                                               double level = kLevel5Percent);

/// Smallest chance per run that PCT finds a bug of depth `depth` with `threads` threads and `steps` steps:
/// 1/(n k^(d-1)). All at least 1 (checked). clean_runs_needed(this) is the number of runs that finds it with
/// 95 %. S. Burckhardt et al.: A randomized scheduler with probabilistic guarantees of finding bugs. ASPLOS
/// 2010.
[[nodiscard]] double pct_guarantee(std::uint64_t threads, std::uint64_t steps, std::uint64_t depth);

}  // namespace repro::stats
