#include "harness/campaign/compare.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/base/check.h"
#include "harness/campaign/block_evidence.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/outcome_vectors.h"
#include "harness/stats/power.h"
#include "harness/stats/rate_process.h"
#include "harness/stats/two_rates.h"

namespace repro::campaign {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<RateEstimate> rate_of(const OutcomeCounts& counts, double confidence) {
  const auto interval = stats::clopper_pearson(counts.bad(), counts.counted(), confidence);
  if (!interval) return std::nullopt;
  return RateEstimate{share(counts.bad(), counts.counted()), interval->low, interval->high};
}

Evidence from_log_e(double log_e) {
  Evidence evidence;
  evidence.log_e = log_e;
  evidence.p_value = std::min(1.0, std::exp(-log_e));
  evidence.method = "e-process over blocks";
  return evidence;
}

Evidence boschloo(const stats::TwoRates& seen) {
  Evidence evidence;
  if (seen.trials_a + seen.trials_b <= stats::kMostTrialsForBoschloo) {
    evidence.p_value = stats::boschloo_two_sided(seen);
    evidence.method = "Boschloo, two-sided";
  } else {
    evidence.p_value = stats::fisher_two_sided(seen);
    evidence.method = "Fisher, two-sided";
  }
  return evidence;
}

Evidence fisher(const stats::TwoRates& seen) {
  Evidence evidence;
  evidence.p_value = stats::fisher_two_sided(seen);
  evidence.method = "Fisher, two-sided";
  return evidence;
}

/// One pair on its way to a verdict.
class PairComparison {
 public:
  PairComparison(const ArmPair& pair, const CompareOptions& options) : pair_(pair), options_(options) {
    result_.a = {pair.label_a, pair.counts_a, rate_of(pair.counts_a, options.confidence)};
    result_.b = {pair.label_b, pair.counts_b, rate_of(pair.counts_b, options.confidence)};
    result_.rule = pair.rule;
    result_.warnings = pair.warnings;
    for (const OutcomeBlock& block : pair.blocks) blocks_.add(block.a, block.b);
    result_.blocks = is_sequential() ? blocks_.blocks() : 0;
    describe_outcomes();
    describe_vectors();
    adjust_outcomes();
  }

  /// The tests that carry the error rate of this pair: those whose answers can differ.
  [[nodiscard]] std::vector<double> primary_p_values() const {
    if (is_sequential()) return {std::min(1.0, std::exp(-blocks_.log_any_difference()))};
    std::vector<double> p_values;
    if (tests_any_bad()) p_values.push_back(result_.any_bad.evidence.p_value);
    if (tests_vectors()) p_values.push_back(result_.vectors.p_value);
    return p_values;
  }

