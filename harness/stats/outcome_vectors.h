#pragma once

// Two variants, any number of outcomes: do their runs end in the same ways?
//
// The exact test of Fisher, Freeman and Halton needs no minimal counts, which the chi-squared test does and a
// table such as 18/2/5/0 against 6/0/19/0 does not have. It walks over all tables with the observed margins;
// beyond kMostTables of them it draws tables instead and says how far off that may be.
//
// G. H. Freeman, J. H. Halton: Note on an exact treatment of contingency, goodness of fit and other problems
// of significance. Biometrika 38 (1951), 141-149.

#include <cstdint>
#include <span>

namespace repro::stats {

/// How often each outcome was seen, in the same order for both variants. Both have the same length (checked).
struct OutcomeVectors {
  std::span<const std::uint64_t> a;
  std::span<const std::uint64_t> b;
};

/// Tables up to which the tests are exact. A walk over this many takes some tenths of a second.
inline constexpr std::uint64_t kMostTables = 10'000'000;
/// Tables that are drawn where there are more. The error of a p-value of 0.05 is then 0.0007.
inline constexpr std::uint64_t kDrawnTables = 100'000;

struct TableTest {
  double p_value = 1;
  bool is_exact = true;
  std::uint64_t tables = 0;   ///< walked over, or drawn
  double standard_error = 0;  ///< of the p-value; 0 when it is exact
};

/// Limits of the walk; tests lower them.
struct TableTestOptions {
  std::uint64_t most_tables = kMostTables;
  std::uint64_t drawn_tables = kDrawnTables;
  std::uint64_t seed = 1;  ///< of the draws: the same seed gives the same p-value
};

/// Probability, given the margins, of tables that are at most as probable as the observed one (ties within
/// 1e-7). Drawn: (1 + hits)/(1 + draws). 1 when a side has no runs or only one outcome was seen.
[[nodiscard]] TableTest fisher_freeman_halton(const OutcomeVectors& seen,
                                              const TableTestOptions& options = {});

/// Total variation: half the sum of the differences of shares; the largest difference in probability that any
/// set of outcomes has. In [0, 1]. Both sides have runs (checked).
[[nodiscard]] double total_variation(const OutcomeVectors& seen);

/// As fisher_freeman_halton, with total variation as the order of tables: at least the observed one.
[[nodiscard]] TableTest total_variation_test(const OutcomeVectors& seen,
                                             const TableTestOptions& options = {});

/// Pearson's chi-squared and the likelihood-ratio (G) test, without continuity correction: approximations
/// that large tables may be checked with. Outcomes that nobody had are left out. 1 when fewer than two
/// outcomes are left.
[[nodiscard]] double chi_squared_p(const OutcomeVectors& seen);
[[nodiscard]] double g_test_p(const OutcomeVectors& seen);

}  // namespace repro::stats
