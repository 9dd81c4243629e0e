#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace repro::findings {

/// FNV-1a, 64 bits, folded to 48 by exclusive or (Fowler, Noll, Vo; the fold is theirs too): a few lines, the
/// same on every machine. Two of a million different names share an id with probability 0.2 %.
class NameHash {
 public:
  void mix(std::string_view text) {
    for (const char c : text) mix_byte(static_cast<unsigned char>(c));
    mix_byte(0xffU);  // a byte that no UTF-8 text holds: "ab","c" differs from "a","bc"
  }
  /// 12 hex digits.
  [[nodiscard]] std::string digits() const {
    constexpr std::uint64_t kMask = (1ULL << 48U) - 1;
    return fmt::format("{:012x}", (hash_ >> 48U) ^ (hash_ & kMask));
  }

 private:
  void mix_byte(std::uint64_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace repro::findings
