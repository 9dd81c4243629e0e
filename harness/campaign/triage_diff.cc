#include "harness/campaign/triage_diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/stats/multiplicity.h"
#include "harness/stats/two_rates.h"

namespace repro::campaign {
namespace {

/// Runs by build, and runs of each signature by build.
struct Counts {
  std::map<std::string, std::uint64_t> runs;
  std::map<std::pair<std::string, std::string>, std::uint64_t> hits;  ///< by signature and build
  std::map<std::string, Signature> signatures;
};

std::string build_of(const ArmKey& key) {
  std::string name(to_string(key.sanitizer));
  if (key.schedule != "os") name += " " + key.schedule;
  return name;
}

Counts count(const CampaignSummary& summary) {
  Counts counts;
  std::map<std::uint32_t, std::string> builds;
  for (const ArmSummary& arm : summary.arms) {
    builds[arm.id] = build_of(arm.key);
    if (arm.counts.counted() > 0) counts.runs[builds[arm.id]] += arm.counts.counted();
  }
  for (const SignatureSummary& one : summary.signatures) {
    if (one.signature.implies == Outcome::infra) continue;
    counts.signatures[one.signature.id] = one.signature;
    for (const auto& [arm, runs] : one.runs_by_arm) counts.hits[{one.signature.id, builds[arm]}] += runs;
  }
  return counts;
}

std::uint64_t hits_of(const Counts& counts, const std::string& id, const std::string& build) {
  const auto found = counts.hits.find({id, build});
  // A run that says nothing about the subject may still have findings; it is in no denominator.
  return found == counts.hits.end() ? 0 : std::min(found->second, counts.runs.at(build));
}

double p_value_of(const SignatureChange& row) {
  const stats::TwoRates seen{row.new_hits, row.new_runs, row.old_hits, row.old_runs};
  return row.new_runs + row.old_runs <= stats::kMostTrialsForBoschloo ? stats::boschloo_two_sided(seen)
                                                                      : stats::fisher_two_sided(seen);
}

RateChange change_of(const SignatureChange& row) {
  if (row.old_hits == 0) return RateChange::appeared;
  if (row.new_hits == 0) return RateChange::gone;
  if (!row.is_significant) return RateChange::none;
  const double old_rate = static_cast<double>(row.old_hits) / static_cast<double>(row.old_runs);
  const double new_rate = static_cast<double>(row.new_hits) / static_cast<double>(row.new_runs);
  return new_rate > old_rate ? RateChange::more : RateChange::less;
}

int place_of(RateChange change) {
  switch (change) {
    case RateChange::appeared:
      return 0;
    case RateChange::more:
      return 1;
    case RateChange::less:
      return 2;
    case RateChange::gone:
      return 3;
    case RateChange::none:
      return 4;
  }
  return 4;
}

void warn_of_lonely_builds(const Counts& one, const Counts& other, const std::string& file,
                           std::vector<std::string>& warnings) {
  for (const auto& [build, runs] : one.runs) {
    if (!other.runs.contains(build))
      warnings.push_back(
          fmt::format("only {} has runs of the build {}: they are compared with nothing", file, build));
  }
}

}  // namespace

Result<TriageDiff> diff_campaigns(const CampaignSummary& older, const CampaignSummary& newer) {
  TriageDiff diff;
  diff.old_file = older.file;
  diff.new_file = newer.file;
  const Counts before = count(older);
  const Counts after = count(newer);
  warn_of_lonely_builds(before, after, older.file, diff.warnings);
  warn_of_lonely_builds(after, before, newer.file, diff.warnings);
  std::map<std::string, Signature> signatures = before.signatures;
  signatures.insert(after.signatures.begin(), after.signatures.end());
  bool has_common_build = false;
  for (const auto& [build, runs] : before.runs) {
    const auto found = after.runs.find(build);
    if (found == after.runs.end()) continue;
    has_common_build = true;
    for (const auto& [id, signature] : signatures) {
      SignatureChange row{signature,    build, hits_of(before, id, build), runs, hits_of(after, id, build),
                          found->second};
      if (row.old_hits + row.new_hits == 0) continue;
      row.p_value = p_value_of(row);
      diff.changes.push_back(std::move(row));
    }
  }
  if (!has_common_build) {
    return fail(ErrorKind::usage,
                fmt::format("'{}' and '{}' have no counted runs of one build: nothing can be compared",
                            older.file, newer.file));
  }
  std::vector<double> p_values;
  p_values.reserve(diff.changes.size());
  for (const SignatureChange& row : diff.changes) p_values.push_back(row.p_value);
  const std::vector<double> adjusted = stats::holm(p_values);
  for (std::size_t at = 0; at < adjusted.size(); ++at) {
    SignatureChange& row = diff.changes[at];
    row.adjusted_p = adjusted[at];
    row.is_significant = row.adjusted_p <= diff.level;
    row.change = change_of(row);
  }
  std::sort(diff.changes.begin(), diff.changes.end(), [](const SignatureChange& a, const SignatureChange& b) {
    return std::make_tuple(place_of(a.change), a.p_value, a.signature.id, a.build) <
           std::make_tuple(place_of(b.change), b.p_value, b.signature.id, b.build);
  });
  return diff;
}

}  // namespace repro::campaign
