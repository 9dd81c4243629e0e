#pragma once

#include <cstddef>
#include <ostream>

#include "harness/model/finding.h"
#include "harness/model/run_record.h"
#include "harness/model/summary.h"

namespace repro::report {

enum class Color : bool { no, yes };

/// What the caller knows about the terminal. The defaults suit a file or a pipe.
struct TerminalStyle {
  Color color = Color::no;
  /// Columns to fit into; long texts are cut with an ellipsis, numbers never. 0: no limit.
  std::size_t width = 0;
};

/// The campaign: the table of counts, signatures, infra reasons, warnings. Text of the subject is made
/// harmless (base/text.h printable). Errors show in the state of `out`.
void write_terminal(std::ostream& out, const CampaignSummary& summary, const TerminalStyle& style);

/// One run: facts, reason, findings with their stacks, and what it wrote.
void write_run_terminal(std::ostream& out, const CampaignSummary& summary, const RunDetails& run,
                        const TerminalStyle& style);

/// One signature: signed frames, counts per arm, and `example`, a finding that has it, with its raw text.
void write_signature_terminal(std::ostream& out, const CampaignSummary& summary,
                              const SignatureSummary& signature, const Finding& example,
                              const TerminalStyle& style, const SignatureLevels& levels = {});

}  // namespace repro::report
