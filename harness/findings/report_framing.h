#pragma once

// One report that is being collected: which of the lines behind its first belong to it, and where it ends.
//
// A sanitizer's report may be interrupted by output of the subject (other threads go on printing): lines that
// cannot belong to it are skipped, and after kPatience of them in a row the report is given up as cut off.
// Reports of language runtimes and crash handlers follow one scheme, LineRules: a function per grammar that
// says what a line is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/findings/line_prefix.h"
#include "harness/findings/report_start.h"

namespace repro::findings {

/// One report as text: whole lines without escapes and foreign prefixes.
struct ReportText {
  Grammar grammar = Grammar::unknown;
  std::string text;
  bool is_truncated = false;  ///< its end mark is missing
  std::optional<int> pid;     ///< of the mark `==PID==` in front of every line (Valgrind)
  std::uint64_t line = 0;     ///< number of its first line in the whole text, from 1
  std::uint64_t last_line = 0;
};

class OpenReport {
 public:
  /// `line` begins the report at `start.offset`; it is line `number` of the log.
  OpenReport(const ReportStart& start, std::string_view line, std::uint64_t number);

  /// Offers the next line of the report's stream, without its prefix. Whether it was used up; afterwards
  /// the report may be over.
  bool offer(std::string_view line, std::uint64_t number);
  [[nodiscard]] bool is_over() const { return is_over_; }
  /// The report as far as it was collected. Once.
  [[nodiscard]] ReportText take();
  [[nodiscard]] const LinePrefix& prefix() const { return prefix_; }

 private:
  bool offer_terminate(std::string_view line);
  bool offer_undefined(std::string_view line);
  bool offer_sanitizer(std::string_view line);
  bool offer_ruby(std::string_view line);
  bool offer_lines(std::string_view line);
  bool skip_foreign(std::size_t patience);
  void append(std::string_view line);
  bool end_with(std::string_view line);
  bool end_before();

  ReportStart start_;
  ReportText report_;
  LinePrefix prefix_;
  std::size_t lines_ = 0;
  std::size_t foreign_lines_ = 0;
  int phase_ = 0;  ///< of LineRules
  bool is_over_ = false;
  bool has_summary_ = false;
  bool is_confirmed_ = false;   ///< of a report of CRuby: there is more than its mark
  bool in_memory_map_ = false;  ///< the last section of a report of CRuby
  bool after_blank_ = false;
};

}  // namespace repro::findings
