#pragma once

#include <ostream>

#include "harness/model/finding.h"
#include "harness/model/run_record.h"
#include "harness/model/summary.h"
#include "harness/report/run_source.h"

namespace repro::report {

/// Version of the documents written here; keys are only added within one number (docs/json.md).
inline constexpr int kJsonSchema = 1;

/// The whole campaign with all its runs. Memory does not grow with the number of runs. Errors: those of
/// `runs`; those of writing show in the state of `out`.
[[nodiscard]] Result<void> write_json(std::ostream& out, const CampaignSummary& summary,
                                      const RunSource& runs);

/// One run with its findings and logs, as the object of key `run`.
void write_run_json(std::ostream& out, const CampaignSummary& summary, const RunDetails& run);

/// One signature with its counts and one finding that has it, as the objects of keys `signature` and
/// `example`.
void write_signature_json(std::ostream& out, const CampaignSummary& summary,
                          const SignatureSummary& signature, const Finding& example,
                          const SignatureLevels& levels = {});

}  // namespace repro::report
