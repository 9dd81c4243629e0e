#pragma once

// The first lines of reports that are no sanitizer's: one function per grammar, each in the file that parses
// the grammar. They see every line with an anchor, so they look for their own words first. nullopt: not mine.

#include <optional>
#include <string_view>

#include "harness/findings/report_start.h"

namespace repro::findings {

[[nodiscard]] std::optional<ReportStart> gwp_asan_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> fuzzer_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> valgrind_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> valgrind_xml_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> go_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> rust_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> jvm_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> python_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> javascript_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> backtrace_start(std::string_view line);
[[nodiscard]] std::optional<ReportStart> death_start(std::string_view line);
/// Fatal words of allocators and runtimes that no grammar here reads.
[[nodiscard]] std::optional<ReportStart> unknown_start(std::string_view line);

}  // namespace repro::findings
