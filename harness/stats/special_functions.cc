#include "harness/stats/special_functions.h"

#include <cmath>
#include <utility>

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>

#include "harness/base/check.h"

namespace repro::stats {
namespace {

namespace bm = boost::math::policies;
// Without exceptions none can cross this file's border. No promotion to long double: the values agree with
// the references to 1e-12 as they are.
using Policy = bm::policy<bm::domain_error<bm::errno_on_error>, bm::pole_error<bm::errno_on_error>,
                          bm::overflow_error<bm::errno_on_error>, bm::evaluation_error<bm::errno_on_error>>;

}  // namespace

double log_gamma(double x) {
  // std::lgamma writes the sign to a global, which two threads must not do.
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

double log_choose(std::uint64_t n, std::uint64_t k) {
  return log_gamma(real(n) + 1) - log_gamma(real(k) + 1) - log_gamma(real(n - k) + 1);
}

double beta_cdf(double a, double b, double x) { return boost::math::ibeta(a, b, x, Policy()); }

double beta_tail(double a, double b, double x) { return boost::math::ibetac(a, b, x, Policy()); }

double beta_quantile(double a, double b, double share) {
  return boost::math::ibeta_inv(a, b, share, Policy());
}

double beta_upper_quantile(double a, double b, double share) {
  return boost::math::ibetac_inv(a, b, share, Policy());
}

double normal_upper_quantile(double share) {
  return std::sqrt(2.0) * boost::math::erfc_inv(2 * share, Policy());
}

double normal_tail(double z) { return std::erfc(z / std::sqrt(2.0)) / 2; }

double chi_squared_tail(double x, double degrees) {
  return boost::math::gamma_q(degrees / 2, x / 2, Policy());
}

double binomial_cdf(std::uint64_t hits, std::uint64_t trials, double rate) {
  if (hits >= trials) return 1;
  if (rate <= 0) return 1;
  if (rate >= 1) return 0;
  return beta_tail(real(hits) + 1, real(trials - hits), rate);
}

double binomial_probability(std::uint64_t hits, std::uint64_t trials, double rate) {
  if (rate <= 0) return hits == 0 ? 1 : 0;
  if (rate >= 1) return hits == trials ? 1 : 0;
  return std::exp(log_choose(trials, hits) + real(hits) * std::log(rate) +
                  real(trials - hits) * std::log1p(-rate));
}

double find_root(const std::function<double(double)>& f, double low, double high) {
  const double at_low = f(low);
  const double at_high = f(high);
  if (at_low == 0) return low;
  if (at_high == 0) return high;
  REPRO_CHECK((at_low < 0) != (at_high < 0));
  constexpr int kBits = 52;
  std::uintmax_t most_steps = 200;
  const std::pair<double, double> bracket = boost::math::tools::toms748_solve(
      f, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(kBits), most_steps, Policy());
  return (bracket.first + bracket.second) / 2;
}

}  // namespace repro::stats
