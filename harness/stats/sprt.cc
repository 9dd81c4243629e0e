#include "harness/stats/sprt.h"

#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {

Sprt::Sprt(double null_rate, double other_rate, double false_alarm, double miss)
    : failure_step_(std::log(other_rate / null_rate)),
      clean_step_(std::log1p(-other_rate) - std::log1p(-null_rate)),
      upper_(std::log((1 - miss) / false_alarm)),
      lower_(std::log(miss / (1 - false_alarm))) {
  REPRO_CHECK(null_rate > 0 && null_rate < 1 && other_rate > 0 && other_rate < 1 && null_rate != other_rate);
  REPRO_CHECK(false_alarm > 0 && false_alarm < 0.5 && miss > 0 && miss < 0.5);
}

std::optional<SprtDecision> Sprt::decide(const RunCounts& runs) const {
  const double ratio = real(runs.failures) * failure_step_ + real(runs.clean) * clean_step_;
  if (ratio >= upper_) return SprtDecision::other_rate;
  if (ratio <= lower_) return SprtDecision::null_rate;
  return std::nullopt;
}

std::uint64_t Sprt::clean_runs() const {
  return static_cast<std::uint64_t>(std::ceil((clean_step_ > 0 ? upper_ : lower_) / clean_step_));
}

}  // namespace repro::stats