  /// `adjusted`: the primary p-values after Holm over all pairs, in the order of primary_p_values.
  Comparison decide(std::span<const double> adjusted) && {
    if (is_sequential()) {
      // One gate for both; behind it each process answers its own question.
      const bool is_open = adjusted[0] <= level();
      result_.vectors_adjusted_p = is_open ? result_.vectors.p_value : 1;
      result_.any_bad.adjusted_p = is_open ? result_.any_bad.evidence.p_value : 1;
      is_different_ = is_open;
    } else {
      std::size_t next = 0;
      if (tests_any_bad()) result_.any_bad.adjusted_p = adjusted[next++];
      result_.vectors_adjusted_p = tests_vectors() ? adjusted[next] : result_.any_bad.adjusted_p;
      is_different_ = result_.any_bad.adjusted_p <= level() || result_.vectors_adjusted_p <= level();
    }
    result_.any_bad.is_significant = result_.any_bad.adjusted_p <= level();
    for (OutcomeDifference& one : result_.outcomes) {
      one.is_significant = is_different_ && one.adjusted_p <= level();
    }
    bound_bad_rate();
    result_.verdict = verdict();
    describe_displacement();
    if (result_.verdict == Verdict::no_evidence) look_ahead();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool is_sequential() const { return pair_.rule == EvidenceRule::sequential; }
  [[nodiscard]] double level() const { return 1 - options_.confidence; }
  [[nodiscard]] std::uint64_t runs_a() const { return pair_.counts_a.counted(); }
  [[nodiscard]] std::uint64_t runs_b() const { return pair_.counts_b.counted(); }
  [[nodiscard]] bool has_both() const { return runs_a() > 0 && runs_b() > 0; }

  [[nodiscard]] std::size_t outcomes_seen() const {
    return static_cast<std::size_t>(std::count_if(
        kCountedOutcomes.begin(), kCountedOutcomes.end(),
        [&](Outcome outcome) { return pair_.counts_a.of(outcome) + pair_.counts_b.of(outcome) > 0; }));
  }
  /// With only good or only bad runs there is nothing to ask.
  [[nodiscard]] bool tests_any_bad() const {
    return pair_.counts_a.ok + pair_.counts_b.ok > 0 && pair_.counts_a.bad() + pair_.counts_b.bad() > 0;
  }
  /// With ok and one bad outcome the vectors ask what `any bad` asks.
  [[nodiscard]] bool tests_vectors() const {
    return outcomes_seen() > 2 || (outcomes_seen() == 2 && !tests_any_bad());
  }

  [[nodiscard]] OutcomeDifference difference_of(std::string name, std::uint64_t a, std::uint64_t b) const {
    OutcomeDifference one;
    one.outcome = std::move(name);
    one.count_a = a;
    one.count_b = b;
    // Newcombe's interval is of A minus B.
    if (const auto interval = stats::newcombe({a, runs_a(), b, runs_b()}, options_.confidence)) {
      one.difference = share(b, runs_b()) - share(a, runs_a());
      one.low = std::max(-1.0, -interval->high);
      one.high = std::min(1.0, -interval->low);
    }
    return one;
  }

  void describe_outcomes() {
    for (std::size_t i = 0; i < kCountedOutcomes.size(); ++i) {
      const Outcome outcome = kCountedOutcomes[i];
      const std::uint64_t a = pair_.counts_a.of(outcome);
      const std::uint64_t b = pair_.counts_b.of(outcome);
      OutcomeDifference& one =
          result_.outcomes.emplace_back(difference_of(std::string(to_string(outcome)), a, b));
      one.evidence =
          is_sequential() ? from_log_e(blocks_.log_outcomes()[i]) : fisher({a, runs_a(), b, runs_b()});
    }
    const std::uint64_t bad_a = pair_.counts_a.bad();
    const std::uint64_t bad_b = pair_.counts_b.bad();
    result_.any_bad = difference_of("any bad", bad_a, bad_b);
    result_.any_bad.evidence =
        is_sequential() ? from_log_e(blocks_.log_any_bad()) : boschloo({bad_a, runs_a(), bad_b, runs_b()});
  }

  void describe_vectors() {
    std::array<std::uint64_t, 4> a{};
    std::array<std::uint64_t, 4> b{};
    for (std::size_t i = 0; i < kCountedOutcomes.size(); ++i) {
      a[i] = pair_.counts_a.of(kCountedOutcomes[i]);
      b[i] = pair_.counts_b.of(kCountedOutcomes[i]);
    }
    if (has_both()) result_.total_variation = stats::total_variation({a, b});
    if (is_sequential()) {
      result_.vectors = from_log_e(blocks_.log_vectors());
      return;
    }
    const stats::TableTest test = stats::fisher_freeman_halton({a, b});
    result_.vectors.p_value = test.p_value;
    result_.vectors.method = "Fisher-Freeman-Halton";
    result_.vectors.is_exact = test.is_exact;
    result_.vectors.standard_error = test.standard_error;
  }

  /// Holm over the four outcomes.
  void adjust_outcomes() {
    std::vector<double> p_values;
    if (is_sequential()) {
      for (const double log_e : stats::holm_log_e(blocks_.log_outcomes())) {
        p_values.push_back(std::min(1.0, std::exp(-log_e)));
      }
    } else {
      for (const OutcomeDifference& one : result_.outcomes) p_values.push_back(one.evidence.p_value);
      p_values = stats::holm(p_values);
    }
    for (std::size_t i = 0; i < p_values.size(); ++i) result_.outcomes[i].adjusted_p = p_values[i];
  }

  /// Upper bound of B's bad rate, of the kind that the rule allows.
  void bound_bad_rate() {
    if (runs_b() == 0) return;
    if (is_sequential()) {
      // One side of a two-sided sequence with twice the miss.
      const double confidence = 1 - 2 * level();
      result_.bad_rate_bound =
          stats::confidence_sequence({pair_.counts_b.bad(), pair_.counts_b.ok}, std::max(confidence, 0.5))
              .high;
      return;
    }
    result_.bad_rate_bound =
        stats::clopper_pearson_upper(pair_.counts_b.bad(), runs_b(), options_.confidence)->value;
  }

  [[nodiscard]] Verdict verdict() const {
    if (!is_different_) return Verdict::no_evidence;
    const auto some_bad = [&](bool rises) {
      return std::any_of(result_.outcomes.begin(), result_.outcomes.end(), [&](const OutcomeDifference& one) {
        return one.outcome != "ok" && one.is_significant && (one.difference > 0) == rises;
      });
    };
    const bool has_risen = some_bad(true);
    const bool has_fallen = some_bad(false);
    const bool is_lower = result_.any_bad.is_significant && result_.any_bad.difference < 0;
    const bool is_higher = result_.any_bad.is_significant && result_.any_bad.difference > 0;
    if (is_lower && !has_risen) {
      return *result_.bad_rate_bound <= options_.max_rate ? Verdict::fixed : Verdict::better;
    }
    if (is_higher && !has_fallen) return Verdict::worse;
    if (has_risen && has_fallen) return Verdict::traded;
    return Verdict::changed;
  }

  void describe_displacement() {
    Displacement moved;
    double gained_by_bad = 0;
    double gained_by_ok = 0;
    for (const OutcomeDifference& one : result_.outcomes) {
      if (one.outcome == "ok") {
        gained_by_ok = std::max(0.0, one.difference);
      } else if (one.difference < 0) {
        moved.fallen -= one.difference;
      } else {
        gained_by_bad += one.difference;
      }
    }
    if (moved.fallen <= 0) return;
    // Sums of fractions: all of it must read 100 % and not 99.999999999999 %.
    const auto share_of_fall = [&](double gained) {
      return std::min(1.0, std::round(gained / moved.fallen * 1e9) / 1e9);
    };
    moved.to_bad = share_of_fall(gained_by_bad);
    moved.to_ok = share_of_fall(gained_by_ok);
    result_.displacement = moved;
  }

  /// Whose observed difference the fewest runs would show, and what these runs could have shown.
  void look_ahead() {
    if (!has_both() || !options_.power) return;
    const double power = *options_.power;
    const std::uint64_t runs = std::min(runs_a(), runs_b());
    std::vector<const OutcomeDifference*> candidates{&result_.any_bad};
    for (const OutcomeDifference& one : result_.outcomes) {
      if (one.outcome != "ok") candidates.push_back(&one);
    }
    // In units of its standard deviation, which is what decides about the number of runs.
    const auto distance = [&](const OutcomeDifference* one) {
      const double rate_a = share(one->count_a, runs_a());
      const double rate_b = share(one->count_b, runs_b());
      const double variance = rate_a * (1 - rate_a) + rate_b * (1 - rate_b);
      return variance > 0 ? std::abs(one->difference) / std::sqrt(variance) : 0;
    };
    const auto* const widest = *std::max_element(
        candidates.begin(), candidates.end(),
        [&](const auto* left, const auto* right) { return distance(left) < distance(right); });
    const stats::TwoTrueRates rates{share(widest->count_a, runs_a()), share(widest->count_b, runs_b())};
    if (const auto needed = stats::runs_for_power(rates, power, level())) {
      // A budget that should have been enough and was not: the next one of the same size is the advice.
      const std::uint64_t more = needed->runs > runs ? needed->runs - runs : runs;
      result_.to_decide =
          RunsToDecide{widest->outcome, rates.a, rates.b, runs + more, more, needed->is_exact};
    }
    const double base = share(pair_.counts_a.bad(), runs_a());
    const stats::DetectableRates rates_seen = stats::detectable_rates(base, runs, power, level());
    result_.detectable = DetectableDifference{base, runs, rates_seen.below, rates_seen.above};
  }

  const ArmPair& pair_;
  const CompareOptions& options_;
  BlockEvidence blocks_;
  bool is_different_ = false;
  Comparison result_;
};

}  // namespace

std::vector<Comparison> compare_pairs(std::span<const ArmPair> pairs, const CompareOptions& options) {
  REPRO_CHECK(options.confidence > 0 && options.confidence < 1);
  std::vector<PairComparison> open;
  std::vector<double> p_values;
  std::vector<std::size_t> first;
  for (const ArmPair& pair : pairs) {
    const PairComparison& one = open.emplace_back(pair, options);
    first.push_back(p_values.size());
    for (const double p_value : one.primary_p_values()) p_values.push_back(p_value);
  }
  // 1/e is a p-value, so one Holm serves pairs of both rules.
  const std::vector<double> adjusted = stats::holm(p_values);
  std::vector<Comparison> comparisons;
  for (std::size_t i = 0; i < open.size(); ++i) {
    comparisons.push_back(std::move(open[i]).decide(std::span(adjusted).subspan(first[i])));
  }
  return comparisons;
}

}  // namespace repro::campaign
