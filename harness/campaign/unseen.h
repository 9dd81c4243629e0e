#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/model/bug.h"

namespace repro::campaign {

/// What counts of signatures say about those that nobody has seen (stats/richness.h). `counts`: failing runs
/// or reports of each signature. Nothing when they say nothing: fewer than five failures, or every signature
/// was seen often enough that less than half a further one is to be expected.
[[nodiscard]] std::optional<UnseenEstimate> estimate_unseen(std::span<const std::uint64_t> counts);

}  // namespace repro::campaign
