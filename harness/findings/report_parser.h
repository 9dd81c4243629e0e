#pragma once

// Report texts in, findings out. Understands what ends the log of a native program: the LLVM and GCC
// sanitizers, GWP-ASan, libFuzzer, Valgrind, glibc's own aborts, the C++ runtime, assert(3) and failed
// checks, the fatal reports of CRuby, Go, Rust, the JVM, CPython, V8 and JavaScriptCore, stacks printed by
// crash handlers and debuggers, and the lines in which shells and test runners say that a process died.

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "harness/model/finding.h"

namespace repro::findings {

/// Every report of `text`, in the order in which they begin. Never fails: text that looks like a report but
/// follows no known grammar becomes a Finding of source `unrecognised`, and a report that ends early has
/// `is_truncated`. Findings are not signed. `text` may hold any bytes.
///
/// One finding per report, except LeakSanitizer: one per distinct directly leaked allocation stack (per
/// distinct indirect one when nothing leaked directly), because each is a bug of its own; and what one crash
/// prints in several texts (who aborts and why, the stack of the SIGABRT, the shell's line) is one finding.
[[nodiscard]] std::vector<Finding> parse_reports(std::string_view text);

/// The same for text that does not fit into memory or is still being written: feed pieces of any size, cut
/// anywhere. Uses bounded memory (a few hundred KiB) whatever is fed. One thread at a time.
class ReportScanner {
 public:
  using Sink = std::function<void(Finding)>;

  /// `sink` is called from within feed() and finish(), once per finding, in text order.
  explicit ReportScanner(Sink sink);
  ReportScanner(const ReportScanner&) = delete;
  ReportScanner& operator=(const ReportScanner&) = delete;
  ReportScanner(ReportScanner&&) noexcept;
  ReportScanner& operator=(ReportScanner&&) noexcept;
  ~ReportScanner();

  void feed(std::string_view piece);
  /// The text is over: a report that is still open is delivered now. Afterwards feed() starts a new text.
  void finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace repro::findings
