#include "harness/findings/report_framing.h"

#include <utility>

#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

// A report's text beyond this is dropped; its end is still looked for.
constexpr std::size_t kLongestReport = 256U << 10U;
// Lines in a row that cannot belong to an open report before it counts as cut off.
constexpr std::size_t kPatience = 64;

bool is_undefined_note(std::string_view line) { return line.find(": note: ") != std::string_view::npos; }

/// `==PID== ` at the end of a prefix.
std::optional<int> pid_at_end(std::string_view prefix) {
  if (!prefix.ends_with("== ")) return std::nullopt;
  prefix.remove_suffix(3);
  std::size_t digits = prefix.size();
  while (digits > 0 && is_digit(prefix[digits - 1])) --digits;
  std::string_view number = prefix.substr(digits);
  const std::optional<std::uint64_t> pid = consume_decimal(number);
  if (!pid || *pid > 0x7fffffff) return std::nullopt;
  return static_cast<int>(*pid);
}

}  // namespace

OpenReport::OpenReport(const ReportStart& start, std::string_view line, std::uint64_t number)
    : start_(start), prefix_(line.substr(0, start.offset)) {
  report_.grammar = start.grammar;
  report_.line = number;
  report_.last_line = number;
  is_confirmed_ = start.extent == Extent::ruby && confirms_ruby_report(line);
  report_.pid = pid_at_end(line.substr(0, start.offset));
  append(line.substr(start.offset));
  has_summary_ = start.extent == Extent::tail_only;
  // Only the reports of sanitizers, of CRuby and of some runtimes have an end mark that can be missing.
  report_.is_truncated = start.extent == Extent::sanitizer || start.extent == Extent::tail_only ||
                         start.extent == Extent::ruby ||
                         (start.extent == Extent::lines && start.rules->has_end_mark);
  is_over_ = start.extent == Extent::one_line;
}

bool OpenReport::offer(std::string_view line, std::uint64_t number) {
  const std::size_t before = lines_;
  const bool is_taken = [&] {
    switch (start_.extent) {
      case Extent::one_line:
        return end_before();
      case Extent::terminate:
        return offer_terminate(line);
      case Extent::undefined:
        return offer_undefined(line);
      case Extent::sanitizer:
      case Extent::tail_only:
        return offer_sanitizer(line);
      case Extent::ruby:
        return offer_ruby(line);
      case Extent::lines:
        return offer_lines(line);
    }
    return end_before();
  }();
  if (lines_ != before) report_.last_line = number;
  return is_taken;
}

ReportText OpenReport::take() {
  // A runtime that fails at start-up prints a few lines of its own free form and no end mark.
  if (report_.grammar == Grammar::tool) report_.is_truncated = false;
  return std::move(report_);
}

bool OpenReport::offer_terminate(std::string_view line) {
  const bool is_pure = report_.text.find("virtual method called") != std::string::npos;
  const bool is_what = line.starts_with("  what():  ");
  if (lines_ == 1 && (is_what || (is_pure && line.starts_with("terminate called")))) return end_with(line);
  return end_before();
}

bool OpenReport::offer_undefined(std::string_view line) {
  const bool is_frame = trim_left(line).starts_with("#");
  const bool is_summary_line =
      is_summary(line) && line.find("UndefinedBehaviorSanitizer") != std::string_view::npos;
  if (is_summary_line) return end_with(line);
  if (line.empty() && !after_blank_) {
    after_blank_ = true;
    return true;
  }
  const bool is_dump = line.starts_with(" ") && !after_blank_;
  if (!after_blank_ && (is_frame || is_undefined_note(line) || is_dump)) {
    append(line);
    return true;
  }
  return end_before();
}

bool OpenReport::offer_sanitizer(std::string_view line) {
  if (has_summary_) {
    if (ends_report(line)) return end_with(line);
    if (!belongs_to_report_tail(line) || recognise_start(line)) return end_before();
    append(line);
    return true;
  }
  if (is_summary(line)) {
    append(line);
    has_summary_ = true;
    report_.is_truncated = false;
    return true;
  }
  if (const auto next = recognise_start(line)) {
    const bool is_announced = start_.is_announcement && next->grammar == start_.grammar;
    if (line.find("nested bug in the same thread") != std::string_view::npos) return end_with(line);
    if (!is_announced) return end_before();
    if (!next->is_announcement) start_ = *next;
    append(line.substr(next->offset));
    return true;
  }
  const bool is_rule = line == "==================";
  if (ends_report(line) && (!is_rule || (start_.grammar == Grammar::thread && lines_ > 1))) {
    report_.is_truncated = !is_rule;  // a race report ends with the rule also when summaries are off
    return end_with(line);
  }
  if (!belongs_to_sanitizer_report(line)) return skip_foreign(kPatience);
  foreign_lines_ = 0;
  append(line);
  return true;
}

bool OpenReport::offer_ruby(std::string_view line) {
  if (in_memory_map_ && !is_memory_mapping(line)) {
    report_.is_truncated = false;  // another thread's lines may stand in the map; nothing below is read
    return end_before();
  }
  const auto next = recognise_start(line);
  // Threads that crash at once, and the checks of a heap that is broken by now, belong to the same crash.
  const bool is_same_crash =
      !next || (is_confirmed_ && (next->grammar == Grammar::ruby || next->grammar == Grammar::glibc));
  if (!is_same_crash) return end_before();
  if (!next && !belongs_to_ruby_report(line)) return skip_foreign(kPatience);
  foreign_lines_ = 0;
  in_memory_map_ = is_memory_mapping(line);
  is_confirmed_ = is_confirmed_ || confirms_ruby_report(line);
  append(line);
  return true;
}

bool OpenReport::offer_lines(std::string_view line) {
  // What was copied from a terminal is filled up with blanks.
  line = line.substr(0, line.find_last_not_of(" \t") + 1);
  const LineKind kind = start_.rules->classify(line, phase_);
  switch (kind) {
    case LineKind::last:
      report_.is_truncated = false;
      return end_with(line);
    case LineKind::after:
      return end_before();
    case LineKind::inner:
    case LineKind::foreign:
      if (recognise_start(line)) return end_before();
      if (kind == LineKind::foreign) return skip_foreign(start_.rules->patience);
      break;
    case LineKind::absorbed:
      break;
  }
  foreign_lines_ = 0;
  append(line);
  return true;
}

bool OpenReport::skip_foreign(std::size_t patience) {
  if (++foreign_lines_ <= patience) return true;
  return end_before();
}

void OpenReport::append(std::string_view line) {
  ++lines_;
  if (report_.text.size() + line.size() > kLongestReport) return;
  if (!report_.text.empty()) report_.text += '\n';
  report_.text += line;
}

bool OpenReport::end_with(std::string_view line) {
  append(line);
  is_over_ = true;
  return true;
}

bool OpenReport::end_before() {
  is_over_ = true;
  return false;
}

}  // namespace repro::findings
