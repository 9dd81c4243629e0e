#pragma once

// SplitMix64 for code that is loaded into a subject (harness/base/seed.h is for the harness and says where it
// is from).

#include <cstdint>

namespace repro::schedule::noise {

/// Two rounds of the finaliser: neighbouring seeds must not give streams that are shifted copies.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t value) {
  for (int round = 0; round < 2; ++round) {
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    value ^= value >> 31U;
  }
  return value;
}

/// The next number of the stream whose state is `state`.
inline std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace repro::schedule::noise
