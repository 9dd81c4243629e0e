#pragma once

// Signatures that share a bug, in the same words in every format. Internal to harness/report.

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/model/bug.h"
#include "harness/report/terminal.h"
#include "harness/report/text_table.h"

namespace repro::report {

/// The colour of an outcome.
[[nodiscard]] Paint outcome_paint(Outcome outcome);

/// The section that says why signatures share a bug, and what was in doubt; nothing when each stands alone.
void write_bug_links(std::ostream& out, const std::vector<Bug>& bugs, const TerminalStyle& style);

/// `at least 3 more signatures to expect ...` and the chance of the next one; `what` was counted: `failing
/// run`.
[[nodiscard]] std::vector<std::string> unseen_lines(const UnseenEstimate& unseen, std::string_view what);

[[nodiscard]] nlohmann::ordered_json bug_to_json(const Bug& bug);
/// `null` when there is no estimate.
[[nodiscard]] nlohmann::ordered_json unseen_to_json(const std::optional<UnseenEstimate>& unseen);

}  // namespace repro::report
