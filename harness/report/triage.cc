#include "harness/report/triage.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/report/bugs.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

/// Frames of a row; the signature has them all.
constexpr std::size_t kShownFrames = 3;

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

const LogSignature& signature_of(const TriageReport& report, const std::string& id) {
  const auto found = std::find_if(report.signatures.begin(), report.signatures.end(),
                                  [&](const LogSignature& one) { return one.signature.id == id; });
  REPRO_CHECK(found != report.signatures.end());
  return *found;
}

/// `lookup < resolve < main`: the functions of the first signed stack, innermost first.
std::string top_frames(const Signature& signature) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& frame : signature.frames) {
    const bool is_mark = frame.ends_with(':');
    if (is_mark && shown > 0) break;
    if (is_mark) continue;
    text += fmt::format("{}{}", shown == 0 ? "" : " < ", one_line(frame.substr(0, frame.rfind(' '))));
    if (++shown == kShownFrames) break;
  }
  return text;
}

std::string first_place(const LogSignature& one) {
  if (one.places.empty()) return "";
  return fmt::format("{}:{}", one_line(one.places.front().file), one.places.front().line);
}

std::string source_place(const LogSignature& one) {
  if (!one.place) return "";
  return fmt::format("{}:{}", one_line(one.place->file), one.place->line);
}

void write_table(std::ostream& out, const TriageReport& report, const TerminalStyle& style) {
  using Align = TextTable::Align;
  using Shrink = TextTable::Shrink;
  TextTable table;
  table.add_column("reports", Align::right);
  table.add_column("logs", Align::right);
  table.add_column("kind", Align::left);
  table.add_column("signature", Align::left);
  table.add_column("bug", Align::left, Shrink::yes);
  table.add_column("frames", Align::left, Shrink::yes);
  table.add_column("source", Align::left, Shrink::yes);
  table.add_column("first in", Align::left, Shrink::yes);
  for (const Bug& bug : report.bugs) {
    for (const std::string& id : bug.signatures) {
      const LogSignature& one = signature_of(report, id);
      const Signature& signature = one.signature;
      const bool is_first = id == bug.signatures.front();
      table.add_row({{std::to_string(one.occurrences)},
                     {std::to_string(one.files)},
                     {fmt::format("{} {}", to_string(signature.source), one_line(signature.kind)),
                      outcome_paint(signature.implies)},
                     {one_line(id)},
                     {(is_first ? "" : "+ ") + one_line(signature.title) +
                      (signature.is_unsymbolized ? " (unsymbolized)" : "")},
                     {top_frames(signature)},
                     {source_place(one)},
                     {first_place(one)}});
    }
  }
  table.write(out, style);
}

void write_suppressions(std::ostream& out, const TriageReport& report, const TerminalStyle& style) {
  if (report.suppressions.empty()) return;
  out << "\n" << painted("suppressed", Paint::heading, style.color) << "\n";
  for (const SuppressionUse& use : report.suppressions) {
    out << fmt::format("  {}  {} ({})\n", counted(use.matches, "report"), one_line(use.rule),
                       one_line(use.origin));
  }
}

void write_warnings(std::ostream& out, const TriageReport& report, const TerminalStyle& style) {
  if (!report.warnings.empty()) out << "\n";
  for (const std::string& warning : report.warnings) {
    out << painted("warning:", Paint::hang, style.color) << " " << one_line(warning) << "\n";
  }
}

}  // namespace

void write_triage_terminal(std::ostream& out, const TriageReport& report, const TerminalStyle& style) {
  out << fmt::format("{}, {}: {}, {} of {}", counted(report.files, "log"), format_size(report.bytes),
                     counted(report.findings, "report"), counted(report.bugs.size(), "bug"),
                     counted(report.signatures.size(), "signature"));
  if (report.suppressed > 0) out << fmt::format(", {} suppressed", counted(report.suppressed, "report"));
  out << "\n";
  if (!report.bugs.empty()) {
    out << "\n";
    write_table(out, report, style);
  }
  write_bug_links(out, report.bugs, style);
  if (report.unseen) out << "\n" << join(unseen_lines(*report.unseen, "report"), "\n") << "\n";
  write_suppressions(out, report, style);
  write_warnings(out, report, style);
}

}  // namespace repro::report
