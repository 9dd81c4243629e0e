#pragma once

// What `repro compare` concludes, as plain data: decided in campaign/compare.h, written by harness/report.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/outcome.h"
#include "harness/model/summary.h"

namespace repro {

/// The answer to "did it help?", from B's side. docs/statistics.md has the rule.
enum class Verdict : std::uint8_t {
  fixed,        ///< better, and so rare now that the bound of the bad rate is below the wanted one
  better,       ///< fewer bad runs, and no bad outcome has become more frequent
  traded,       ///< one bad outcome fell while another rose
  changed,      ///< the runs end differently, but neither better nor worse is shown
  worse,        ///< more bad runs, and no bad outcome has become rarer
  no_evidence,  ///< these runs show no difference
};

inline constexpr std::array<Verdict, 6> kVerdicts{Verdict::fixed,   Verdict::better, Verdict::traded,
                                                  Verdict::changed, Verdict::worse,  Verdict::no_evidence};

/// The public names: `fixed`, ..., `no evidence of change`.
[[nodiscard]] std::string_view to_string(Verdict verdict);
/// Also reads `no-evidence`.
[[nodiscard]] std::optional<Verdict> parse_verdict(std::string_view text);

/// Which promise the p-values carry.
enum class EvidenceRule : std::uint8_t {
  fixed_sample,  ///< the number of runs was fixed before the first one
  sequential,    ///< valid however often somebody looked and whenever the runs ended
};

[[nodiscard]] std::string_view to_string(EvidenceRule rule);

/// How strongly something speaks against "no difference".
struct Evidence {
  double p_value = 1;           ///< under the sequential rule 1/e, at most 1
  std::optional<double> log_e;  ///< ln of the e-value; sequential rule only
  std::string method;           ///< `Boschloo, two-sided`
  bool is_exact = true;
  double standard_error = 0;  ///< of a p-value that was found by drawing tables
};

struct ComparedArm {
  std::string label;
  OutcomeCounts counts;
  std::optional<RateEstimate> rate;  ///< absent when no run was counted
};

/// One outcome, or all bad ones together, in both arms.
struct OutcomeDifference {
  std::string outcome;  ///< `crash`, `hang`, `fail`, `ok`, `any bad`
  std::uint64_t count_a = 0;
  std::uint64_t count_b = 0;
  double difference = 0;  ///< B's rate minus A's
  double low = -1;        ///< 95 % interval of it, each outcome by itself
  double high = 1;
  Evidence evidence;
  double adjusted_p = 1;        ///< after Holm over the four outcomes; for `any bad` over the primary tests
  bool is_significant = false;  ///< adjusted_p is at most the level
};

/// Where the bad runs went that are no longer there.
struct Displacement {
  double fallen = 0;  ///< sum of the falls of the bad outcomes' rates
  double to_bad = 0;  ///< share of it that other bad outcomes gained
  double to_ok = 0;   ///< share of it that ok gained
};

/// How many runs would decide, were the observed rates the true ones.
struct RunsToDecide {
  std::string outcome;  ///< whose difference needs the fewest runs
  double rate_a = 0;
  double rate_b = 0;
  std::uint64_t runs_per_side = 0;  ///< in all
  std::uint64_t more_per_side = 0;
  bool is_exact = true;  ///< else by an approximate formula
};

/// What this number of runs could have shown.
struct DetectableDifference {
  double base_rate = 0;  ///< of any bad outcome, as observed in A
  std::uint64_t runs_per_side = 0;
  std::optional<double> below;  ///< rate of B that would have been found with the wanted power
  std::optional<double> above;
};

struct Comparison {
  ComparedArm a;  ///< the base
  ComparedArm b;
  EvidenceRule rule = EvidenceRule::fixed_sample;
  std::uint64_t blocks = 0;                 ///< pairs of runs that the sequential rule used
  std::vector<OutcomeDifference> outcomes;  ///< crash, hang, fail, ok
  OutcomeDifference any_bad;
  Evidence vectors;  ///< against "the runs end in the same ways"
  double vectors_adjusted_p = 1;
  double total_variation = 0;
  Verdict verdict = Verdict::no_evidence;
  std::optional<double> bad_rate_bound;      ///< one-sided upper bound of B's bad rate; absent without runs
  std::optional<Displacement> displacement;  ///< where some bad outcome fell
  std::optional<RunsToDecide> to_decide;     ///< with no_evidence, unless the observed rates are equal
  std::optional<DetectableDifference> detectable;  ///< with no_evidence
  std::vector<std::string> warnings;               ///< of this pair
};

struct ComparisonReport {
  std::vector<std::string> files;  ///< campaign files as named; empty for tables
  double confidence = 0.95;
  double max_rate = 0.01;  ///< what `fixed` asks for
  double power = 0.8;
  std::vector<Comparison> comparisons;
  std::vector<std::string> warnings;  ///< what a reader must know before believing any of it
};

}  // namespace repro
