// The views of one run and of one signature.

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/report/bugs.h"
#include "harness/report/terminal.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

/// One fact of a list: a name in its column, then the text.
void write_fact(std::ostream& out, std::string_view name, std::string_view text) {
  out << fmt::format("  {:<10}{}\n", name, text);
}

void write_heading(std::ostream& out, std::string_view text, const TerminalStyle& style) {
  out << "\n" << painted(text, Paint::heading, style.color) << "\n";
}

/// Bytes of the subject, each line behind a margin, so that they cannot be taken for ours.
void write_quoted(std::ostream& out, std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) out << "  | " << printable(line) << "\n";
}

const Arm* find_arm(const CampaignSummary& summary, std::uint32_t id) {
  for (const Arm& arm : summary.request.arms) {
    if (arm.id == id) return &arm;
  }
  return nullptr;
}

std::string frame_line(std::size_t number, const Frame& frame) {
  std::string line =
      fmt::format("#{:<2} {}", number, frame.is_symbolized() ? one_line(frame.function) : "??");
  if (!frame.file.empty()) {
    line += " " + one_line(frame.file);
    if (frame.line != 0) line += fmt::format(":{}", frame.line);
    if (frame.line != 0 && frame.column != 0) line += fmt::format(":{}", frame.column);
  } else if (!frame.module.empty()) {
    line += fmt::format(" ({}+{:#x})", one_line(frame.module), frame.module_offset);
  }
  return line;
}

void write_finding(std::ostream& out, const Finding& finding) {
  write_fact(out, "says", one_line(finding.message));
  if (!finding.location.empty()) write_fact(out, "about", one_line(finding.location));
  if (!finding.signature.empty()) write_fact(out, "signature", one_line(finding.signature));
  if (finding.is_truncated) write_fact(out, "note", "the report was cut off");
  for (const Stack& stack : finding.stacks) {
    const std::string heading =
        stack.heading.empty() ? std::string(to_string(stack.role)) : one_line(stack.heading);
    out << "  " << heading << "\n";
    std::size_t number = 0;
    for (const Frame& frame : stack.frames) out << "    " << frame_line(number++, frame) << "\n";
  }
}

std::string time_line(const RunDetails& run) {
  std::string line = fmt::format("{} wall, {} user, {} system", format_duration(run.row.wall),
                                 format_duration(run.row.user_cpu), format_duration(run.row.system_cpu));
  if (run.timeout.count() > 0) line += fmt::format("; deadline {}", format_duration(run.timeout));
  return line;
}

std::string memory_line(const RunDetails& run) {
  const std::string peak = format_size(run.row.max_rss_bytes);
  // A peak at the floor is the size of the process that started the run, so it is only an upper limit.
  const bool is_at_floor = run.row.max_rss_bytes <= run.max_rss_floor_bytes;
  return fmt::format("{}{}", is_at_floor ? "at most " : "", peak);
}

void write_irregularities(std::ostream& out, const RunDetails& run) {
  if (run.row.stop_reason != StopReason::none) {
    std::string text = fmt::format("stopped by the harness: {}", to_string(run.row.stop_reason));
    if (run.stop_step == StopStep::kill) text += ", only SIGKILL ended it";
    write_fact(out, "note", text);
  }
  if (run.leftover_processes > 0) {
    write_fact(out, "note",
               fmt::format("{} of its processes outlived it and were killed", run.leftover_processes));
  }
  if (run.pipes_held_open) write_fact(out, "note", "something outside of it kept its output open");
  if (run.out_of_memory) write_fact(out, "note", "the kernel's out-of-memory killer acted");
  if (!run.files_directory.empty()) write_fact(out, "files", one_line(run.files_directory));
}

void write_facts(std::ostream& out, const CampaignSummary& summary, const RunDetails& run) {
  write_fact(out, "arm",
             fmt::format("{}, run {} of it", arm_label(summary, run.row.slot.arm), run.row.slot.arm_run + 1));
  if (const Arm* arm = find_arm(summary, run.row.slot.arm); arm != nullptr) {
    write_fact(out, "command", one_line(shell_quote(arm->command.argv)));
  }
  write_fact(out, "seed", std::to_string(run.row.slot.seed));
  write_fact(out, "ended", ending(run.row) + (run.core_dumped ? ", core dumped" : ""));
  write_fact(out, "time", time_line(run));
  write_fact(out, "memory", memory_line(run));
  write_fact(out, "started", utc_time(run.row.started_at));
  write_irregularities(out, run);
}

