#pragma once

// Which revision to run next, and when the first bad one is known. Decides, and does nothing else.
//
// First the bad end is run until it has failed a few times: that tells the rate, and that the failure is
// there at all. Then the good end as often. Then always the revision whose runs are expected to tell most per
// second, in batches of about 1.5/rate runs or until the first failure: single runs would need the same
// number of runs and 2 to 5 times the builds. The good end stays among the candidates for a run, because
// without it the search stalls for thousands of runs when the oldest candidate is the culprit. It ends when
// one revision, or a group that revisions which cannot be built hide from each other, has the wanted
// probability. The model is in stats/bisection.h.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/stats/rate_process.h"

namespace repro::campaign {

struct BisectionOptions {
  double confidence = 0.95;
  std::uint64_t calibration_failures = 3;  ///< of the bad end
  double least_rate = 0.02;  ///< a bad end that seems to fail less often is given up after 3/least_rate runs
  std::uint64_t most_runs = 5000;
  double seconds_per_build =
      60;  ///< what a revision costs that is not built yet; measured values may replace it
  double seconds_per_run = 1;
};

enum class BisectionState : std::uint8_t {
  calibrating,  ///< the ends are being run
  searching,
  found,
  bad_end_is_clean,  ///< the failure does not show at the bad end
  ends_alike,        ///< the good end fails as often as the bad one
  out_of_budget,
};

[[nodiscard]] std::string_view to_string(BisectionState state);

/// Revisions are numbered by age: 0 is known to be good, the last one known to be bad, and one of 1..last is
/// the first bad one. Pure state; one thread at a time.
class BisectionSearch {
 public:
  /// `revisions` is at least 2 (checked).
  BisectionSearch(std::size_t revisions, const BisectionOptions& options);

  struct Step {
    std::size_t revision = 0;
    std::uint64_t runs = 0;      ///< at most
    bool until_failure = false;  ///< end the batch at the first failure
  };
  /// What to do next; nothing when the search has ended.
  [[nodiscard]] std::optional<Step> next() const;

  /// Runs of a revision that were done. It counts as built from now on.
  void add(std::size_t revision, const stats::RunCounts& runs);
  /// This revision cannot be built or tested; it is not asked for again.
  void skip(std::size_t revision);
  /// Measured costs, in place of the ones in the options; above 0 (checked).
  void set_costs(double seconds_per_build, double seconds_per_run);

  [[nodiscard]] BisectionState state() const { return state_; }
  /// Probability of each revision to be the first bad one.
  [[nodiscard]] const std::vector<double>& posterior() const { return posterior_; }
  /// The smallest set with the wanted probability, most probable first.
  [[nodiscard]] std::vector<std::size_t> credible_set() const;
  [[nodiscard]] const std::vector<stats::RunCounts>& runs() const { return runs_; }
  [[nodiscard]] std::uint64_t total_runs() const;
  [[nodiscard]] std::size_t built() const;

 private:
  void update();
  [[nodiscard]] std::size_t last() const { return runs_.size() - 1; }
  [[nodiscard]] std::uint64_t trials(std::size_t revision) const;
  [[nodiscard]] double largest_group() const;
  [[nodiscard]] Step most_telling() const;
  [[nodiscard]] std::uint64_t batch_size() const;

  BisectionOptions options_;
  std::vector<stats::RunCounts> runs_;
  std::vector<bool> is_built_;
  std::vector<bool> is_skipped_;
  std::vector<double> prior_;
  std::vector<double> posterior_;
  BisectionState state_ = BisectionState::calibrating;
};

}  // namespace repro::campaign
