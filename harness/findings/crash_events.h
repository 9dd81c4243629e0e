#pragma once

// One crash, one finding, though it prints several texts.
//
// Problem: a failed assert is followed by a handler's stack of the SIGABRT and by the shell's `Aborted (core
// dumped)`; under ctest the line `***Exception: SegFault` stands in front of the output that explains it.
// Taken one by one these are three bugs. Method: in the order of the log, a stack of SIGABRT joins the reason
// in front of it; a line that says that a process died is dropped next to a report that explains that death;
// Valgrind's `Process terminating` is dropped behind the error at the same place. Near means kNear bytes: a
// test's whole output, not the next job's. What does not fit is kept.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/findings/report_start.h"
#include "harness/model/finding.h"

namespace repro::findings {

/// Where a finding's report stands in the log.
struct ReportPlace {
  Grammar grammar = Grammar::unknown;
  std::uint64_t begin = 0;  ///< number of its first line
  std::uint64_t end = 0;    ///< and of its last
};

/// Takes findings in the order of their log and hands on one per crash, in the same order. Holds at most two.
class CrashEvents {
 public:
  using Sink = std::function<void(Finding)>;

  explicit CrashEvents(Sink sink) : sink_(std::move(sink)) {}
  void take(Finding finding, const ReportPlace& place);
  /// Nothing follows; afterwards a new log may begin.
  void finish();

 private:
  struct Held {
    Finding finding;
    ReportPlace place;
  };

  bool join_stack(const Finding& finding, const ReportPlace& place);
  [[nodiscard]] bool is_explained(const Finding& death, const ReportPlace& place) const;
  [[nodiscard]] bool repeats_memcheck(const Finding& finding, const ReportPlace& place) const;
  void remember(const Finding& finding, const ReportPlace& place);
  void hand_on_held();

  Sink sink_;
  std::optional<Held> reason_;  ///< why a process aborts: its stack may follow
  std::optional<Held> death_;   ///< a test runner's line in front of the test's output
  struct LastCrash {
    std::string signal;        ///< that it names, or ""
    bool ends_itself = false;  ///< a failed check, which ends the process by a signal of its own choice
    std::uint64_t end = 0;
  };
  std::optional<LastCrash> last_crash_;
  std::vector<Frame> last_memcheck_frames_;
};

}  // namespace repro::findings
