#include "harness/findings/report_scanner.h"

#include <algorithm>
#include <utility>

#include "harness/findings/report_anchors.h"

namespace repro::findings {
namespace {

// Longer lines are looked at up to here. The longest line of a real report is a symbolised frame of a heavily
// templated program; 64 KiB is beyond what the runtimes' own buffers hold.
constexpr std::size_t kLongestLine = 64U << 10U;
// How far in front of an anchor its report may begin (`==PID==ERROR: Address|Sanitizer`, a path for UBSan).
constexpr std::size_t kBeforeAnchor = 8U << 10U;
// A report's text beyond this is dropped; its end is still looked for.
constexpr std::size_t kLongestReport = 256U << 10U;
// Lines in a row that cannot belong to an open report before it counts as cut off.
constexpr std::size_t kPatience = 64;

bool is_undefined_note(std::string_view line) { return line.find(": note: ") != std::string_view::npos; }

std::uint64_t line_ends_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

void EdgeScanner::feed(std::string_view piece) {
  if (skipping_line_) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    skipping_line_ = false;
    ++line_ends_;
  }
  if (!carry_.empty()) {
    const std::size_t end = piece.find('\n');
    const std::size_t taken = end == std::string_view::npos ? piece.size() : end + 1;
    carry_ += piece.substr(0, std::min(taken, kLongestLine));
    piece.remove_prefix(taken);
    if (end == std::string_view::npos && carry_.size() < kLongestLine) return;
    skipping_line_ = end == std::string_view::npos;
    const bool was_cut = !skipping_line_ && taken > kLongestLine;
    scan_lines(std::exchange(carry_, {}));
    if (was_cut) ++line_ends_;
  }
  const std::size_t last = piece.rfind('\n');
  const std::size_t whole = last == std::string_view::npos ? 0 : last + 1;
  scan_lines(piece.substr(0, whole));
  const std::string_view rest = piece.substr(whole);
  if (rest.size() < kLongestLine) {
    carry_ = rest;
  } else {
    scan_lines(rest);
    skipping_line_ = true;
  }
}

void EdgeScanner::finish() {
  if (!carry_.empty()) scan_lines(std::exchange(carry_, {}));
  skipping_line_ = false;
  if (is_open_) close();
  line_ends_ = 0;
}

void EdgeScanner::scan_lines(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t start = at;
    if (!is_open_) {
      const std::size_t anchor = find_anchor(text, at);
      if (anchor == std::string_view::npos) {
        line_ends_ += line_ends_in(text.substr(at));
        return;
      }
      const std::size_t before = std::min(anchor - at, kBeforeAnchor);
      const std::size_t line_end = text.substr(anchor - before, before).rfind('\n');
      start = line_end == std::string_view::npos ? anchor - before : anchor - before + line_end + 1;
      line_ends_ += line_ends_in(text.substr(at, start - at));
      at = anchor;
    }
    const std::size_t end = std::min(text.find('\n', at), text.size());
    take_line(text.substr(start, std::min(end - start, kLongestLine)));
    if (end < text.size()) ++line_ends_;
    at = end + 1;
  }
}

void EdgeScanner::take_line(std::string_view raw) {
  const std::string clean = without_escapes(raw);
  if (is_open_) {
    const std::string_view stripped = prefix_.strip(clean);
    if (continue_report(stripped)) return;
    if (is_open_) return;
  }
  if (const auto start = recognise_start(clean)) begin(*start, clean);
}

void EdgeScanner::begin(const ReportStart& start, std::string_view line) {
  is_open_ = true;
  start_ = start;
  report_ = {start.grammar, {}, true, line_ends_ + 1};
  prefix_ = LinePrefix(line.substr(0, start.offset));
  lines_ = 0;
  foreign_lines_ = 0;
  after_blank_ = false;
  in_memory_map_ = false;
  is_confirmed_ = start.extent == Extent::ruby && confirms_ruby_report(line);
  append(line.substr(start.offset));
  has_summary_ = start.extent == Extent::tail_only;
  // Only the reports of sanitizers and of CRuby have an end mark that can be missing.
  report_.is_truncated =
      start.extent == Extent::sanitizer || start.extent == Extent::tail_only || start.extent == Extent::ruby;
  if (start.extent == Extent::one_line) close();
}

