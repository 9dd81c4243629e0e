#pragma once

#include <ostream>

#include "harness/model/summary.h"

namespace repro::report {

/// The campaign as GitHub-flavoured Markdown: the table of counts first, as an engineer's write-up shows it,
/// then signatures, infra reasons, warnings and where the numbers come from. Errors show in the state of
/// `out`.
void write_markdown(std::ostream& out, const CampaignSummary& summary);

}  // namespace repro::report
