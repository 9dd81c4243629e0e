#include "harness/campaign/gate_input.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/campaign/summarise.h"

namespace repro::campaign {
namespace {

std::vector<std::string> variants_of(const CampaignSummary& summary) {
  std::vector<std::string> variants;
  for (const ArmSummary& arm : summary.arms) {
    if (std::find(variants.begin(), variants.end(), arm.key.variant) == variants.end()) {
      variants.push_back(arm.key.variant);
    }
  }
  return variants;
}

Result<void> check_variant(const CampaignSummary& summary, const std::string& name) {
  const std::vector<std::string> known = variants_of(summary);
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  return fail(ErrorKind::usage,
              fmt::format("'{}' has no variant '{}'{}; it has {}", printable(summary.file), printable(name),
                          suggestion(name, known), printable(join(known, ", "))));
}

/// The variants that are gated.
Result<std::vector<std::string>> gated_variants(const CampaignSummary& summary,
                                                const GateSelection& selection) {
  const std::vector<std::string> known = variants_of(summary);
  if (selection.variants == std::vector<std::string>{"all"}) return known;
  if (selection.variants.empty()) {
    if (known.size() == 1) return known;
    return fail(ErrorKind::usage, fmt::format("which variant? '{}' has {}; name one, or 'all'",
                                              printable(summary.file), printable(join(known, ", "))));
  }
  for (const std::string& name : selection.variants) REPRO_TRY(check_variant(summary, name));
  return selection.variants;
}

/// The whole id of the signature: of the one in the campaign that begins so, or, for a bug that no run of
/// this campaign has, the id itself.
Result<std::string> whole_signature(const CampaignSummary& summary, const std::string& id) {
  std::vector<std::string> matches;
  for (const SignatureSummary& one : summary.signatures) {
    if (one.signature.id.starts_with(id)) matches.push_back(one.signature.id);
  }
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) {
    return fail(ErrorKind::usage, fmt::format("--signature: '{}' begins {} ids: {}", printable(id),
                                              matches.size(), join(matches, ", ")));
  }
  // `s2-` and 12 hex digits: the mere start of an id that is not here would count nothing and pass.
  constexpr std::size_t kWholeId = 15;
  if (id.size() < kWholeId || id.find('-') == std::string::npos) {
    return fail(ErrorKind::usage,
                fmt::format("--signature: '{}' has no signature '{}'; for a bug that is gone write its "
                            "whole id",
                            printable(summary.file), printable(id)));
  }
  return id;
}

std::map<std::uint32_t, std::uint64_t> count_failures(const CampaignSummary& summary,
                                                      const GateSelection& selection,
                                                      const std::string& signature) {
  std::map<std::uint32_t, std::uint64_t> failures;
  for (const ArmSummary& arm : summary.arms) {
    std::uint64_t& count = failures[arm.id];
    if (!signature.empty()) continue;
    if (selection.outcomes.empty()) count = arm.counts.bad();
    for (const Outcome outcome : selection.outcomes) count += arm.counts.of(outcome);
  }
  return failures;
}

/// Counted runs of each arm that had the signature. Not SignatureSummary::runs_by_arm: that has infra runs
/// too.
Result<void> count_signature(const store::Store& store, const std::string& signature,
                             std::map<std::uint32_t, std::uint64_t>& failures) {
  return store.for_each_run([&](const RunRow& row) {
    const bool has_it =
        std::find(row.signatures.begin(), row.signatures.end(), signature) != row.signatures.end();
    if (has_it && row.outcome != Outcome::infra) ++failures[row.slot.arm];
  });
}

std::string what_of(const GateSelection& selection, const std::string& signature) {
  if (!signature.empty()) return fmt::format("signature {}", signature);
  if (selection.outcomes.empty()) return "any bad outcome";
  std::vector<std::string> names;
  for (const Outcome outcome : selection.outcomes) names.emplace_back(to_string(outcome));
  return join(names, " or ");
}

std::string label_of(const CampaignSummary& summary, const ArmSummary& arm) {
  std::string label = arm.key.variant;
  const auto differs = [&](const auto& get) {
    return std::any_of(summary.arms.begin(), summary.arms.end(),
                       [&](const ArmSummary& other) { return get(other.key) != get(arm.key); });
  };
  if (differs([](const ArmKey& key) { return key.sanitizer; })) {
    label += fmt::format(" {}", to_string(arm.key.sanitizer));
  }
  if (differs([](const ArmKey& key) { return key.schedule; })) label += " " + arm.key.schedule;
  return label;
}

/// The arm of another variant, with the same build and schedule, that fails most often.
std::optional<BaseRate> base_of(const CampaignSummary& summary, const GateSelection& selection,
                                const ArmSummary& gated,
                                const std::map<std::uint32_t, std::uint64_t>& failures) {
  if (selection.base_rate) return BaseRate{"--base-rate", *selection.base_rate};
  std::optional<BaseRate> worst;
  for (const ArmSummary& arm : summary.arms) {
    const bool is_like = arm.key.sanitizer == gated.key.sanitizer && arm.key.schedule == gated.key.schedule;
    const bool is_wanted = selection.base_variant.empty() || arm.key.variant == selection.base_variant;
    if (arm.key.variant == gated.key.variant || !is_like || !is_wanted || arm.counts.counted() == 0) continue;
    const std::uint64_t count = failures.at(arm.id);
    const double rate = static_cast<double>(count) / static_cast<double>(arm.counts.counted());
    if (count == 0 || (worst && rate <= worst->rate)) continue;
    worst = BaseRate{fmt::format("{} ({}/{})", label_of(summary, arm), count, arm.counts.counted()), rate};
  }
  return worst;
}

bool has_fixed_size(const CampaignSummary& summary) {
  const Request& request = summary.request;
  return summary.state == CampaignState::complete && request.runs_per_arm && !request.until;
}

}  // namespace

