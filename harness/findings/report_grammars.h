#pragma once

// One function per grammar, one file each. They take a report's text as EdgeScanner cut it out, any bytes,
// and never fail: what is missing stays empty.

#include <string_view>
#include <vector>

#include "harness/model/finding.h"

namespace repro::findings {

/// AddressSanitizer, and the deadly-signal reports that all runtimes print in its form.
[[nodiscard]] Finding parse_address_report(std::string_view text);
[[nodiscard]] Finding parse_thread_report(std::string_view text);
[[nodiscard]] Finding parse_undefined_report(std::string_view text);
[[nodiscard]] Finding parse_undefined_fatal_report(std::string_view text);
[[nodiscard]] std::vector<Finding> parse_leak_report(std::string_view text);
[[nodiscard]] Finding parse_memory_report(std::string_view text);
[[nodiscard]] Finding parse_glibc_report(std::string_view text);
[[nodiscard]] Finding parse_cxx_report(std::string_view text);
[[nodiscard]] Finding parse_assertion_report(std::string_view text);
/// CRuby's `[BUG]`: one finding, or none when nothing but the mark looks like the interpreter's.
[[nodiscard]] std::vector<Finding> parse_ruby_report(std::string_view text);
/// A sanitizer's own failure. Source `harness`, implies `infra`; the message says what to do.
[[nodiscard]] Finding parse_tool_report(std::string_view text);
[[nodiscard]] Finding parse_unknown_report(std::string_view text);

/// The kinds that a runtime gives to a signal it caught: SEGV, BUS, FPE, ILL, ABRT, TRAP, stack-overflow.
[[nodiscard]] bool is_deadly_signal_kind(std::string_view kind);

}  // namespace repro::findings
