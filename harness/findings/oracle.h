#pragma once

// Decides whether a run that ended by itself did what was expected of it. Knows nothing of reports.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/campaign.h"
#include "harness/model/finding.h"
#include "harness/model/process_result.h"

namespace repro::findings {

/// The texts that OracleSpec names by file or command, read or produced by the caller once per campaign.
struct OracleTexts {
  std::optional<std::string> expected;   ///< contents of `expect_file`
  std::optional<std::string> reference;  ///< standard output of `reference_command`
};

struct OracleVerdict {
  /// Source `oracle`; kinds `exit-code`, `output-differs`, `output-truncated`, `match-missing`,
  /// `match-forbidden`, `check-failed`. Empty: as expected.
  std::vector<Finding> findings;
  /// Why nothing can be said (the check answered 125, or could not be run). Empty: something can.
  std::string infra_reason;
};

/// One campaign's oracles, ready to be asked. Immutable after create(); evaluate() may be called from several
/// threads.
class Oracle {
 public:
  /// Compiles the patterns. Errors: usage, naming the option, when a pattern is not a regular expression or
  /// when `spec` names a file or reference whose text is missing.
  [[nodiscard]] static Result<Oracle> create(OracleSpec spec, OracleTexts texts = {});

  /// Judges one run. `check` is the result of `check_command` on this run; null when it was not run. The exit
  /// code is asked only of a process that exited (a death by signal is not the oracle's business).
  [[nodiscard]] OracleVerdict evaluate(const ProcessResult& run, const ProcessResult* check = nullptr) const;

  [[nodiscard]] const OracleSpec& spec() const;

 private:
  struct State;
  explicit Oracle(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace repro::findings
