#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace repro {

/// What one run says about the subject. Exactly one per run; `infra` says nothing and is in no denominator.
/// The order is the order of the outcome rules: the first that applies wins.
enum class Outcome : std::uint8_t { infra, crash, hang, fail, ok };

inline constexpr std::array<Outcome, 5> kOutcomes{Outcome::infra, Outcome::crash, Outcome::hang,
                                                  Outcome::fail, Outcome::ok};

[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text);

struct OutcomeCounts {
  std::uint64_t crash = 0;
  std::uint64_t hang = 0;
  std::uint64_t fail = 0;
  std::uint64_t ok = 0;
  std::uint64_t infra = 0;

  /// The denominator of every rate: runs that say something about the subject.
  [[nodiscard]] std::uint64_t counted() const { return crash + hang + fail + ok; }
  [[nodiscard]] std::uint64_t bad() const { return crash + hang + fail; }
  [[nodiscard]] std::uint64_t all() const { return counted() + infra; }
  [[nodiscard]] std::uint64_t of(Outcome outcome) const;
  void add(Outcome outcome, std::uint64_t times = 1);
  friend bool operator==(const OutcomeCounts&, const OutcomeCounts&) = default;
};

}  // namespace repro