void write_log(std::ostream& out, std::string_view name, std::string_view text, std::uint64_t total_bytes,
               const TerminalStyle& style) {
  write_heading(out, fmt::format("{} ({})", name, format_size(total_bytes)), style);
  if (!text.empty()) write_quoted(out, text);
}

void write_logs(std::ostream& out, const RunDetails& run, const TerminalStyle& style) {
  if (!run.logs) {
    out << "\nIts output was not kept (--keep-logs).\n";
    return;
  }
  const RunLogs& logs = *run.logs;
  if (!logs.hang_evidence.empty()) {
    write_log(out, "at the deadline", logs.hang_evidence, logs.hang_evidence.size(), style);
  }
  write_log(out, "standard output", logs.standard_output, run.row.stdout_bytes, style);
  write_log(out, "standard error", logs.standard_error, run.row.stderr_bytes, style);
  for (const ReportFile& report : logs.reports) {
    write_log(out, fmt::format("report {}", one_line(report.name)), report.text, report.total_bytes, style);
  }
}

/// What else the bug of this signature shows as.
void write_siblings(std::ostream& out, const CampaignSummary& summary, const Signature& identity,
                    const TerminalStyle& style) {
  const BugSummary* of = bug_of(summary, identity.id);
  if (of == nullptr || (of->bug.signatures.size() < 2 && of->bug.notes.empty())) return;
  write_heading(out,
                fmt::format("one bug with {} signatures, {}: {}", of->bug.signatures.size(),
                            run_count(of->runs), arm_counts(summary, of->runs_by_arm)),
                style);
  for (const SignatureSummary& one : summary.signatures) {
    const std::vector<std::string>& ids = of->bug.signatures;
    if (std::find(ids.begin(), ids.end(), one.signature.id) == ids.end()) continue;
    out << fmt::format("  {}  {}  {}\n", one_line(one.signature.id), run_count(one.runs),
                       one_line(one.signature.title));
  }
  write_bug_links(out, {of->bug}, style);
}

}  // namespace

void write_run_terminal(std::ostream& out, const CampaignSummary& summary, const RunDetails& run,
                        const TerminalStyle& style) {
  const std::string reason = run.row.reason.empty() ? "" : ": " + one_line(run.row.reason);
  out << painted(fmt::format("run {} of {}", run.row.slot.index, one_line(summary.file)), Paint::heading,
                 style.color)
      << fmt::format(": {}{}\n", to_string(run.row.outcome), reason);
  write_facts(out, summary, run);
  std::size_t number = 0;
  for (const Finding& finding : run.findings) {
    const std::string heading =
        fmt::format("finding {}: {} {}", ++number, to_string(finding.source), one_line(finding.kind));
    write_heading(out, heading, style);
    write_finding(out, finding);
  }
  write_logs(out, run, style);
}

void write_signature_terminal(std::ostream& out, const CampaignSummary& summary,
                              const SignatureSummary& signature, const Finding& example,
                              const TerminalStyle& style, const SignatureLevels& levels) {
  const Signature& identity = signature.signature;
  out << painted(fmt::format("signature {} of {}", one_line(identity.id), one_line(summary.file)),
                 Paint::heading, style.color)
      << ": " << one_line(identity.title) << "\n";
  write_fact(out, "kind", fmt::format("{} {}", to_string(identity.source), one_line(identity.kind)));
  write_fact(out, "outcome", to_string(identity.implies));
  write_fact(out, "runs", fmt::format("{}: {}", signature.runs, arm_counts(summary, signature.runs_by_arm)));
  write_fact(out, "first", fmt::format("run {}", signature.first_run));
  if (identity.is_unsymbolized) {
    write_fact(out, "note", "no frame has a name: told from others by offsets, which are those of one build");
  }
  if (!levels.exact.empty()) {
    write_fact(
        out, "exact",
        fmt::format("{} (the report of run {}, by 5 frames)", one_line(levels.exact), signature.first_run));
    write_fact(out, "alike",
               levels.cluster.empty()
                   ? "no other signature of its kind"
                   : one_line(join(levels.cluster, " ")) + " (display only: counted apart)");
  }
  write_siblings(out, summary, identity, style);
  if (!identity.frames.empty()) write_heading(out, "signed frames", style);
  for (const std::string& frame : identity.frames) out << "  " << one_line(frame) << "\n";
  write_heading(out, fmt::format("as reported in run {}", signature.first_run), style);
  write_quoted(out, example.raw);
}

}  // namespace repro::report
