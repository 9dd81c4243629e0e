#include "harness/stats/binomial_interval.h"

#include <cmath>

#include <boost/math/special_functions/beta.hpp>

#include "harness/base/check.h"

namespace repro::stats {
namespace {

namespace bm = boost::math::policies;
// The arguments are checked before, so no error can arise; without exceptions none could cross this file's
// border either. No promotion to long double: the values agree with the references to 1e-13 as they are.
using Policy = bm::policy<bm::domain_error<bm::errno_on_error>, bm::pole_error<bm::errno_on_error>,
                          bm::overflow_error<bm::errno_on_error>, bm::evaluation_error<bm::errno_on_error>>;

void check_arguments(std::uint64_t hits, std::uint64_t trials, double confidence) {
  REPRO_CHECK(hits <= trials);
  REPRO_CHECK(confidence > 0 && confidence < 1);
}

/// The p at which `hits` or more of `trials` have probability `miss`.
double lower_limit(std::uint64_t hits, std::uint64_t trials, double miss) {
  if (hits == 0) return 0;
  return boost::math::ibeta_inv(static_cast<double>(hits), static_cast<double>(trials - hits) + 1, miss,
                                Policy());
}

/// The p at which `hits` or fewer of `trials` have probability `miss`. The complement keeps the digits that
/// 1 - miss would lose for a small `miss`.
double upper_limit(std::uint64_t hits, std::uint64_t trials, double miss) {
  if (hits == trials) return 1;
  return boost::math::ibetac_inv(static_cast<double>(hits) + 1, static_cast<double>(trials - hits), miss,
                                 Policy());
}

}  // namespace

std::optional<TwoSidedInterval> clopper_pearson(std::uint64_t hits, std::uint64_t trials, double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  const double miss_each = (1 - confidence) / 2;
  return TwoSidedInterval{lower_limit(hits, trials, miss_each), upper_limit(hits, trials, miss_each),
                          confidence};
}

std::optional<OneSidedBound> clopper_pearson_upper(std::uint64_t hits, std::uint64_t trials,
                                                   double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  return OneSidedBound{upper_limit(hits, trials, 1 - confidence), confidence};
}

std::optional<OneSidedBound> clopper_pearson_lower(std::uint64_t hits, std::uint64_t trials,
                                                   double confidence) {
  check_arguments(hits, trials, confidence);
  if (trials == 0) return std::nullopt;
  return OneSidedBound{lower_limit(hits, trials, 1 - confidence), confidence};
}

std::uint64_t clean_runs_needed(double rate, double confidence) {
  REPRO_CHECK(rate > 0 && rate < 1);
  REPRO_CHECK(confidence > 0 && confidence < 1);
  return static_cast<std::uint64_t>(std::ceil(std::log1p(-confidence) / std::log1p(-rate)));
}

}  // namespace repro::stats
