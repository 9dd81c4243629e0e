#include <nlohmann/json.hpp>

#include "harness/model/json.h"
#include "harness/report/comparison.h"
#include "harness/report/json.h"
#include "harness/report/json_values.h"

namespace repro::report {
namespace {

using Json = nlohmann::ordered_json;

Json evidence_to_json(const Evidence& evidence) {
  return Json{{"p_value", evidence.p_value},
              {"log_e", or_null(evidence.log_e)},
              {"method", evidence.method},
              {"exact", evidence.is_exact},
              {"standard_error", evidence.standard_error}};
}

Json arm_to_json(const ComparedArm& arm) {
  return Json{{"label", to_valid_utf8(arm.label)},
              {"runs", arm.counts.counted()},
              {"crash", arm.counts.crash},
              {"hang", arm.counts.hang},
              {"fail", arm.counts.fail},
              {"ok", arm.counts.ok},
              {"infra", arm.counts.infra},
              {"rate", arm.rate ? Json(arm.rate->rate) : Json()},
              {"rate_low", arm.rate ? Json(arm.rate->low) : Json()},
              {"rate_high", arm.rate ? Json(arm.rate->high) : Json()}};
}

Json difference_to_json(const OutcomeDifference& one) {
  Json json{{"outcome", one.outcome},       {"count_a", one.count_a}, {"count_b", one.count_b},
            {"difference", one.difference}, {"low", one.low},         {"high", one.high}};
  json.update(evidence_to_json(one.evidence));
  json["adjusted_p"] = one.adjusted_p;
  json["significant"] = one.is_significant;
  return json;
}

Json displacement_to_json(const std::optional<Displacement>& moved) {
  if (!moved) return {};
  return Json{{"fallen", moved->fallen}, {"to_bad", moved->to_bad}, {"to_ok", moved->to_ok}};
}

Json to_decide_to_json(const std::optional<RunsToDecide>& needed) {
  if (!needed) return {};
  return Json{{"outcome", needed->outcome},
              {"rate_a", needed->rate_a},
              {"rate_b", needed->rate_b},
              {"runs_per_arm", needed->runs_per_side},
              {"more_per_arm", needed->more_per_side},
              {"exact", needed->is_exact}};
}

Json detectable_to_json(const std::optional<DetectableDifference>& seen) {
  if (!seen) return {};
  return Json{{"base_rate", seen->base_rate},
              {"runs_per_arm", seen->runs_per_side},
              {"below", or_null(seen->below)},
              {"above", or_null(seen->above)}};
}

Json comparison_to_json(const Comparison& comparison) {
  Json outcomes = Json::array();
  for (const OutcomeDifference& one : comparison.outcomes) outcomes.push_back(difference_to_json(one));
  Json vectors = evidence_to_json(comparison.vectors);
  vectors["adjusted_p"] = comparison.vectors_adjusted_p;
  vectors["total_variation"] = comparison.total_variation;
  return Json{{"a", arm_to_json(comparison.a)},
              {"b", arm_to_json(comparison.b)},
              {"verdict", to_string(comparison.verdict)},
              {"rule", to_string(comparison.rule)},
              {"blocks", comparison.blocks},
              {"outcomes", std::move(outcomes)},
              {"any_bad", difference_to_json(comparison.any_bad)},
              {"vectors", std::move(vectors)},
              {"bad_rate_bound", or_null(comparison.bad_rate_bound)},
              {"displacement", displacement_to_json(comparison.displacement)},
              {"to_decide", to_decide_to_json(comparison.to_decide)},
              {"detectable", detectable_to_json(comparison.detectable)},
              {"warnings", comparison.warnings}};
}

}  // namespace

void write_comparison_json(std::ostream& out, const ComparisonReport& report) {
  Json comparisons = Json::array();
  for (const Comparison& one : report.comparisons) comparisons.push_back(comparison_to_json(one));
  Json files = Json::array();
  for (const std::string& file : report.files) files.push_back(to_valid_utf8(file));
  const Json json{{"schema", kJsonSchema},
                  {"comparison",
                   {{"files", std::move(files)},
                    {"confidence", report.confidence},
                    {"max_rate", report.max_rate},
                    {"power", report.power},
                    {"comparisons", std::move(comparisons)},
                    {"warnings", report.warnings}}}};
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace repro::report
