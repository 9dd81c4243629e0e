#include "harness/report/schedules.h"

#include <vector>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

/// A long run has thousands; the first ones and the minimised schedule say more than all of them.
constexpr std::size_t kMostShown = 100;

double per_run(std::uint64_t total, std::uint64_t runs) {
  return static_cast<double>(total) / static_cast<double>(runs);
}

void write_switch(std::ostream& out, const ScheduleSwitch& change, const SiteFrame& frame) {
  std::string what = change.operation;
  if (!change.object.empty()) what += " " + change.object;
  out << fmt::format("  {:>7}  thread {} -> {}  {} {}  at {}\n", change.step, change.thread,
                     change.next_thread, change.is_preemptive ? "before" : "in", one_line(what),
                     place_words(frame(change.site)));
}

void write_wait(std::ostream& out, const ScheduleWait& wait, const SiteFrame& frame) {
  const bool is_join = wait.operation == "join";
  std::string line = fmt::format("  thread {} waits in {}", wait.thread, one_line(wait.operation));
  if (!wait.object.empty()) line += fmt::format(" for {}", one_line(wait.object));
  line += fmt::format(" at {}", place_words(frame(wait.site)));
  if (wait.holder && !is_join) {
    line += fmt::format("\n    held by thread {}{}", *wait.holder, wait.holder_has_ended ? " (ended)" : "");
    if (wait.taken_at.offset != 0) line += fmt::format(", taken at {}", place_words(frame(wait.taken_at)));
  }
  out << line << "\n";
}

std::string counts_line(const ScheduleRecord& schedule) {
  const ScheduleCounts& counts = schedule.counts;
  if (counts.decisions == 0) {
    return fmt::format("{} points, acted {} times, {} of delays", counts.points, counts.actions,
                       format_duration(std::chrono::nanoseconds(counts.delayed_ns)));
  }
  return fmt::format("{} threads, {} decisions, {} switches ({} of threads that could go on), ended: {}{}",
                     counts.threads, counts.decisions, counts.switches, counts.preemptions,
                     to_string(schedule.end), schedule.note.empty() ? "" : " (" + schedule.note + ")");
}

}  // namespace

std::string place_words(const Frame& frame) {
  if (!frame.is_symbolized()) {
    if (frame.module.empty()) return fmt::format("{:#x}", frame.module_offset);
    return one_line(
        fmt::format("{}+{:#x}", frame.module.substr(frame.module.rfind('/') + 1), frame.module_offset));
  }
  if (frame.file.empty()) return one_line(frame.function);
  return one_line(
      fmt::format("{} {}:{}", frame.function, frame.file.substr(frame.file.rfind('/') + 1), frame.line));
}

std::string schedule_line(const ArmSummary& arm) {
  const ScheduleSummary& schedule = *arm.schedule;
  const std::uint64_t runs = schedule.runs;
  if (runs == 0) return "no counted run";
  if (arm.key.schedule.starts_with("noise")) {
    return fmt::format("acted {:.1f} times a run at {:.1f} points, {} of delays a run",
                       per_run(schedule.noise_actions, runs), per_run(schedule.points, runs),
                       format_duration(schedule.noise_delay / static_cast<std::int64_t>(runs)));
  }
  std::vector<std::string> pieces{
      fmt::format("{:.1f} decisions, {:.1f} switches a run ({:.1f} of threads that could go on)",
                  per_run(schedule.decisions, runs), per_run(schedule.switches, runs),
                  per_run(schedule.preemptions, runs))};
  const auto add = [&](std::uint64_t count, std::string_view words) {
    if (count > 0) pieces.push_back(fmt::format("{} {}", run_count(count), words));
  };
  add(schedule.deadlocks, "ended in a proved deadlock");
  add(schedule.step_limits, "reached the step limit");
  add(schedule.left_control, "left control: they ran on as the system likes");
  add(schedule.runs_with_outside_waits, "waited for something outside and may not replay");
  if (schedule.runs_with_memory_points == 0) {
    pieces.emplace_back("switches only at synchronisation calls (repro-cc adds memory accesses)");
  }
  return join(pieces, "; ");
}

void write_schedule_terminal(std::ostream& out, const ScheduleRecord& schedule, const SiteFrame& frame,
                             const TerminalStyle& style) {
  out << "\n" << painted("schedule", Paint::heading, style.color) << "\n  " << counts_line(schedule) << "\n";
  if (!schedule.counts.has_memory_points && schedule.counts.decisions > 0) {
    out << "  no memory accesses among them: the program was not built with repro-cc\n";
  }
  std::size_t shown = 0;
  if (!schedule.switches.empty()) out << "  decision  switch\n";
  for (const ScheduleSwitch& change : schedule.switches) {
    if (++shown > kMostShown) break;
    write_switch(out, change, frame);
  }
  if (schedule.switches.size() > kMostShown) {
    out << fmt::format("  ... and {} more (--json has all)\n", schedule.switches.size() - kMostShown);
  }
  for (const ScheduleWait& wait : schedule.waits) write_wait(out, wait, frame);
}

void write_minimised_terminal(std::ostream& out, const MinimisedSchedule& minimised,
                              const TerminalStyle& style) {
  out << painted(fmt::format("{}: {}", one_line(minimised.signature), one_line(minimised.title)),
                 Paint::heading, style.color)
      << fmt::format("\n{} of {} switches are left ({} replays); {}\n", minimised.switches.size(),
                     minimised.switches_before, minimised.replays,
                     minimised.is_minimal ? "without any one of them the failure does not come"
                                          : "the replays ran out, so it may not be the least");
  if (minimised.switches.empty()) {
    out << "  It fails when each thread runs as long as it can: no switch is needed.\n";
  }
  std::size_t number = 0;
  for (const ExplainedSwitch& one : minimised.switches) {
    const ScheduleSwitch& change = one.change;
    out << fmt::format("\n  {}. thread {} is stopped {} {}{}{}\n", ++number, change.thread,
                       change.is_preemptive ? "before" : "in", one_line(change.operation),
                       change.object.empty() ? "" : " of ", one_line(change.object));
    out << fmt::format("       at {}\n", place_words(one.stopped_at));
    if (!one.stopped_code.empty()) out << fmt::format("       | {}\n", one_line(one.stopped_code));
    if (!one.ran_until) {
      out << fmt::format("     thread {} runs instead, as long as it can\n", change.next_thread);
      continue;
    }
    out << fmt::format("     thread {} runs instead, until\n       {}\n", change.next_thread,
                       place_words(*one.ran_until));
    if (!one.ran_until_code.empty()) out << fmt::format("       | {}\n", one_line(one.ran_until_code));
  }
}

}  // namespace repro::report
