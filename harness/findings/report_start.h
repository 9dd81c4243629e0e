#pragma once

// The first lines of reports: which line begins one, and of which grammar.

#include <cstdint>
#include <optional>
#include <string_view>

namespace repro::findings {

/// One grammar, one file that parses it.
enum class Grammar : std::uint8_t {
  address,
  hwaddress,
  thread,
  undefined,
  undefined_minimal,  ///< UBSan's minimal runtime: one line per check
  undefined_fatal,    ///< UBSan's own handler of a deadly signal: the shape of an AddressSanitizer report
  leak,
  memory,
  gwp_asan,
  fuzzer,
  valgrind,
  valgrind_xml,
  glibc,
  cxx,
  assertion,
  ruby,
  go,
  go_race,
  rust,
  jvm,
  jvm_deadlock,
  jvm_exception,
  python,
  python_exception,
  javascript,
  backtrace,  ///< a crash handler or a debugger: a signal or a failed check, with a stack
  death,      ///< one line of a shell, a test runner or the kernel: a process died
  tool,       ///< a sanitizer that failed itself
  unknown,    ///< says that it is a fatal error, in words that no grammar here knows
};

/// How a report of a grammar ends.
enum class Extent : std::uint8_t {
  one_line,
  terminate,  ///< `terminate called ...`, perhaps a line `what():`
  undefined,  ///< notes and a stack follow directly
  sanitizer,  ///< sections up to SUMMARY and a known tail
  tail_only,  ///< only the SUMMARY is left of a sanitizer report
  ruby,       ///< sections of the interpreter's own, up to the memory map
  lines,      ///< as LineRules of the grammar say
};

/// What a line behind the first is to an open report.
enum class LineKind : std::uint8_t {
  inner,     ///< belongs to it, unless it begins a report
  absorbed,  ///< belongs to it, also when it looks like the beginning of a report
  last,      ///< belongs to it and ends it
  foreign,   ///< output of somebody else: skipped, a bounded number of times in a row
  after,     ///< the report is over before this line
};

struct LineRules {
  /// `phase` is the grammar's own, 0 at first, kept from line to line.
  LineKind (*classify)(std::string_view line, int& phase);
  std::size_t patience = 0;   ///< foreign lines in a row
  bool has_end_mark = false;  ///< cut off unless a line was `last`
};

struct ReportStart {
  Grammar grammar = Grammar::unknown;
  Extent extent = Extent::one_line;
  std::size_t offset = 0;  ///< where in the line the report begins; before it stands what others printed
  /// `XSanitizer:DEADLYSIGNAL`: announces a report whose own first line is still to come.
  bool is_announcement = false;
  const LineRules* rules = nullptr;  ///< not null exactly where extent is `lines`
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