bool EdgeScanner::continue_report(std::string_view line) {
  switch (start_.extent) {
    case Extent::one_line:
      return false;
    case Extent::terminate:
      return continue_terminate(line);
    case Extent::undefined:
      return continue_undefined(line);
    case Extent::sanitizer:
    case Extent::tail_only:
      return continue_sanitizer(line);
    case Extent::ruby:
      return continue_ruby(line);
  }
  return false;
}

bool EdgeScanner::continue_terminate(std::string_view line) {
  const bool is_pure = report_.text.find("virtual method called") != std::string::npos;
  const bool is_what = line.starts_with("  what():  ");
  if (lines_ == 1 && (is_what || (is_pure && line.starts_with("terminate called")))) {
    append(line);
    close();
    return true;
  }
  close();
  return false;
}

bool EdgeScanner::continue_undefined(std::string_view line) {
  const bool is_frame = trim_left(line).starts_with("#");
  const bool is_summary_line =
      is_summary(line) && line.find("UndefinedBehaviorSanitizer") != std::string_view::npos;
  if (is_summary_line) {
    append(line);
    close();
    return true;
  }
  if (line.empty() && !after_blank_) {
    after_blank_ = true;
    return true;
  }
  const bool is_dump = line.starts_with(" ") && !after_blank_;
  if (!after_blank_ && (is_frame || is_undefined_note(line) || is_dump)) {
    append(line);
    return true;
  }
  close();
  return false;
}

bool EdgeScanner::continue_sanitizer(std::string_view line) {
  if (has_summary_) {
    if (ends_report(line)) {
      append(line);
      close();
      return true;
    }
    if (belongs_to_report_tail(line) && !recognise_start(line)) {
      append(line);
      return true;
    }
    close();
    return false;
  }
  if (is_summary(line)) {
    append(line);
    has_summary_ = true;
    report_.is_truncated = false;
    return true;
  }
  if (const auto next = recognise_start(line)) {
    const bool is_announced = start_.is_announcement && next->grammar == start_.grammar;
    const bool is_nested = line.find("nested bug in the same thread") != std::string_view::npos;
    if (is_nested) {
      append(line);
      close();
      return true;
    }
    if (!is_announced) {
      close();
      return false;
    }
    if (!next->is_announcement) start_ = *next;
    append(line.substr(next->offset));
    return true;
  }
  const bool is_rule = line == "==================";
  if (ends_report(line) && (!is_rule || (start_.grammar == Grammar::thread && lines_ > 1))) {
    report_.is_truncated = !is_rule;  // a race report ends with the rule also when summaries are off
    append(line);
    close();
    return true;
  }
  if (belongs_to_sanitizer_report(line)) {
    foreign_lines_ = 0;
    append(line);
    return true;
  }
  if (++foreign_lines_ <= kPatience) return true;
  close();
  return false;
}

bool EdgeScanner::continue_ruby(std::string_view line) {
  if (in_memory_map_ && !is_memory_mapping(line)) {
    report_.is_truncated = false;  // another thread's lines may stand in the map; nothing below is read
    close();
    return false;
  }
  const auto next = recognise_start(line);
  // Threads that crash at once, and the checks of a heap that is broken by now, belong to the same crash.
  const bool is_same_crash =
      !next || (is_confirmed_ && (next->grammar == Grammar::ruby || next->grammar == Grammar::glibc));
  if (!is_same_crash) {
    close();
    return false;
  }
  if (next || belongs_to_ruby_report(line)) {
    foreign_lines_ = 0;
    in_memory_map_ = is_memory_mapping(line);
    is_confirmed_ = is_confirmed_ || confirms_ruby_report(line);
    append(line);
    return true;
  }
  if (++foreign_lines_ <= kPatience) return true;
  close();
  return false;
}

void EdgeScanner::append(std::string_view line) {
  ++lines_;
  if (report_.text.size() + line.size() > kLongestReport) return;
  if (!report_.text.empty()) report_.text += '\n';
  report_.text += line;
}

void EdgeScanner::close() {
  is_open_ = false;
  prefix_ = {};
  // A runtime that fails at start-up prints a few lines of its own free form and no end mark.
  if (report_.grammar == Grammar::tool) report_.is_truncated = false;
  sink_(std::move(report_));
  report_ = {};
}

}  // namespace repro::findings
