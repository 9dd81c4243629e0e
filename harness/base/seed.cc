#include "harness/base/seed.h"

#include <sys/random.h>

#include "harness/base/check.h"

namespace repro {
namespace {

// Outside ISO C++, but in both compilers that the project supports.
__extension__ using Wide = unsigned __int128;

}  // namespace

std::uint64_t SplitMix64::below(std::uint64_t bound) {
  REPRO_CHECK(bound > 0);
  // Lemire's multiply-shift: the high half of next() * bound, rejecting the few values that would bias it.
  const std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    const auto product = static_cast<Wide>(next()) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
  }
}

std::uint64_t derive_seed(std::uint64_t seed, std::string_view text) {
  for (const char c : text) seed = SplitMix64(seed ^ static_cast<unsigned char>(c)).next();
  return SplitMix64(seed ^ text.size()).next();
}

std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t index) {
  return SplitMix64(seed ^ SplitMix64(index).next()).next();
}

std::uint64_t fresh_seed() {
  std::uint64_t seed = 0;
  REPRO_CHECK(getrandom(&seed, sizeof seed, 0) == static_cast<ssize_t>(sizeof seed));
  // 53 bits, so that the number survives JSON readers that store doubles.
  return seed >> 11;
}

}  // namespace repro
