#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/executor.h"
#include "harness/findings/oracle.h"
#include "harness/model/campaign.h"
#include "harness/process/run_directory.h"
#include "harness/process/runner.h"

namespace repro::campaign {

/// A request with everything that its runs need, for the verbs that choose each run themselves (hunt, replay,
/// minimize). Owns what its ExecutionPlan points at.
class PreparedPlan {
 public:
  /// Runs the reference command, if the oracle has one. Errors: usage and environment, as read_oracle_texts.
  [[nodiscard]] static Result<std::unique_ptr<PreparedPlan>> create(
      Request request, const std::map<std::string, std::string>& environment, process::ProcessRunner& runner);
  PreparedPlan(const PreparedPlan&) = delete;
  PreparedPlan& operator=(const PreparedPlan&) = delete;

  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] ExecutionPlan& plan() { return plan_; }

 private:
  explicit PreparedPlan(Request request) : request_(std::move(request)) {}

  Request request_;
  std::optional<findings::Oracle> oracle_;
  std::optional<process::RunDirectory> knowledge_;
  ExecutionPlan plan_;
};

}  // namespace repro::campaign
