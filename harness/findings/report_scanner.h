#pragma once

// Cuts a log into reports. Edges first, contents later: this file knows where reports stand in the log and
// nothing of what they say; report_framing.h knows which lines belong to one.
//
// Between reports only report_anchors.h looks at the bytes. A line with an anchor is looked at once; if it
// begins a report, lines are collected until the grammar says that the report is over. Several reports are
// open at once where the prefixes of the lines tell whose each line is (jobs of a CI log, processes under
// Valgrind). Memory is bounded by the longest line and the longest report that are kept.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/findings/report_framing.h"

namespace repro::findings {

class EdgeScanner {
 public:
  using Sink = std::function<void(ReportText)>;

  /// `sink` is called once per report, in the order in which the reports begin.
  explicit EdgeScanner(Sink sink) : sink_(std::move(sink)) {}
  void feed(std::string_view piece);
  void finish();

 private:
  /// One report and whether it is over but waits for one that began before it.
  struct Slot {
    OpenReport report;
    std::uint64_t last_line = 0;  ///< that it took
  };

  void scan_lines(std::string_view text);
  void take_line(std::string_view raw);
  /// Whether an open report used the line up.
  bool offer(std::string_view line);
  bool offer_to(Slot& slot, std::string_view line);
  void deliver();
  [[nodiscard]] bool has_open() const;

  Sink sink_;
  std::string carry_;            ///< the last line of what was fed, not yet ended
  bool skipping_line_ = false;   ///< inside a line longer than kLongestLine, whose beginning was looked at
  std::uint64_t line_ends_ = 0;  ///< in the text before the line that is looked at
  std::deque<Slot> slots_;
};

}  // namespace repro::findings
