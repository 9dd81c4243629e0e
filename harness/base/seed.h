#pragma once

// Seeds: one number for the campaign, everything else derived from it, so that a campaign can be repeated,
// split into shards and resumed without storing a generator's state.

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace repro {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). Chosen
/// because its whole state is one word, so any position of the stream can be derived. Not for cryptography.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, bound), without modulo bias (Lemire 2019). `bound` must not be 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

/// Mixes `text` into `seed`: the same inputs give the same seed on every machine and in every version.
[[nodiscard]] std::uint64_t derive_seed(std::uint64_t seed, std::string_view text);
/// Mixes the number `index` into `seed`.
[[nodiscard]] std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t index);

/// A seed from the operating system, for when the user named none. It is recorded, so the campaign stays
/// repeatable.
[[nodiscard]] std::uint64_t fresh_seed();

/// Fisher-Yates with `random`; the order depends on nothing else.
template <class T>
void shuffle(std::span<T> items, SplitMix64& random) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[random.below(left)]);
  }
}

}  // namespace repro
