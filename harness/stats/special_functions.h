#pragma once

// The only door to Boost.Math: distribution functions and root finding, so that its headers are compiled
// once. Internal to harness/stats. All functions are pure and may be called by any thread; arguments outside
// the stated domain are a broken invariant of the caller and give NaN or infinity, never an exception.

#include <cstdint>
#include <functional>

namespace repro::stats {

/// A count as a number of the formulas; exact up to 2^53.
[[nodiscard]] inline double real(std::uint64_t count) { return static_cast<double>(count); }

/// ln Gamma(x) for x > 0, to a few units in the last place.
[[nodiscard]] double log_gamma(double x);
/// ln B(a, b) for a, b > 0.
[[nodiscard]] double log_beta(double a, double b);
/// ln of the number of ways to choose `k` of `n`; k <= n.
[[nodiscard]] double log_choose(std::uint64_t n, std::uint64_t k);

/// I_x(a, b), the distribution function of Beta(a, b) at x in [0, 1]; a, b > 0.
[[nodiscard]] double beta_cdf(double a, double b, double x);
/// 1 - I_x(a, b) without loss of digits where that is small.
[[nodiscard]] double beta_tail(double a, double b, double x);
/// The x with I_x(a, b) = share.
[[nodiscard]] double beta_quantile(double a, double b, double share);
/// The x with 1 - I_x(a, b) = share; keeps the digits that 1 - share would lose.
[[nodiscard]] double beta_upper_quantile(double a, double b, double share);

/// The z that a standard normal variable exceeds with probability `share` in (0, 1).
[[nodiscard]] double normal_upper_quantile(double share);
/// Probability that a standard normal variable exceeds `z`.
[[nodiscard]] double normal_tail(double z);
/// Probability that a chi-squared variable with `degrees` > 0 degrees of freedom exceeds `x` >= 0.
[[nodiscard]] double chi_squared_tail(double x, double degrees);

/// P(X <= hits) and P(X = hits) for `trials` independent runs that each fail with probability `rate` in
/// [0, 1].
[[nodiscard]] double binomial_cdf(std::uint64_t hits, std::uint64_t trials, double rate);
[[nodiscard]] double binomial_probability(std::uint64_t hits, std::uint64_t trials, double rate);

/// The zero of `f` between `low` and `high`, where its signs must differ (checked), to the last bits of a
/// double (Alefeld, Potra, Shi: Algorithm 748, ACM TOMS 21 (1995)).
[[nodiscard]] double find_root(const std::function<double(double)>& f, double low, double high);

}  // namespace repro::stats
