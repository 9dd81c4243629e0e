#include "harness/findings/levels.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "harness/findings/name_hash.h"
#include "harness/findings/signature.h"
#include "harness/findings/sites.h"
#include "harness/findings/stack_similarity.h"

namespace repro::findings {
namespace {

constexpr std::size_t kExactDepth = 5;
constexpr double kLargestDistance = 0.3;

std::vector<std::string> compared_frames(const Finding& finding, const FrameRules& rules) {
  if (finding.stacks.empty()) return {};
  std::vector<std::string> frames;
  for (CodeStep& step : code_path(finding.stacks.front(), rules)) frames.push_back(std::move(step.text));
  return frames;
}

/// Agglomerative: joins the two nearest clusters as long as their farthest members are near enough.
class Clusters {
 public:
  explicit Clusters(const std::vector<std::vector<std::string>>& stacks) : distances_(stacks.size()) {
    for (std::size_t i = 0; i < stacks.size(); ++i) {
      members_.push_back({i});
      for (std::size_t j = 0; j < i; ++j) distances_[i].push_back(1 - stack_similarity(stacks[i], stacks[j]));
    }
  }

  std::vector<std::vector<std::size_t>> joined() {
    while (join_nearest()) {
    }
    std::erase_if(members_, [](const auto& cluster) { return cluster.empty(); });
    return std::move(members_);
  }

 private:
  /// Of the farthest members of two clusters.
  double& distance(std::size_t a, std::size_t b) { return distances_[std::max(a, b)][std::min(a, b)]; }

  bool join_nearest() {
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t into = 0;
    std::size_t from = 0;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (distance(i, j) >= nearest) continue;
        nearest = distance(i, j);
        into = j;
        from = i;
      }
    }
    if (nearest > kLargestDistance) return false;
    members_[into].insert(members_[into].end(), members_[from].begin(), members_[from].end());
    members_[from].clear();
    for (std::size_t other = 0; other < members_.size(); ++other) {
      if (other == from) continue;
      if (other != into) distance(into, other) = std::max(distance(into, other), distance(from, other));
      distance(from, other) = std::numeric_limits<double>::infinity();
    }
    return true;
  }

  std::vector<std::vector<std::size_t>> members_;
  std::vector<std::vector<double>> distances_;  ///< [i][j] for j < i
};

}  // namespace

std::string exact_id(const Finding& finding, const FrameRules& rules) {
  NameHash hash;
  hash.mix(to_string(finding.source));
  hash.mix(finding.kind);
  for (const Stack& stack : finding.stacks) {
    const bool is_told = stack.role == StackRole::access || stack.role == StackRole::previous_access ||
                         stack.role == StackRole::freed || stack.role == StackRole::mutex_acquired ||
                         &stack == &finding.stacks.front();
    if (!is_told) continue;
    hash.mix(fmt::format("{} {} {}", to_string(stack.role), stack.access, stack.access_bytes));
    const Site site = site_of(stack, kExactDepth, rules);
    for (const std::string& frame : site.frames) hash.mix(frame);
  }
  return fmt::format("e{}-{}", kSignatureVersion, hash.digits());
}

std::vector<std::size_t> clusters_of(std::span<const Finding> findings, const FrameRules& rules) {
  std::map<std::pair<FindingSource, std::string>, std::vector<std::size_t>> kinds;
  for (std::size_t at = 0; at < findings.size(); ++at)
    kinds[{findings[at].source, findings[at].kind}].push_back(at);
  std::vector<std::vector<std::size_t>> clusters;
  for (const auto& [unused, of_kind] : kinds) {
    std::vector<std::vector<std::string>> stacks;
    stacks.reserve(of_kind.size());
    for (const std::size_t at : of_kind) stacks.push_back(compared_frames(findings[at], rules));
    for (std::vector<std::size_t>& members : Clusters(stacks).joined()) {
      for (std::size_t& member : members) member = of_kind[member];
      std::sort(members.begin(), members.end());
      clusters.push_back(std::move(members));
    }
  }
  std::sort(clusters.begin(), clusters.end());
  std::vector<std::size_t> cluster_of(findings.size());
  for (std::size_t cluster = 0; cluster < clusters.size(); ++cluster) {
    for (const std::size_t member : clusters[cluster]) cluster_of[member] = cluster;
  }
  return cluster_of;
}

}  // namespace repro::findings
