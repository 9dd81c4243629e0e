#pragma once

// --suppress, the same under every verb that has it.

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/options.h"
#include "harness/findings/suppressions.h"
#include "harness/model/triage.h"

namespace repro::cli {

/// The rules of all files that --suppress names. Errors: usage; a file that cannot be read, or `known.txt:3:
/// ...`.
[[nodiscard]] Result<std::vector<findings::Suppression>> read_suppressions(const ParsedOptions& options);

/// What has been suppressed by which rule. `take` may be called from several threads at once.
class SuppressionTally {
 public:
  explicit SuppressionTally(std::vector<findings::Suppression> rules)
      : rules_(std::move(rules)), matches_(rules_.size()) {}

  /// Whether a rule means this finding; counts it then.
  [[nodiscard]] bool take(const Finding& finding, const Signature& signature);
  [[nodiscard]] bool has_rules() const { return !rules_.empty(); }
  [[nodiscard]] std::vector<SuppressionUse> uses() const;

 private:
  std::vector<findings::Suppression> rules_;
  std::vector<std::atomic<std::uint64_t>> matches_;
};

/// A warning for each rule that nothing was suppressed by: it is misspelt, or what it was for is gone.
void add_suppression_warnings(const std::vector<SuppressionUse>& uses, std::vector<std::string>& warnings);

}  // namespace repro::cli
