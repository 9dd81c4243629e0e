#include "harness/stats/survival.h"

#include <array>
#include <cmath>
#include <map>

#include "harness/base/check.h"
#include "harness/stats/special_functions.h"

namespace repro::stats {
namespace {

/// What happened at one time.
struct Moment {
  std::size_t failures = 0;
  std::size_t ended = 0;  ///< failures and censored runs
  std::vector<std::size_t> by_cause;
};

std::map<double, Moment> moments_of(std::span<const Lifetime> lifetimes, std::size_t causes) {
  std::map<double, Moment> moments;
  for (const Lifetime& lifetime : lifetimes) {
    Moment& moment = moments[lifetime.time];
    moment.by_cause.resize(causes);
    ++moment.ended;
    if (!lifetime.cause) continue;
    REPRO_CHECK(*lifetime.cause < causes);
    ++moment.failures;
    ++moment.by_cause[*lifetime.cause];
  }
  return moments;
}

/// S^exp(-+ z se(ln(-ln S))), which stays inside [0, 1].
TwoSidedInterval log_log_interval(double survival, double greenwood_sum, double confidence) {
  if (survival <= 0 || survival >= 1) return {survival, survival, confidence};
  const double z = normal_upper_quantile((1 - confidence) / 2);
  const double spread = z * std::sqrt(greenwood_sum) / std::abs(std::log(survival));
  return {std::pow(survival, std::exp(spread)), std::pow(survival, std::exp(-spread)), confidence};
}

}  // namespace

std::vector<SurvivalStep> survival_curve(std::span<const Lifetime> lifetimes, std::size_t causes,
                                         double confidence) {
  std::vector<SurvivalStep> curve;
  std::vector<double> incidence(causes);
  std::size_t at_risk = lifetimes.size();
  double survival = 1;
  double greenwood_sum = 0;
  for (const auto& [time, moment] : moments_of(lifetimes, causes)) {
    if (moment.failures > 0) {
      const double risk = real(at_risk);
      for (std::size_t cause = 0; cause < causes; ++cause) {
        incidence[cause] += survival * real(moment.by_cause[cause]) / risk;
      }
      survival *= 1 - real(moment.failures) / risk;
      if (moment.failures < at_risk)
        greenwood_sum += real(moment.failures) / (risk * (risk - real(moment.failures)));
      curve.push_back({time, at_risk, moment.failures, survival, survival * std::sqrt(greenwood_sum),
                       log_log_interval(survival, greenwood_sum, confidence), incidence});
    }
    at_risk -= moment.ended;
  }
  return curve;
}

double restricted_mean(std::span<const SurvivalStep> curve, double horizon) {
  double area = 0;
  double since = 0;
  double survival = 1;
  for (const SurvivalStep& step : curve) {
    if (step.time >= horizon) break;
    area += survival * (step.time - since);
    since = step.time;
    survival = step.survival;
  }
  return area + survival * (horizon - since);
}

LogRank log_rank(std::span<const Lifetime> a, std::span<const Lifetime> b) {
  std::map<double, std::array<Moment, 2>> moments;
  const auto add = [&](std::span<const Lifetime> group, std::size_t side) {
    for (const Lifetime& lifetime : group) {
      Moment& moment = moments[lifetime.time][side];
      ++moment.ended;
      if (lifetime.cause) ++moment.failures;
    }
  };
  add(a, 0);
  add(b, 1);
  double risk_a = real(a.size());
  double risk_b = real(b.size());
  double excess = 0;
  double variance = 0;
  for (const auto& [time, sides] : moments) {
    const double failures = real(sides[0].failures + sides[1].failures);
    const double risk = risk_a + risk_b;
    if (failures > 0) {
      excess += real(sides[0].failures) - failures * risk_a / risk;
      if (risk > 1) variance += failures * risk_a * risk_b * (risk - failures) / (risk * risk * (risk - 1));
    }
    risk_a -= real(sides[0].ended);
    risk_b -= real(sides[1].ended);
  }
  if (variance <= 0) return {};
  const double chi_squared = excess * excess / variance;
  return {chi_squared, chi_squared_tail(chi_squared, 1)};
}

std::optional<BestLength> best_run_length(std::span<const SurvivalStep> curve) {
  std::optional<BestLength> best;
  for (const SurvivalStep& step : curve) {
    const double cost = restricted_mean(curve, step.time) / (1 - step.survival);
    if (!best || cost < best->time_per_failure) best = BestLength{step.time, cost};
  }
  return best;
}

}  // namespace repro::stats
