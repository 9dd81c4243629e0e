#pragma once

// Cuts a log into reports. Edges first, contents later: this file knows where a report begins and ends and
// nothing of what it says.
//
// Between reports only report_anchors.h looks at the bytes. A line with an anchor is looked at once; if it
// begins a report, lines are collected until the grammar says that the report is over. A sanitizer's report
// may be interrupted by output of the subject (other threads go on printing): lines that cannot belong to it
// are skipped, and after kPatience of them in a row the report is given up as cut off. Memory is bounded by
// the longest line and the longest report that are kept.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/findings/report_lines.h"
#include "harness/findings/report_start.h"

namespace repro::findings {

/// One report as text: whole lines without escapes and foreign prefixes.
struct ReportText {
  Grammar grammar = Grammar::unknown;
  std::string text;
  bool is_truncated = false;  ///< its end mark is missing
  std::uint64_t line = 0;     ///< number of its first line in the whole text, from 1
};

class EdgeScanner {
 public:
  using Sink = std::function<void(ReportText)>;

  explicit EdgeScanner(Sink sink) : sink_(std::move(sink)) {}
  void feed(std::string_view piece);
  void finish();

 private:
  void scan_lines(std::string_view text);
  void take_line(std::string_view raw);
  void begin(const ReportStart& start, std::string_view line);
  /// Whether `line` was used up by the open report.
  bool continue_report(std::string_view line);
  bool continue_terminate(std::string_view line);
  bool continue_undefined(std::string_view line);
  bool continue_sanitizer(std::string_view line);
  bool continue_ruby(std::string_view line);
  void append(std::string_view line);
  void close();

  Sink sink_;
  std::string carry_;            ///< the last line of what was fed, not yet ended
  bool skipping_line_ = false;   ///< inside a line longer than kLongestLine, whose beginning was looked at
  std::uint64_t line_ends_ = 0;  ///< in the text before the line that is looked at

  bool is_open_ = false;
  ReportStart start_;
  ReportText report_;
  LinePrefix prefix_;
  std::size_t lines_ = 0;
  std::size_t foreign_lines_ = 0;
  bool has_summary_ = false;
  bool is_confirmed_ = false;   ///< of a report of CRuby: there is more than its mark
  bool in_memory_map_ = false;  ///< the last section of a report of CRuby
  bool after_blank_ = false;
};

}  // namespace repro::findings
