#include "harness/campaign/compare_campaigns.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/campaign/summarise.h"

namespace repro::campaign {
namespace {

/// What tells the arms of a comparison apart.
enum class Dimension : std::uint8_t { variant, schedule, build };

constexpr std::array<Dimension, 3> kDimensions{Dimension::variant, Dimension::schedule, Dimension::build};

std::string value_of(const ArmKey& key, Dimension dimension) {
  switch (dimension) {
    case Dimension::variant:
      return key.variant;
    case Dimension::schedule:
      return key.schedule;
    case Dimension::build:
      break;
  }
  return std::string(to_string(key.sanitizer));
}

/// Whether two keys are the same in all dimensions but one.
bool match_besides(const ArmKey& a, const ArmKey& b, Dimension dimension) {
  return std::all_of(kDimensions.begin(), kDimensions.end(), [&](Dimension other) {
    return other == dimension || value_of(a, other) == value_of(b, other);
  });
}

/// The values that the arms have, each once, in the order of the request.
std::vector<std::string> values_of(const CampaignSummary& summary, Dimension dimension) {
  std::vector<std::string> values;
  for (const ArmSummary& arm : summary.arms) {
    std::string value = value_of(arm.key, dimension);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
  }
  return values;
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool is_selected(const ArmSummary& arm, const CompareSelection& selection) {
  const auto& builds = selection.builds;
  return builds.empty() || std::find(builds.begin(), builds.end(), arm.key.sanitizer) != builds.end();
}

/// The dimension that all names belong to.
Result<Dimension> dimension_of(const CampaignSummary& summary, const std::vector<std::string>& names) {
  for (const Dimension dimension : kDimensions) {
    const std::vector<std::string> values = values_of(summary, dimension);
    if (std::all_of(names.begin(), names.end(),
                    [&](const std::string& name) { return contains(values, name); })) {
      return dimension;
    }
  }
  const std::vector<std::string> variants = values_of(summary, Dimension::variant);
  for (const std::string& name : names) {
    if (contains(variants, name)) continue;
    return fail(ErrorKind::usage,
                fmt::format("'{}' has no variant '{}'{}; it has {}", printable(summary.file), printable(name),
                            suggestion(name, variants), printable(join(variants, ", "))));
  }
  return Dimension::variant;
}

/// Where nobody named anything: the first dimension in which the arms differ, with all its values.
Result<std::pair<Dimension, std::vector<std::string>>> default_choice(const CampaignSummary& summary) {
  for (const Dimension dimension : kDimensions) {
    std::vector<std::string> values = values_of(summary, dimension);
    if (values.size() > 1) return std::pair(dimension, std::move(values));
  }
  return fail(ErrorKind::usage,
              fmt::format("'{}' has one arm only; name a second campaign, or run two variants "
                          "in one: repro run --variant=OLD,NEW",
                          printable(summary.file)));
}

/// `fixed address`, with only the dimensions in which the campaign's arms differ.
std::string label_of(const CampaignSummary& summary, const ArmKey& key) {
  std::vector<std::string> words;
  for (const Dimension dimension : kDimensions) {
    const bool differs = values_of(summary, dimension).size() > 1;
    if (differs || dimension == Dimension::variant) words.push_back(value_of(key, dimension));
  }
  return join(words, " ");
}

/// Whether the number of runs was fixed before the first one and nobody stopped earlier.
bool has_fixed_size(const CampaignSummary& summary) {
  const Request& request = summary.request;
  return summary.state == CampaignState::complete && request.runs_per_arm && !request.until;
}

const std::vector<RecordedCampaign::Run>& runs_of(const RecordedCampaign& campaign, std::uint32_t arm) {
  static const std::vector<RecordedCampaign::Run> kNone;
  const auto found = campaign.runs.find(arm);
  return found == campaign.runs.end() ? kNone : found->second;
}

/// Runs with the same number within their arm, where both count.
std::vector<OutcomeBlock> blocks_of(const std::vector<RecordedCampaign::Run>& a,
                                    const std::vector<RecordedCampaign::Run>& b) {
  std::map<std::uint64_t, Outcome> of_b;
  for (const RecordedCampaign::Run& run : b) of_b[run.arm_run] = run.outcome;
  std::vector<OutcomeBlock> blocks;
  for (const RecordedCampaign::Run& run : a) {
    const auto other = of_b.find(run.arm_run);
    if (other == of_b.end() || run.outcome == Outcome::infra || other->second == Outcome::infra) continue;
    blocks.push_back({run.outcome, other->second});
  }
  return blocks;
}

void warn_about_arm(const ArmSummary& arm, const std::string& label, std::vector<std::string>& warnings) {
  if (arm.counts.counted() == 0) {
    warnings.push_back(fmt::format("{}: no run counts", label));
  } else if (arm.counts.infra * 10 > arm.counts.all()) {
    warnings.push_back(
        fmt::format("{}: {} of {} runs say nothing (infra) and are left out; if the subject "
                    "decides which, the rates are biased",
                    label, arm.counts.infra, arm.counts.all()));
  }
  if (arm.drift && arm.drift->is_detected) {
    warnings.push_back(
        fmt::format("{}: its bad runs are not spread evenly over the campaign (p = {:.1g}): there is no "
                    "single rate, though interleaved arms meet a drift alike",
                    label, arm.drift->p_value));
  }
  if (!arm.blind.empty()) warnings.push_back(fmt::format("{}: its detector is blind: {}", label, arm.blind));
}

struct Side {
  const RecordedCampaign& campaign;
  const ArmSummary& arm;
  std::string label;
};

ArmPair pair_of(const Side& a, const Side& b, const CompareSelection& selection) {
  ArmPair pair;
  pair.label_a = a.label;
  pair.counts_a = a.arm.counts;
  pair.label_b = b.label;
  pair.counts_b = b.arm.counts;
  const bool is_fixed = has_fixed_size(a.campaign.summary) && has_fixed_size(b.campaign.summary);
  pair.rule = selection.rule.value_or(is_fixed ? EvidenceRule::fixed_sample : EvidenceRule::sequential);
  if (pair.rule == EvidenceRule::sequential) {
    pair.blocks = blocks_of(runs_of(a.campaign, a.arm.id), runs_of(b.campaign, b.arm.id));
  } else if (!is_fixed) {
    pair.warnings.emplace_back(
        "the number of runs was not fixed beforehand, so the p-values of the fixed rule "
        "promise too much");
  }
  warn_about_arm(a.arm, a.label, pair.warnings);
  warn_about_arm(b.arm, b.label, pair.warnings);
  return pair;
}

std::string named(const CampaignSummary& summary, const std::string& label) {
  return fmt::format("{}:{}", std::filesystem::path(summary.file).stem().string(), label);
}

/// Facts that change failure rates; the others are shown by `repro show`.
constexpr std::array<const char*, 7> kTellingFacts{"cpu_model", "cores",     "memory_bytes",     "kernel",
                                                   "glibc",     "aslr_bits", "overcommit_memory"};

std::string fact_of(const CampaignSummary& summary, const char* key) {
  const auto found = summary.machine.find(key);
  return found == summary.machine.end() ? "unknown" : found->second;
}

}  // namespace

Result<RecordedCampaign> read_recorded(const store::Store& store) {
  RecordedCampaign recorded;
  REPRO_ASSIGN(recorded.summary, summarise(store));
  REPRO_TRY(store.for_each_run([&](const RunRow& row) {
    recorded.runs[row.slot.arm].push_back({row.slot.arm_run, row.outcome});
  }));
  return recorded;
}

Result<std::vector<ArmPair>> select_pairs(const RecordedCampaign& campaign,
                                          const CompareSelection& selection) {
  const CampaignSummary& summary = campaign.summary;
  std::pair<Dimension, std::vector<std::string>> choice{Dimension::variant, selection.names};
  if (selection.names.empty()) {
    REPRO_ASSIGN(choice, default_choice(summary));
  } else {
    REPRO_ASSIGN(choice.first, dimension_of(summary, selection.names));
    if (selection.names.size() == 1) {
      // One name is the base, against all others.
      for (std::string& value : values_of(summary, choice.first)) {
        if (value != selection.names.front()) choice.second.push_back(std::move(value));
      }
    }
  }
  const auto& [dimension, names] = choice;
  std::vector<ArmPair> pairs;
  for (const ArmSummary& a : summary.arms) {
    if (value_of(a.key, dimension) != names.front() || !is_selected(a, selection)) continue;
    for (std::size_t i = 1; i < names.size(); ++i) {
      for (const ArmSummary& b : summary.arms) {
        if (value_of(b.key, dimension) != names[i] || !match_besides(a.key, b.key, dimension)) continue;
        if (a.id == b.id || (dimension != Dimension::build && !is_selected(b, selection))) continue;
        pairs.push_back(pair_of({campaign, a, label_of(summary, a.key)},
                                {campaign, b, label_of(summary, b.key)}, selection));
      }
    }
  }
  if (pairs.empty()) {
    return fail(ErrorKind::usage, fmt::format("'{}' has no two arms to compare with these names and builds; "
                                              "repro show tells its arms",
                                              printable(summary.file)));
  }
  return pairs;
}

Result<std::vector<ArmPair>> match_campaigns(const RecordedCampaign& a, const RecordedCampaign& b,
                                             const CompareSelection& selection) {
  const std::vector<std::string> variants_a = values_of(a.summary, Dimension::variant);
  const std::vector<std::string> variants_b = values_of(b.summary, Dimension::variant);
  const bool are_single = variants_a.size() == 1 && variants_b.size() == 1;
  std::vector<ArmPair> pairs;
  for (const ArmSummary& arm_a : a.summary.arms) {
    for (const ArmSummary& arm_b : b.summary.arms) {
      if (!match_besides(arm_a.key, arm_b.key, Dimension::variant)) continue;
      if (!are_single && arm_a.key.variant != arm_b.key.variant) continue;
      if (!is_selected(arm_a, selection)) continue;
      pairs.push_back(pair_of({a, arm_a, named(a.summary, label_of(a.summary, arm_a.key))},
                              {b, arm_b, named(b.summary, label_of(b.summary, arm_b.key))}, selection));
    }
  }
  if (pairs.empty()) {
    return fail(ErrorKind::usage, fmt::format("no arm of '{}' ({}) has its like in '{}' ({})",
                                              printable(a.summary.file), printable(join(variants_a, ", ")),
                                              printable(b.summary.file), printable(join(variants_b, ", "))));
  }
  return pairs;
}

std::vector<std::string> differing_conditions(const CampaignSummary& a, const CampaignSummary& b) {
  std::vector<std::string> warnings;
  std::vector<std::string> facts;
  for (const char* key : kTellingFacts) {
    const std::string of_a = fact_of(a, key);
    const std::string of_b = fact_of(b, key);
    if (of_a != of_b) facts.push_back(fmt::format("{} {} and {}", key, of_a, of_b));
  }
  if (!facts.empty()) {
    warnings.push_back(
        fmt::format("the campaigns ran on different machines ({}): a difference may be one of the "
                    "machines and not of the code",
                    join(facts, "; ")));
  }
  warnings.emplace_back(
      "the runs of the two campaigns were not interleaved: whatever changed in between (load, heat, "
      "caches, updates) is part of the difference; run both variants in one campaign to rule it out");
  std::vector<std::string> limits;
  if (a.request.jobs != b.request.jobs) {
    limits.push_back(fmt::format("--jobs {} and {}", a.request.jobs, b.request.jobs));
  }
  if (a.request.timeout != b.request.timeout) limits.emplace_back("--timeout");
  if (a.request.memory_limit_bytes != b.request.memory_limit_bytes) limits.emplace_back("--memory-limit");
  if (!limits.empty()) {
    warnings.push_back(fmt::format("the campaigns had different limits: {}", join(limits, ", ")));
  }
  return warnings;
}

}  // namespace repro::campaign
