#pragma once

// The first lines of reports: which line begins one, and of which grammar.

#include <cstdint>
#include <optional>
#include <string_view>

namespace repro::findings {

/// One grammar, one file that parses it.
enum class Grammar : std::uint8_t {
  address,
  thread,
  undefined,
  undefined_fatal,  ///< UBSan's own handler of a deadly signal: the shape of an AddressSanitizer report
  leak,
  memory,
  glibc,
  cxx,
  assertion,
  ruby,
  tool,     ///< a sanitizer that failed itself
  unknown,  ///< says that it is a sanitizer's error, in words that no grammar here knows
};

/// How a report of a grammar ends.
enum class Extent : std::uint8_t {
  one_line,
  terminate,  ///< `terminate called ...`, perhaps a line `what():`
  undefined,  ///< notes and a stack follow directly
  sanitizer,  ///< sections up to SUMMARY and a known tail
  tail_only,  ///< only the SUMMARY is left of a sanitizer report
  ruby,       ///< sections of the interpreter's own, up to the memory map
};

struct ReportStart {
  Grammar grammar = Grammar::unknown;
  Extent extent = Extent::one_line;
  std::size_t offset = 0;  ///< where in the line the report begins; before it stands what others printed
  /// `XSanitizer:DEADLYSIGNAL`: announces a report whose own first line is still to come.
  bool is_announcement = false;
};

/// Whether `line` (without escapes and line end) begins a report. A mere mention of a sanitizer does not.
[[nodiscard]] std::optional<ReportStart> recognise_start(std::string_view line);

/// Whether `line` can stand inside a sanitizer's report (as opposed to output of the subject in between).
[[nodiscard]] bool belongs_to_sanitizer_report(std::string_view line);
/// Whether `line` can follow SUMMARY in a report.
[[nodiscard]] bool belongs_to_report_tail(std::string_view line);
/// Whether `line` is the last of a report: `==PID==ABORTING`, `Exiting`, TSan's rule.
[[nodiscard]] bool ends_report(std::string_view line);
/// Whether `line` is `SUMMARY: XSanitizer: ...`.
[[nodiscard]] bool is_summary(std::string_view line);

/// Whether `line` can stand inside CRuby's report. Loose: threads that crash at once write into each other's
/// lines.
[[nodiscard]] bool belongs_to_ruby_report(std::string_view line);
/// Whether `line` is one that only CRuby's report has, as opposed to the mark `[BUG]` alone, which anybody
/// may print: a signal's text behind the mark, the line with the version, a section's heading.
[[nodiscard]] bool confirms_ruby_report(std::string_view line);
/// Whether `line` is one of the memory map with which CRuby's report ends.
[[nodiscard]] bool is_memory_mapping(std::string_view line);

}  // namespace repro::findings
