#include "harness/findings/crash_events.h"

#include "harness/findings/signal_words.h"

namespace repro::findings {
namespace {

constexpr std::uint64_t kNear = 500;
// The signal that a check ends itself with is said at once.
constexpr std::uint64_t kNextTo = 5;

/// Reports that print why, and leave it to abort() to end the process.
bool says_why_it_aborts(const Finding& finding) {
  return finding.source == FindingSource::glibc || finding.source == FindingSource::cxx_runtime ||
         finding.source == FindingSource::assertion;
}

bool is_stack_of_abort(const Finding& finding) {
  const bool is_handler = finding.source == FindingSource::signal || finding.source == FindingSource::python;
  return is_handler && is_abort_kind(finding.kind) && !finding.stacks.empty();
}

std::string signal_of(const Finding& finding) {
  std::string name = signal_named_in(finding.kind);
  return name.empty() ? signal_named_in(finding.message) : name;
}

/// Whether a report that names `signal` (or none) explains a death by `death`. Whoever finds a fault himself
/// aborts, so a SIGABRT fits them all.
bool fits(const std::string& signal, const std::string& death) {
  return death == "SIGABRT" || death == "crash" || signal == death;
}

/// Engines and checks that do not abort() but run into an illegal instruction, a trap or a null pointer.
bool ends_itself(const Finding& finding) {
  return finding.source == FindingSource::assertion || finding.source == FindingSource::javascript;
}

bool is_near(std::uint64_t before, std::uint64_t behind) { return behind <= before + kNear; }

bool is_valgrinds(Grammar grammar) {
  return grammar == Grammar::valgrind || grammar == Grammar::valgrind_xml;
}

/// Test runners print the status first and the output below it.
bool stands_before_output(const Finding& death) {
  return death.message.find("***Exception") != std::string::npos;
}

}  // namespace

void CrashEvents::take(Finding finding, const ReportPlace& place) {
  if (place.grammar == Grammar::death) {
    if (is_explained(finding, place)) return;
    hand_on_held();
    if (stands_before_output(finding)) {
      death_ = Held{std::move(finding), place};
    } else {
      sink_(std::move(finding));
    }
    return;
  }
  if (join_stack(finding, place) || repeats_memcheck(finding, place)) return;
  const bool explains = death_ && finding.implies != Outcome::infra &&
                        is_near(death_->place.end, place.begin) &&
                        fits(signal_of(finding), death_->finding.kind);
  if (explains) death_.reset();
  hand_on_held();
  remember(finding, place);
  if (says_why_it_aborts(finding)) {
    reason_ = Held{std::move(finding), place};
  } else {
    sink_(std::move(finding));
  }
}

void CrashEvents::finish() {
  hand_on_held();
  last_crash_.reset();
  last_memcheck_frames_.clear();
}

bool CrashEvents::join_stack(const Finding& finding, const ReportPlace& place) {
  if (!reason_ || !is_stack_of_abort(finding) || !is_near(reason_->place.end, place.begin)) return false;
  std::vector<Stack>& stacks = reason_->finding.stacks;
  stacks.insert(stacks.end(), finding.stacks.begin(), finding.stacks.end());
  reason_->place.end = place.end;
  remember(reason_->finding, reason_->place);
  hand_on_held();
  return true;
}

bool CrashEvents::is_explained(const Finding& death, const ReportPlace& place) const {
  if (!last_crash_ || !is_near(last_crash_->end, place.begin)) return false;
  const bool is_its_end = last_crash_->ends_itself && place.begin <= last_crash_->end + kNextTo;
  return is_its_end || fits(last_crash_->signal, death.kind);
}

bool CrashEvents::repeats_memcheck(const Finding& finding, const ReportPlace& place) const {
  return is_valgrinds(place.grammar) && finding.kind == "FatalSignal" && !finding.stacks.empty() &&
         !last_memcheck_frames_.empty() && finding.stacks.front().frames == last_memcheck_frames_;
}

void CrashEvents::remember(const Finding& finding, const ReportPlace& place) {
  if (finding.implies == Outcome::infra) return;
  last_crash_ = LastCrash{signal_of(finding), ends_itself(finding), place.end};
  if (is_valgrinds(place.grammar) && !finding.stacks.empty()) {
    last_memcheck_frames_ = finding.stacks.front().frames;
  }
}

void CrashEvents::hand_on_held() {
  // In the order of the log: never are both held with another finding in between.
  if (reason_ && death_ && death_->place.begin < reason_->place.begin) {
    sink_(std::move(death_->finding));
    death_.reset();
  }
  if (reason_) sink_(std::move(reason_->finding));
  if (death_) sink_(std::move(death_->finding));
  reason_.reset();
  death_.reset();
}

}  // namespace repro::findings
