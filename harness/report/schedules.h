#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "harness/model/finding.h"
#include "harness/model/run_record.h"
#include "harness/model/schedule_record.h"
#include "harness/model/summary.h"
#include "harness/report/terminal.h"

namespace repro::report {

/// The frame to show for a place of a schedule; asked only for places that are shown.
using SiteFrame = std::function<Frame(const CodeSite&)>;

/// `acted 8.1 times a run`, `34 decisions and 5.2 switches a run`: one line on what the schedule of an arm
/// did.
[[nodiscard]] std::string schedule_line(const ArmSummary& arm);

/// The schedule of one run: its counts, every switch with its place, and who waited for whom at a deadlock.
void write_schedule_terminal(std::ostream& out, const ScheduleRecord& schedule, const SiteFrame& frame,
                             const TerminalStyle& style);

/// What is left of a minimised schedule: for each switch where the thread was stopped, who ran instead, and
/// until where.
void write_minimised_terminal(std::ostream& out, const MinimisedSchedule& minimised,
                              const TerminalStyle& style);

/// `lookup callinfo.cc:12`, or module and offset. One line of harmless text.
[[nodiscard]] std::string place_words(const Frame& frame);

}  // namespace repro::report
