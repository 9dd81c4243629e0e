// All formulas of harness/stats against values that were computed by other programs (reference_values.json
// says by which). Every row of the file must be known here, so that none is left out silently.

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/findings/stack_similarity.h"
#include "harness/stats/allocation.h"
#include "harness/stats/binomial_interval.h"
#include "harness/stats/bisection.h"
#include "harness/stats/drift.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/other_intervals.h"
#include "harness/stats/outcome_process.h"
#include "harness/stats/outcome_vectors.h"
#include "harness/stats/power.h"
#include "harness/stats/rate_process.h"
#include "harness/stats/richness.h"
#include "harness/stats/sprt.h"
#include "harness/stats/survival.h"
#include "harness/stats/two_rates.h"

namespace repro::stats {
namespace {

using Json = nlohmann::json;
using Counts = std::vector<std::uint64_t>;

struct Row {
  std::string id;
  Json inputs;
  [[nodiscard]] double real(const char* key) const { return inputs.at(key).get<double>(); }
  [[nodiscard]] std::uint64_t count(const char* key) const { return inputs.at(key).get<std::uint64_t>(); }
  [[nodiscard]] Counts counts(const char* key) const { return inputs.at(key).get<Counts>(); }
  [[nodiscard]] std::vector<Counts> table() const { return inputs.at("table").get<std::vector<Counts>>(); }
  [[nodiscard]] bool is_upper() const { return id.find("_hi") != std::string::npos; }
  /// [hits A, clean A] above [hits B, clean B].
  [[nodiscard]] TwoRates rates_of_table() const {
    const std::vector<Counts> rows = table();
    return {rows[0][0], rows[0][0] + rows[0][1], rows[1][0], rows[1][0] + rows[1][1]};
  }
  /// [hits, trials] of both.
  [[nodiscard]] TwoRates rates(const char* a, const char* b) const {
    return {counts(a)[0], counts(a)[1], counts(b)[0], counts(b)[1]};
  }
  [[nodiscard]] RunCounts runs() const { return {count("s"), count("f")}; }
};

double end_of(const TwoSidedInterval& interval, const Row& row) {
  return row.is_upper() ? interval.high : interval.low;
}

template <class Interval>
std::function<double(const Row&)> interval_of(const Interval& interval) {
  return [interval](const Row& row) {
    return end_of(*interval(row.count("x"), row.count("n"), row.real("conf")), row);
  };
}

template <class Test>
std::function<double(const Row&)> table_p(const Test& test) {
  return [test](const Row& row) {
    const std::vector<Counts> table = row.table();
    return test(OutcomeVectors{table[0], table[1]});
  };
}

/// Times 1.2, 2.5, 2.5, 4.0 and 6.1 of failures, 8.0 and four times 10 censored.
std::vector<Lifetime> lifetimes() {
  return {{1.2, 0},  {2.5, 0}, {2.5, 0}, {4.0, 0}, {6.1, 0},
          {8.0, {}}, {10, {}}, {10, {}}, {10, {}}, {10, {}}};
}

/// Failures at 3.3 and 9.0, eight censored at 10.
std::vector<Lifetime> other_lifetimes() {
  std::vector<Lifetime> group{{3.3, 0}, {9.0, 0}};
  group.resize(10, Lifetime{10, {}});
  return group;
}

SurvivalStep step_at(double time) {
  for (const SurvivalStep& step : survival_curve(lifetimes(), 1)) {
    if (step.time == time) return step;
  }
  ADD_FAILURE() << "no step at " << time;
  return {};
}

/// 25 outcomes by category, and then in the order i -> sorted[(stride * i) % 25].
std::vector<std::size_t> strided(const Counts& counts, std::size_t stride) {
  std::vector<std::size_t> sorted;
  for (std::size_t category = 0; category < counts.size(); ++category) {
    sorted.insert(sorted.end(), counts[category], category);
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sorted.size(); ++i) order.push_back(sorted[stride * i % sorted.size()]);
  return order;
}

double worked_example_of_the_process(const Row& row) {
  const std::vector<std::size_t> a = strided({18, 2, 5, 0}, 7);
  const std::vector<std::size_t> b = strided({6, 0, 19, 0}, 11);
  OutcomeProcess process(row.count("k"));
  for (std::size_t i = 0; i < a.size(); ++i) process.add_block(a[i], b[i]);
  return process.log_evidence();
}

/// Eight revisions, of which 0, 3, 4 and 7 were run.
std::vector<RunCounts> bisected() { return {{0, 6}, {}, {}, {0, 8}, {1, 4}, {}, {}, {3, 3}}; }

double trend(const Row& row) {
  std::vector<bool> failed(row.count("n"));
  for (const std::uint64_t index : row.counts("fail_index")) failed[index - 1] = true;
  return trend_p(failed);
}

double similarity(const Row& row) {
  const auto frames = [&](const char* key) {
    std::vector<std::string> letters;
    for (const char c : row.inputs.at(key).get<std::string>()) letters.emplace_back(1, c);
    return letters;
  };
  return findings::stack_similarity(frames("first"), frames("second"));
}

Sprt sprt(const Row& row) { return {row.real("p0"), row.real("p1"), 0.05, 0.1}; }

/// What computes the rows whose id begins with the key; the longest key wins.
const std::map<std::string, std::function<double(const Row&)>, std::less<>>& evaluators() {
  static const std::map<std::string, std::function<double(const Row&)>, std::less<>> table{
      {"cp_", interval_of(clopper_pearson)},
      {"wilson_", interval_of(wilson)},
      {"jeffreys_", interval_of(jeffreys)},
      {"midp_", interval_of(mid_p)},
      {"zerofail_upper_",
       [](const Row& row) { return clopper_pearson_upper(0, row.count("n"), row.real("conf"))->value; }},
      {"gate_n_",
       [](const Row& row) {
         const std::uint64_t failures = row.inputs.contains("r") ? row.count("r") : 0;
         return static_cast<double>(runs_needed(failures, row.real("p0"), row.real("conf")));
       }},
      {"fisher2_", [](const Row& row) { return fisher_two_sided(row.rates_of_table()); }},
      {"fisher_greater_", [](const Row& row) { return fisher_greater(row.rates_of_table()); }},
      {"boschloo_greater_", [](const Row& row) { return boschloo_greater(row.rates("sampleA", "sampleB")); }},
      {"barnard_pooled_2s_",
       [](const Row& row) { return barnard_two_sided(row.rates("sampleA", "sampleB")); }},
      {"newcombe_", [](const Row& row) { return end_of(*newcombe(row.rates("A", "B")), row); }},
      {"ffh_", table_p([](const OutcomeVectors& seen) { return fisher_freeman_halton(seen).p_value; })},
      {"tv_", table_p(total_variation)},
      {"tv_p_", table_p([](const OutcomeVectors& seen) { return total_variation_test(seen).p_value; })},
      {"chi2_", table_p(chi_squared_p)},
      {"g_", table_p(g_test_p)},
      {"holm_",
       [](const Row& row) {
         return holm(row.inputs.at("pvalues").get<std::vector<double>>())[row.count("index")];
       }},
      {"goodman_",
       [](const Row& row) { return end_of(goodman(row.counts("counts"))[row.count("index")], row); }},
      {"sprt_up",
       [](const Row& row) { return Sprt(0.05, 0.01, row.real("alpha"), row.real("beta")).upper_limit(); }},
      {"sprt_dn",
       [](const Row& row) { return Sprt(0.05, 0.01, row.real("alpha"), row.real("beta")).lower_limit(); }},
      {"sprt_fail_inc", [](const Row& row) { return sprt(row).failure_step(); }},
      {"sprt_ok_inc", [](const Row& row) { return sprt(row).clean_step(); }},
      {"sprt_clean_n", [](const Row& row) { return static_cast<double>(sprt(row).clean_runs()); }},
      {"evalue_log_", [](const Row& row) { return log_evidence_against_rate(row.runs(), row.real("p0")); }},
      {"confseq_",
       [](const Row& row) { return end_of(confidence_sequence(row.runs(), 1 - row.real("alpha")), row); }},
      {"gate_evalue_log_", [](const Row& row) { return log_evidence_below(row.runs(), row.real("p0")); }},
      {"gate_evalue_n_",
       [](const Row& row) {
         return static_cast<double>(clean_runs_until_pass(row.real("p0"), 1 - row.real("alpha")));
       }},
      {"block_e_trade", worked_example_of_the_process},
      {"power_fisher_",
       [](const Row& row) {
         return fisher_power(row.count("n"), {row.real("pA"), row.real("pB")}, row.real("alpha"));
       }},
      {"n_power80_",
       [](const Row& row) {
         const TwoTrueRates rates{row.real("pA"), row.real("pB")};
         return static_cast<double>(runs_for_power(rates, row.real("power"), row.real("alpha"))->runs);
       }},
      {"prob_gt_",
       [](const Row& row) {
         return probability_greater(row.count("a1"), row.real("b1"), row.real("a2"), row.real("b2"));
       }},
      {"chao1_bc", [](const Row& row) { return estimate_richness(row.counts("counts")).chao1; }},
      {"chao1_classic", [](const Row& row) { return estimate_richness(row.counts("counts")).chao1_classic; }},
      {"goodturing_mass", [](const Row& row) { return estimate_richness(row.counts("counts")).next_is_new; }},
      {"chao_coverage", [](const Row& row) { return estimate_richness(row.counts("counts")).coverage; }},
      {"good_toulmin_half", [](const Row& row) { return expected_new(row.counts("counts"), row.real("t")); }},
      {"runs_le_",
       [](const Row& row) { return at_most_blocks_p(row.count("n1"), row.count("n2"), row.count("r")); }},
      {"trend_mw_", trend},
      {"km_", [](const Row& row) { return step_at(row.real("t")).survival; }},
      {"km_greenwood_se_", [](const Row& row) { return step_at(row.real("t")).standard_error; }},
      {"logrank_chi2", [](const Row&) { return log_rank(lifetimes(), other_lifetimes()).chi_squared; }},
      {"logrank_p", [](const Row&) { return log_rank(lifetimes(), other_lifetimes()).p_value; }},
      {"rmst_10",
       [](const Row& row) { return restricted_mean(survival_curve(lifetimes(), 1), row.real("tau")); }},
      {"bisect_post_", [](const Row& row) { return first_bad_posterior(bisected())[row.count("i")]; }},
      {"bisect_entropy", [](const Row&) { return entropy(first_bad_posterior(bisected())); }},
      {"zcap_", [](const Row& row) { return z_channel_capacity(row.real("p")); }},
      {"zpi_", [](const Row& row) { return z_channel_test_mass(row.real("p")); }},
      {"bisect_lower_bound_",
       [](const Row& row) { return bisection_lower_bound(row.real("p"), row.count("N")); }},
      {"bisect_deflake_r_",
       [](const Row& row) {
         return static_cast<double>(repeats_for_plain_bisection(row.real("p"), row.count("steps")));
       }},
      {"pct_bound_",
       [](const Row& row) { return pct_guarantee(row.count("n"), row.count("k"), row.count("d")); }},
      {"pct_runs95_",
       [](const Row& row) {
         return static_cast<double>(
             clean_runs_needed(pct_guarantee(row.count("n"), row.count("k"), row.count("d"))));
       }},
      {"casr_", similarity},
  };
  return table;
}

std::function<double(const Row&)> evaluator_of(const std::string& id) {
  std::size_t longest = 0;
  std::function<double(const Row&)> found;
  for (const auto& [prefix, evaluate] : evaluators()) {
    if (!id.starts_with(prefix) || prefix.size() <= longest) continue;
    longest = prefix.size();
    found = evaluate;
  }
  return found;
}

void expect_close(double value, double expected, const std::string& what) {
  EXPECT_NEAR(value, expected, 1e-10 * std::abs(expected)) << what;
}

TEST(ReferenceValues, AreAllReachedToTenDigits) {
  std::ifstream file(REPRO_TEST_SOURCE_DIR "/stats/reference_values.json");
  const Json reference = Json::parse(file);
  ASSERT_EQ(reference.at("rows").size(), 208U);
  for (const Json& json : reference.at("rows")) {
    const Row row{json.at("id").get<std::string>(), json.at("inputs")};
    const auto evaluate = evaluator_of(row.id);
    ASSERT_TRUE(evaluate) << "nothing computes " << row.id;
    const double value = evaluate(row);
    expect_close(value, json.at("value").get<double>(), row.id);
    if (json.contains("check")) expect_close(value, json.at("check").get<double>(), row.id + " (check)");
  }
}

}  // namespace
}  // namespace repro::stats
