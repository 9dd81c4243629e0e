#pragma once

// What `repro gate` concludes, as plain data: decided in campaign/gate.h, written by harness/report.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace repro {

enum class GateVerdict : std::uint8_t { passed, failed, inconclusive };

inline constexpr std::array<GateVerdict, 3> kGateVerdicts{GateVerdict::passed, GateVerdict::failed,
                                                          GateVerdict::inconclusive};

[[nodiscard]] std::string_view to_string(GateVerdict verdict);

enum class GateRule : std::uint8_t {
  fixed_sample,  ///< exact bounds; the number of runs was set before the first
  sequential,    ///< valid however often somebody looked
  counted,       ///< at most so many failures in at least so many runs
};

[[nodiscard]] std::string_view to_string(GateRule rule);

/// Whether the gate could have failed at all: a gate that the code before the fix passes proves nothing.
struct GatePower {
  std::string source;  ///< `pre-fix (15/25)` or `--base-rate`
  double base_rate = 0;
  double refused = 0;  ///< chance that a program with this rate does not pass after as many runs
};

struct GatedArm {
  std::string label;
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;  ///< runs that had what the gate asks for
  GateRule rule = GateRule::fixed_sample;
  GateVerdict verdict = GateVerdict::inconclusive;
  std::optional<double> lower_bound;  ///< one-sided, at the gate's confidence; absent without runs
  std::optional<double> upper_bound;
  std::optional<std::uint64_t> more_clean_runs;  ///< that would make an inconclusive gate pass
  std::optional<GatePower> power;                ///< absent where no base rate is known
  std::vector<std::string> warnings;
};

struct GateReport {
  std::string file;
  std::string what;        ///< `any bad outcome`, `hang`, `signature s2-...`
  double max_rate = 0.01;  ///< fixed and sequential rule
  double confidence = 0.95;
  std::optional<std::uint64_t> max_failures;        ///< counted rule
  std::optional<std::uint64_t> min_runs;            ///< counted rule
  GateVerdict verdict = GateVerdict::inconclusive;  ///< passed when all arms are, failed when one is
  std::vector<GatedArm> arms;
  std::vector<std::string> warnings;
};

}  // namespace repro
