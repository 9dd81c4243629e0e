#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/process/supervisor.h"

namespace repro::process {

/// The pids of living processes whose environment holds `mark`.
[[nodiscard]] std::vector<pid_t> find_marked(const std::string& mark);

/// A supervisor and specs whose processes carry a mark of this test, so that every one that is left over can
/// be told, whatever it did to its parents, group and session. Ends with a look that there is none.
class SupervisorTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// `helper` is a program in tests/helpers, or a path. Deadline: none.
  [[nodiscard]] RunSpec spec(const std::string& helper, const std::vector<std::string>& arguments = {}) const;
  [[nodiscard]] RunSpec shell(const std::string& script) const;
  /// The result, or a failed test and an empty result.
  [[nodiscard]] ProcessResult run(const RunSpec& spec);
  void restart(SupervisorOptions options);

  std::string mark_;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace repro::process
