#include "harness/findings/report_scanner.h"

#include <algorithm>
#include <utility>

#include "harness/findings/report_anchors.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

// Longer lines are looked at up to here. The longest line of a real report is a symbolised frame of a heavily
// templated program; 64 KiB is beyond what the runtimes' own buffers hold.
constexpr std::size_t kLongestLine = 64U << 10U;
// How far in front of an anchor its report may begin (`==PID==ERROR: Address|Sanitizer`, a path for UBSan).
constexpr std::size_t kBeforeAnchor = 8U << 10U;
// Reports that are collected at once; the oldest is given up for a further one.
constexpr std::size_t kMostOpen = 16;
// Lines of other jobs after which a report whose own job is silent is given up.
constexpr std::uint64_t kLongestSilence = 4096;

std::uint64_t line_ends_in(std::string_view text) {
  // By memchr(3), because most lines are long: std::count costs as much as the search for anchors.
  std::uint64_t ends = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++ends;
  return ends;
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
  for (Slot& slot : slots_) sink_(slot.report.take());
  slots_.clear();
  line_ends_ = 0;
}

void EdgeScanner::scan_lines(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t start = at;
    if (!has_open()) {
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
  if (!offer(clean)) {
    if (const auto start = recognise_start(clean)) {
      const std::uint64_t number = line_ends_ + 1;
      slots_.push_back({OpenReport(*start, clean, number), number});
    }
  }
  deliver();
}

bool EdgeScanner::offer(std::string_view line) {
  Slot* without_prefix = nullptr;
  for (Slot& slot : slots_) {
    if (slot.report.is_over()) continue;
    const LinePrefix::Stripped stripped = slot.report.prefix().strip(line);
    if (stripped.match == LinePrefix::Match::other) continue;
    if (stripped.match == LinePrefix::Match::none || slot.report.prefix().empty()) {
      without_prefix = &slot;
    } else if (offer_to(slot, stripped.rest)) {
      return true;
    }
  }
  // A line that has nobody's prefix is for the report that began last.
  return without_prefix != nullptr && !without_prefix->report.is_over() && offer_to(*without_prefix, line);
}

bool EdgeScanner::offer_to(Slot& slot, std::string_view line) {
  const bool is_taken = slot.report.offer(line, line_ends_ + 1);
  if (is_taken) slot.last_line = line_ends_ + 1;
  return is_taken;
}

void EdgeScanner::deliver() {
  while (!slots_.empty()) {
    const Slot& first = slots_.front();
    const bool is_given_up = slots_.size() > kMostOpen || line_ends_ + 1 - first.last_line > kLongestSilence;
    if (!first.report.is_over() && !is_given_up) return;
    sink_(slots_.front().report.take());
    slots_.pop_front();
  }
}

bool EdgeScanner::has_open() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.report.is_over(); });
}

}  // namespace repro::findings
