// The control gates of the scenarios on the actor runtime: so many runs of each repaired variant in each
// build, of which none may hang, fail or be reported. And of the broken ones, which show that a gate can
// fail, at least one must.

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/scenarios/built_scenario.h"

namespace repro::test {
namespace {

/// As long as the longest deadline of the scenario files: a run that is not stuck takes some hundredths of
/// it.
constexpr std::chrono::milliseconds kDeadline{5000};

struct Gate {
  const char* scenario;
  const char* variant;
  int runs;
  bool is_broken;
};

/// Runs that did not end well.
int count_bad_runs(const Gate& gate, Sanitizer build) {
  const campaign::Scenario scenario = built_scenario(gate.scenario);
  const auto argv =
      campaign::scenario_command(scenario, *campaign::find_variant(scenario, gate.variant), build).argv;
  SubjectBounds bounds;
  bounds.whole = kDeadline;
  int bad = 0;
  for (int i = 0; i < gate.runs; ++i) {
    const SubjectRun run = run_subject(argv, bounds);
    if (run.was_still_running || run.exit_code != 0 || !run.standard_error.empty()) ++bad;
  }
  return bad;
}

class ControlGate : public ::testing::TestWithParam<std::tuple<Gate, Sanitizer>> {};

TEST_P(ControlGate, HoldsForTheRepairedAndFailsForTheBroken) {
  const auto& [gate, build] = GetParam();
  const int bad = count_bad_runs(gate, build);
  RecordProperty("bad_runs", bad);
  if (gate.is_broken) {
    EXPECT_GT(bad, 0) << "of " << gate.runs;
  } else {
    EXPECT_EQ(bad, 0) << "of " << gate.runs;
  }
}

std::string cell_name(const ::testing::TestParamInfo<std::tuple<Gate, Sanitizer>>& instance) {
  const auto& [gate, build] = instance.param;
  std::string name = std::string(gate.scenario) + "_" + gate.variant;
  std::replace(name.begin(), name.end(), '-', '_');
  return name + "_" + std::string(to_string(build));
}

INSTANTIATE_TEST_SUITE_P(
    EachBuild, ControlGate,
    ::testing::Combine(::testing::Values(Gate{"actor-task-loss", "recv-queue", 500, false},
                                         Gate{"actor-task-loss", "claim-first", 500, false},
                                         Gate{"actor-task-loss", "pipe-oneshot", 200, true},
                                         Gate{"async-mutex", "checked-park", 2000, false},
                                         Gate{"async-mutex", "split-park", 200, true},
                                         Gate{"async-rwlock", "one-section", 1500, false},
                                         Gate{"async-rwlock", "split-release", 600, true}),
                       ::testing::Values(Sanitizer::plain, Sanitizer::address, Sanitizer::thread)),
    cell_name);

}  // namespace
}  // namespace repro::test
