#pragma once

// --suppress, the same under every verb that has it.

#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/options.h"
#include "harness/findings/suppressions.h"
#include "harness/model/triage.h"

namespace repro::cli {

/// The rules of all files that --suppress names. Errors: usage; a file that cannot be read, or `known.txt:3:
/// ...`.
[[nodiscard]] Result<std::vector<findings::Suppression>> read_suppressions(const ParsedOptions& options);

/// A warning for each rule that nothing was suppressed by: it is misspelt, or what it was for is gone.
void add_suppression_warnings(const std::vector<SuppressionUse>& uses, std::vector<std::string>& warnings);

}  // namespace repro::cli
