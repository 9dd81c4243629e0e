#pragma once

#include <ostream>

#include "harness/model/gate.h"
#include "harness/report/terminal.h"

namespace repro::report {

/// The arms with their bounds and verdicts, and what each rests on. Errors show in the state of `out`.
void write_gate_terminal(std::ostream& out, const GateReport& report, const TerminalStyle& style);

/// The object of key `gate` (docs/json.md). Errors show in the state of `out`.
void write_gate_json(std::ostream& out, const GateReport& report);

}  // namespace repro::report