Result<GateQuestion> read_gate_question(const store::Store& store, const GateSelection& selection) {
  REPRO_ASSIGN(const CampaignSummary summary, summarise(store));
  REPRO_ASSIGN(const std::vector<std::string> variants, gated_variants(summary, selection));
  if (!selection.base_variant.empty()) REPRO_TRY(check_variant(summary, selection.base_variant));
  std::string signature;
  if (!selection.signature.empty()) {
    REPRO_ASSIGN(signature, whole_signature(summary, selection.signature));
  }
  std::map<std::uint32_t, std::uint64_t> failures = count_failures(summary, selection, signature);
  if (!signature.empty()) REPRO_TRY(count_signature(store, signature, failures));
  GateQuestion question;
  question.what = what_of(selection, signature);
  const GateRule by_plan = has_fixed_size(summary) ? GateRule::fixed_sample : GateRule::sequential;
  for (const ArmSummary& arm : summary.arms) {
    const auto& builds = selection.builds;
    const bool has_build =
        builds.empty() || std::find(builds.begin(), builds.end(), arm.key.sanitizer) != builds.end();
    if (!has_build || std::find(variants.begin(), variants.end(), arm.key.variant) == variants.end())
      continue;
    GateInput& input = question.arms.emplace_back();
    input.label = label_of(summary, arm);
    input.runs = arm.counts.counted();
    input.failures = failures.at(arm.id);
    input.rule = selection.rule.value_or(by_plan);
    input.base = base_of(summary, selection, arm, failures);
    if (!arm.blind.empty()) input.warnings.push_back(fmt::format("its detector is blind: {}", arm.blind));
    if (arm.drift && arm.drift->is_detected) {
      input.warnings.push_back(
          fmt::format("its bad runs are not spread evenly over the campaign (p = {:.1g}): the bounds "
                      "suppose one rate",
                      arm.drift->p_value));
    }
    if (arm.counts.infra > 0) {
      input.warnings.push_back(
          fmt::format("{} runs say nothing (infra) and are not counted", arm.counts.infra));
    }
    if (input.rule == GateRule::fixed_sample && by_plan == GateRule::sequential) {
      input.warnings.emplace_back(
          "the number of runs was not fixed beforehand, so the fixed rule promises too much");
    }
  }
  if (question.arms.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("'{}' has no arm with these variants and builds", printable(summary.file)));
  }
  const bool could_fail = std::any_of(question.arms.begin(), question.arms.end(), [](const GateInput& input) {
    return input.base.has_value() || input.failures > 0;
  });
  if (!could_fail) {
    question.warnings.push_back(
        fmt::format("nothing in this campaign ever had this failure ({}), so nothing shows that the gate can "
                    "fail: run the code before "
                    "the fix beside it (--variant=OLD,NEW), or name its rate with --base-rate",
                    question.what));
  }
  return question;
}

}  // namespace repro::campaign
