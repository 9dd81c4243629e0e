#pragma once

// What `repro triage` found in logs.

#include <ostream>
#include <string_view>

#include "harness/model/triage.h"
#include "harness/report/terminal.h"

namespace repro::report {

/// A table with one row per bug, then why signatures share a bug, suppressions and warnings.
void write_triage_terminal(std::ostream& out, const TriageReport& report, const TerminalStyle& style);

/// `{"schema":1,"triage":{...}}` (docs/json.md).
void write_triage_json(std::ostream& out, const TriageReport& report);

/// SARIF 2.1.0 (OASIS, 2020): one run, one rule per kind of finding, one result per signature, its
/// fingerprint the signature's id. `tool_version` is that of this program.
void write_triage_sarif(std::ostream& out, const TriageReport& report, std::string_view tool_version);

/// What changed between two campaigns, one row per signature and build.
void write_triage_diff_terminal(std::ostream& out, const TriageDiff& diff, const TerminalStyle& style);
/// `{"schema":1,"triage_diff":{...}}`.
void write_triage_diff_json(std::ostream& out, const TriageDiff& diff);

}  // namespace repro::report
