#include "harness/findings/report_parser.h"

#include <utility>

#include "harness/findings/crash_events.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_scanner.h"

namespace repro::findings {
namespace {

// What is kept of a report's own text: enough for the longest report of the corpus (62 KiB), small enough for
// a hundred thousand findings in one campaign file.
constexpr std::size_t kRawLimit = 64U << 10U;

std::vector<Finding> parse_grammar(const ReportText& report) {
  switch (report.grammar) {
    case Grammar::address:
      return {parse_address_report(report.text)};
    case Grammar::hwaddress:
      return {parse_hwaddress_report(report.text)};
    case Grammar::thread:
      return {parse_thread_report(report.text)};
    case Grammar::undefined:
      return {parse_undefined_report(report.text)};
    case Grammar::undefined_minimal:
      return {parse_undefined_minimal_report(report.text)};
    case Grammar::undefined_fatal:
      return {parse_undefined_fatal_report(report.text)};
    case Grammar::leak:
      return parse_leak_report(report.text);
    case Grammar::memory:
      return {parse_memory_report(report.text)};
    case Grammar::gwp_asan:
      return {parse_gwp_asan_report(report.text)};
    case Grammar::fuzzer:
      return {parse_fuzzer_report(report.text)};
    case Grammar::valgrind:
      return {parse_valgrind_report(report.text)};
    case Grammar::valgrind_xml:
      return parse_valgrind_xml(report.text);
    case Grammar::glibc:
      return {parse_glibc_report(report.text)};
    case Grammar::cxx:
      return {parse_cxx_report(report.text)};
    case Grammar::assertion:
      return {parse_assertion_report(report.text)};
    case Grammar::ruby:
      return parse_ruby_report(report.text);
    case Grammar::go:
      return parse_go_report(report.text);
    case Grammar::go_race:
      return {parse_go_race(report.text)};
    case Grammar::rust:
      return {parse_rust_report(report.text)};
    case Grammar::jvm:
      return {parse_jvm_report(report.text)};
    case Grammar::jvm_deadlock:
      return {parse_jvm_deadlock(report.text)};
    case Grammar::jvm_exception:
      return {parse_jvm_exception(report.text)};
    case Grammar::python:
      return parse_python_report(report.text);
    case Grammar::python_exception:
      return {parse_python_exception(report.text)};
    case Grammar::javascript:
      return {parse_javascript_report(report.text)};
    case Grammar::backtrace:
      return parse_backtrace_report(report.text);
    case Grammar::death:
      return {parse_death_report(report.text)};
    case Grammar::tool:
      return {parse_tool_report(report.text)};
    case Grammar::unknown:
      return {parse_unknown_report(report.text)};
  }
  return {};
}

}  // namespace

class ReportScanner::Impl {
 public:
  explicit Impl(Sink sink)
      : events_(std::move(sink)), edges_([this](const ReportText& text) { take(text); }) {}

  void feed(std::string_view piece) { edges_.feed(piece); }
  void finish() {
    edges_.finish();
    events_.finish();
  }

 private:
  void take(const ReportText& report) {
    for (Finding& finding : parse_grammar(report)) {
      finding.is_truncated = report.is_truncated;
      finding.log_line = report.line;
      if (!finding.pid) finding.pid = report.pid;
      if (finding.raw.empty()) finding.raw = report.text;
      if (finding.raw.size() > kRawLimit) finding.raw.resize(kRawLimit);
      events_.take(std::move(finding), {report.grammar, report.line, report.last_line});
    }
  }

  CrashEvents events_;
  EdgeScanner edges_;
};

ReportScanner::ReportScanner(Sink sink) : impl_(std::make_unique<Impl>(std::move(sink))) {}
ReportScanner::ReportScanner(ReportScanner&&) noexcept = default;
ReportScanner& ReportScanner::operator=(ReportScanner&&) noexcept = default;
ReportScanner::~ReportScanner() = default;

void ReportScanner::feed(std::string_view piece) { impl_->feed(piece); }
void ReportScanner::finish() { impl_->finish(); }

std::vector<Finding> parse_reports(std::string_view text) {
  std::vector<Finding> findings;
  ReportScanner scanner([&](Finding finding) { findings.push_back(std::move(finding)); });
  scanner.feed(text);
  scanner.finish();
  return findings;
}

}  // namespace repro::findings
