#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "harness/base/result.h"
#include "harness/campaign/prepared_plan.h"
#include "harness/campaign/replay.h"
#include "harness/cli/options.h"
#include "harness/process/stop_request.h"
#include "harness/process/supervisor.h"
#include "harness/store/store.h"

namespace repro::cli {

/// A run of a campaign file with what is needed to run it again: `repro replay FILE RUN`.
class RecordedRun {
 public:
  /// Reads FILE and RUN from the positional arguments; without FILE the newest campaign. Errors: usage, when
  /// they are not there; and those of the campaign file and of PreparedPlan.
  [[nodiscard]] static Result<std::unique_ptr<RecordedRun>> open(
      const ParsedOptions& options, const std::map<std::string, std::string>& environment,
      process::StopRequest& stop);

  [[nodiscard]] const std::string& file() const { return file_; }
  /// Title of the signature by which the run is recognised; the run's reason when it has none.
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const RunDetails& details() const { return details_; }
  [[nodiscard]] const Arm& arm() const { return prepared_->request().arms.at(details_.row.slot.arm); }
  [[nodiscard]] campaign::Replayer& replayer() { return *replayer_; }

 private:
  RecordedRun() = default;

  std::string file_;
  std::string title_;
  RunDetails details_;
  std::unique_ptr<process::Supervisor> runner_;
  std::unique_ptr<campaign::PreparedPlan> prepared_;
  std::optional<campaign::Replayer> replayer_;
};

}  // namespace repro::cli
