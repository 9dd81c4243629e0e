#include "harness/campaign/bisection_search.h"

#include <algorithm>
#include <cmath>

#include "harness/base/check.h"
#include "harness/stats/bisection.h"

namespace repro::campaign {

std::string_view to_string(BisectionState state) {
  switch (state) {
    case BisectionState::calibrating:
      return "calibrating";
    case BisectionState::searching:
      return "searching";
    case BisectionState::found:
      return "found";
    case BisectionState::bad_end_is_clean:
      return "bad-end-is-clean";
    case BisectionState::ends_alike:
      return "ends-alike";
    case BisectionState::out_of_budget:
      break;
  }
  return "out-of-budget";
}

BisectionSearch::BisectionSearch(std::size_t revisions, const BisectionOptions& options)
    : options_(options),
      runs_(revisions),
      is_built_(revisions),
      is_skipped_(revisions),
      prior_(revisions, 1.0) {
  REPRO_CHECK(revisions >= 2);
  prior_.front() = 0;  // known to be good
  update();
}

std::uint64_t BisectionSearch::trials(std::size_t revision) const {
  return runs_[revision].failures + runs_[revision].clean;
}

std::uint64_t BisectionSearch::total_runs() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < runs_.size(); ++i) sum += trials(i);
  return sum;
}

std::size_t BisectionSearch::built() const {
  return static_cast<std::size_t>(std::count(is_built_.begin(), is_built_.end(), true));
}

void BisectionSearch::add(std::size_t revision, const stats::RunCounts& runs) {
  REPRO_CHECK(revision < runs_.size());
  runs_[revision].failures += runs.failures;
  runs_[revision].clean += runs.clean;
  is_built_[revision] = true;
  update();
}

void BisectionSearch::skip(std::size_t revision) {
  REPRO_CHECK(revision < runs_.size());
  is_skipped_[revision] = true;
  update();
}

void BisectionSearch::set_costs(double seconds_per_build, double seconds_per_run) {
  REPRO_CHECK(seconds_per_build > 0 && seconds_per_run > 0);
  options_.seconds_per_build = seconds_per_build;
  options_.seconds_per_run = seconds_per_run;
}

/// The largest probability that a revision has together with those that cannot be told from it: revision i is
/// told from i + 1 by runs of i alone.
double BisectionSearch::largest_group() const {
  double largest = 0;
  double group = 0;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    group += posterior_[i];
    largest = std::max(largest, group);
    if (!is_skipped_[i]) group = 0;
  }
  return largest;
}

void BisectionSearch::update() {
  posterior_ = stats::first_bad_posterior(runs_, prior_);
  const stats::RunCounts& bad = runs_.back();
  const stats::RunCounts& good = runs_.front();
  if (is_skipped_.front() || is_skipped_.back()) {
    state_ = BisectionState::bad_end_is_clean;
  } else if (bad.failures < options_.calibration_failures) {
    const bool is_hopeless = static_cast<double>(trials(last())) >= 3 / options_.least_rate;
    state_ = is_hopeless ? BisectionState::bad_end_is_clean : BisectionState::calibrating;
  } else if (trials(0) < trials(last()) && state_ == BisectionState::calibrating) {
    state_ = BisectionState::calibrating;
  } else if (good.failures * trials(last()) >= bad.failures * trials(0)) {
    state_ = BisectionState::ends_alike;
  } else if (largest_group() >= options_.confidence) {
    state_ = BisectionState::found;
  } else {
    state_ = total_runs() >= options_.most_runs ? BisectionState::out_of_budget : BisectionState::searching;
  }
}

std::uint64_t BisectionSearch::batch_size() const {
  // The rate of the bad side, from the end that is bad for certain.
  const double rate =
      (static_cast<double>(runs_.back().failures) + 0.5) / (static_cast<double>(trials(last())) + 1);
  return static_cast<std::uint64_t>(std::ceil(1.5 / rate));
}

BisectionSearch::Step BisectionSearch::most_telling() const {
  const std::vector<double> expected = stats::expected_entropy(runs_, posterior_);
  const double now = stats::entropy(posterior_);
  const std::uint64_t batch = batch_size();
  const double run_seconds = static_cast<double>(batch) * options_.seconds_per_run;
  std::size_t best = last();
  double best_pace = -1;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (is_skipped_[i]) continue;
    // A second batch of the same revision tells less than the first; the square root keeps a costly build
    // from being put off for ever.
    const double seconds = run_seconds + (is_built_[i] ? 0 : options_.seconds_per_build);
    const double pace = (now - expected[i]) / std::sqrt(seconds);
    if (pace <= best_pace) continue;
    best = i;
    best_pace = pace;
  }
  return {best, batch, true};
}

std::optional<BisectionSearch::Step> BisectionSearch::next() const {
  switch (state_) {
    case BisectionState::calibrating:
      if (runs_.back().failures < options_.calibration_failures) return Step{last(), 1, false};
      return Step{0, trials(last()) - trials(0), false};
    case BisectionState::searching:
      return most_telling();
    case BisectionState::found:
    case BisectionState::bad_end_is_clean:
    case BisectionState::ends_alike:
    case BisectionState::out_of_budget:
      break;
  }
  return std::nullopt;
}

std::vector<std::size_t> BisectionSearch::credible_set() const {
  return stats::credible_set(posterior_, options_.confidence);
}

}  // namespace repro::campaign
