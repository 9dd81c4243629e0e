#include "harness/campaign/unseen.h"

#include "harness/stats/richness.h"

namespace repro::campaign {
namespace {

/// Below this, "each signature was seen once" says only that there were few runs.
constexpr std::uint64_t kFewestFailures = 5;
constexpr double kLeastExpected = 0.5;

}  // namespace

std::optional<UnseenEstimate> estimate_unseen(std::span<const std::uint64_t> counts) {
  const stats::Richness richness = stats::estimate_richness(counts);
  const double more = richness.chao1 - static_cast<double>(richness.seen);
  if (richness.failures < kFewestFailures || more < kLeastExpected) return std::nullopt;
  return UnseenEstimate{richness.seen, richness.failures, more, richness.next_is_new};
}

}  // namespace repro::campaign
