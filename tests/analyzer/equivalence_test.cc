// The equivalence contract on a real project: every backend gives the bytes of the sequential one on Ruby's
// own library as Debian ships it. REPRO_EQUIVALENCE_RUNS sets the runs of each backend; the nightly run asks
// for 100.

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/base/files.h"
#include "analyzer/cache/store.h"
#include "analyzer/pool/check.h"
#include "analyzer/report/formats.h"
#include "tests/analyzer/analyze_text.h"

namespace analyzer::pool {
namespace {

int wanted_runs() {
  const char* const text = std::getenv("REPRO_EQUIVALENCE_RUNS");
  const std::string_view digits = text == nullptr ? "3" : text;
  int runs = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), runs);
  return std::max(runs, 1);
}

class Equivalence : public testing::Test {
 protected:
  Equivalence() {
    request_.paths = expand_paths({"/usr/lib/ruby"}).value();
    request_.reflection = test::core_signatures();
    request_.blueprints = {{"debugger-call", "{}"}, {"unused-private", "{}"}};
    request_.store = cache::Store::in_memory();
  }

  std::string text_of(BackendKind backend, std::uint32_t workers) {
    request_.backend = backend;
    request_.workers = workers;
    const CheckResult result = check(request_);
    EXPECT_THAT(result.warnings, testing::IsEmpty());
    std::ostringstream out;
    report::write_text(result, out);
    return out.str();
  }

  CheckRequest request_;
};

TEST_F(Equivalence, EveryBackendGivesTheSequentialBytesOnRubysLibrary) {
  ASSERT_GT(request_.paths.size(), 1000U);
  const std::string expected = text_of(BackendKind::sequential, 0);
  EXPECT_GT(std::count(expected.begin(), expected.end(), '\n'), 20) << "nothing that could differ";
  std::mt19937 random(3);
  const int runs = wanted_runs();
  for (int run = 0; run < runs; ++run) {
    for (const BackendKind backend : {BackendKind::threads, BackendKind::fork, BackendKind::isolates}) {
      const std::uint32_t workers = 1 + random() % 8;
      ASSERT_TRUE(text_of(backend, workers) == expected)
          << backend_name(backend) << " with " << workers << " workers differs in run " << run;
    }
  }
}

TEST_F(Equivalence, AnySplitAmongSessionsGivesTheSameDiagnosticsOnRubysLibrary) {
  SessionInputs inputs;
  inputs.paths = std::make_shared<const std::vector<std::string>>(request_.paths);
  inputs.reflection = request_.reflection;
  const auto count = static_cast<std::uint32_t>(request_.paths.size());
  std::vector<infer::UnitPtr> units;
  WorkerSession reader(inputs);
  for (std::uint32_t index = 0; index < count; ++index) units.push_back(reader.read(index).unit);
  inputs.project = infer::Project::build(inputs.reflection, request_.paths, std::move(units));
  std::vector<std::vector<Diagnostic>> expected;
  WorkerSession sequential(inputs);
  for (std::uint32_t index = 0; index < count; ++index)
    expected.push_back(sequential.analyze(index).diagnostics);
  std::mt19937 random(5);
  for (int round = 0; round < wanted_runs(); ++round) {
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t index = 0; index < count; ++index) order[index] = index;
    std::shuffle(order.begin(), order.end(), random);
    const std::size_t sessions_count = 1 + random() % 8;
    std::vector<std::unique_ptr<WorkerSession>> sessions;
    for (std::size_t i = 0; i < sessions_count; ++i)
      sessions.push_back(std::make_unique<WorkerSession>(inputs));
    for (const std::uint32_t index : order) {
      ASSERT_TRUE(sessions[random() % sessions_count]->analyze(index).diagnostics == expected[index])
          << request_.paths[index] << " in round " << round;
    }
  }
}

}  // namespace
}  // namespace analyzer::pool
