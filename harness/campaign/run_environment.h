#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/findings/sanitizer_options.h"
#include "harness/model/campaign.h"
#include "harness/model/run_record.h"

namespace repro::campaign {

/// The environment of this process as a map; a later duplicate wins, as for getenv in most libcs.
[[nodiscard]] std::map<std::string, std::string> own_environment();

/// What one run sees of the harness.
struct RunPlace {
  std::string temporary_directory;  ///< REPRO_TMPDIR
  std::string log_directory;        ///< for sanitizer reports
  std::uint32_t job = 0;            ///< REPRO_JOB
};

/// The complete environment of runs of one arm. The parts that are the same for each run are made once,
/// because a campaign of short runs spends a notable share of its time here.
class RunEnvironment {
 public:
  /// `base` is the harness's own environment; the arm's additions win over it, and REPRO_* and the sanitizer
  /// options are laid over both (the user's options inside *SAN_OPTIONS are kept).
  RunEnvironment(const Arm& arm, std::map<std::string, std::string> base, std::string symbolizer);

  /// "K=V" entries for one run.
  [[nodiscard]] std::vector<std::string> entries(const RunSlot& slot, const RunPlace& place) const;

  /// Where the user's sanitizer options hide something from us.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Sanitizer sanitizer_;
  std::string symbolizer_;
  std::map<std::string, std::string> variables_;
  std::vector<std::string> fixed_entries_;  ///< all of variables_ but the sanitizers' option variables
  std::vector<std::string> warnings_;
};

}  // namespace repro::campaign
