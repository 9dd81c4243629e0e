#pragma once

// Which signatures are one bug. See the top of bugs.cc for the rules and what they refuse.

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "harness/findings/frame_rules.h"
#include "harness/model/bug.h"
#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro::findings {

/// One signature and what its bug is looked for by.
struct BugCandidate {
  const Signature* signature = nullptr;  ///< not owned
  const Finding* example = nullptr;      ///< a finding with this signature; not owned
  std::uint64_t weight = 0;              ///< runs or reports that had it
  std::set<std::string> contexts;        ///< what it was seen in: variants of a campaign, logs
};

/// In how many runs (or logs) two candidates, by position, were seen together.
using SeenTogether = std::function<std::uint64_t(std::size_t, std::size_t)>;

/// Every candidate in exactly one bug; bugs by the weight of all their signatures, then by their first id.
/// The answer does not depend on the order of `candidates`. O(n^2) in them, of those of one site at most.
[[nodiscard]] std::vector<Bug> group_bugs(std::span<const BugCandidate> candidates,
                                          const SeenTogether& together,
                                          const FrameRules& rules = default_frame_rules());

}  // namespace repro::findings
