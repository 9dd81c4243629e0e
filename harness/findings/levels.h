#pragma once

// A signature is the level that is counted. One finer and one coarser level are shown beside it, and decide
// nothing.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harness/findings/frame_rules.h"
#include "harness/model/finding.h"

namespace repro::findings {

/// The exact level: `e2-` and 12 hex digits of the source, the kind, and for each stack of an access or a
/// free what it does, how many bytes it touches, and its top 5 frames. Two reports of one signature that
/// differ here come to their place in different ways. The number is the version of the rules, as in a
/// signature.
[[nodiscard]] std::string exact_id(const Finding& finding, const FrameRules& rules = default_frame_rules());

/// The cluster level: which findings are alike, by position, the cluster of each. Only findings of one source
/// and kind are; complete linkage of the first stacks at a distance of 0.3, by CASR's metric
/// (stack_similarity.h). A finding without a named frame is a cluster of its own. Clusters
/// are numbered in the order of their first finding. O(n^3) in those of one kind.
[[nodiscard]] std::vector<std::size_t> clusters_of(std::span<const Finding> findings,
                                                   const FrameRules& rules = default_frame_rules());

}  // namespace repro::findings
