#pragma once

// Decides whether a run that ended by itself did what was expected of it. Knows nothing of reports.
//
// Output beyond the capture limit is dropped by the supervisor. What the kept part proves is said; what it
// cannot prove is infra, never ok.

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
  /// Source `oracle`; kinds `exit-code`, `output-differs`, `match-missing`, `match-forbidden`,
  /// `check-failed`. Empty: as expected.
  std::vector<Finding> findings;
  /// Why nothing can be said: the check answered 125 or failed itself, or the part of the output that was not
  /// kept would have to be known. Empty: something can. Findings stand beside it where they are certain.
  std::string infra_reason;
};

/// One campaign's oracles, ready to be asked. Immutable after create(); evaluate() may be called from several
/// threads.
class Oracle {
 public:
  /// Compiles the patterns. Errors: usage, naming the option, when a pattern is not a regular expression or
  /// when `spec` names a file or reference whose text is missing.
  [[nodiscard]] static Result<Oracle> create(OracleSpec spec, OracleTexts texts = {});

  /// Judges one run. A run that was stopped or died by a signal has no verdict: its output is not whole.
  /// `check` is the result of `check_command` on this run; null when it was not run. `explained_exit_code` is
  /// a code that a report already explains and that is therefore not asked about.
  [[nodiscard]] OracleVerdict evaluate(const ProcessResult& run, const ProcessResult* check = nullptr,
                                       std::optional<int> explained_exit_code = std::nullopt) const;

  [[nodiscard]] const OracleSpec& spec() const;

 private:
  struct State;
  explicit Oracle(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace repro::findings
