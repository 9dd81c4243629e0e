#pragma once

// One function per grammar, one file each. They take a report's text as EdgeScanner cut it out, any bytes,
// and never fail: what is missing stays empty.

#include <string_view>
#include <vector>

#include "harness/model/finding.h"

namespace repro::findings {

/// AddressSanitizer, and the deadly-signal reports that all runtimes print in its form.
[[nodiscard]] Finding parse_address_report(std::string_view text);
/// HWAddressSanitizer: the same sections; the cause it guesses joins the message.
[[nodiscard]] Finding parse_hwaddress_report(std::string_view text);
[[nodiscard]] Finding parse_thread_report(std::string_view text);
[[nodiscard]] Finding parse_undefined_report(std::string_view text);
/// One line of UBSan's minimal runtime.
[[nodiscard]] Finding parse_undefined_minimal_report(std::string_view text);
[[nodiscard]] Finding parse_undefined_fatal_report(std::string_view text);
[[nodiscard]] std::vector<Finding> parse_leak_report(std::string_view text);
[[nodiscard]] Finding parse_memory_report(std::string_view text);
[[nodiscard]] Finding parse_gwp_asan_report(std::string_view text);
[[nodiscard]] Finding parse_fuzzer_report(std::string_view text);
[[nodiscard]] Finding parse_valgrind_report(std::string_view text);
/// One finding, or none when the element is not Valgrind's or tells of memory that is not lost.
[[nodiscard]] std::vector<Finding> parse_valgrind_xml(std::string_view text);
[[nodiscard]] Finding parse_glibc_report(std::string_view text);
[[nodiscard]] Finding parse_cxx_report(std::string_view text);
[[nodiscard]] Finding parse_assertion_report(std::string_view text);
/// CRuby's `[BUG]`: one finding, or none when nothing but the mark looks like the interpreter's.
[[nodiscard]] std::vector<Finding> parse_ruby_report(std::string_view text);
/// The Go runtime: one finding, or none when no goroutine follows (other programs panic too).
[[nodiscard]] std::vector<Finding> parse_go_report(std::string_view text);
[[nodiscard]] Finding parse_go_race(std::string_view text);
[[nodiscard]] Finding parse_rust_report(std::string_view text);
[[nodiscard]] Finding parse_jvm_report(std::string_view text);
/// Implies a hang: the runtime has proved that these threads wait for each other.
[[nodiscard]] Finding parse_jvm_deadlock(std::string_view text);
[[nodiscard]] Finding parse_jvm_exception(std::string_view text);
/// faulthandler and fatal errors: one finding, or none for a time-out without stacks.
[[nodiscard]] std::vector<Finding> parse_python_report(std::string_view text);
/// Implies a fail, at most: handled exceptions are printed too.
[[nodiscard]] Finding parse_python_exception(std::string_view text);
[[nodiscard]] Finding parse_javascript_report(std::string_view text);
/// A crash handler's or debugger's stack, or a failed check: one finding, or none when the stack is missing
/// and the words alone prove nothing.
[[nodiscard]] std::vector<Finding> parse_backtrace_report(std::string_view text);
/// A line that says that a process died. Never has a stack.
[[nodiscard]] Finding parse_death_report(std::string_view text);
/// A sanitizer's own failure. Source `harness`, implies `infra`; the message says what to do.
[[nodiscard]] Finding parse_tool_report(std::string_view text);
[[nodiscard]] Finding parse_unknown_report(std::string_view text);

/// The kinds that a runtime gives to a signal it caught: SEGV, BUS, FPE, ILL, ABRT, TRAP, stack-overflow.
[[nodiscard]] bool is_deadly_signal_kind(std::string_view kind);

}  // namespace repro::findings
