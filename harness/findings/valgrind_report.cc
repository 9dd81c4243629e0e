// Valgrind's tools as text: memcheck (mc_errors.c), helgrind (hg_errors.c) and DRD (drd_error.c), of 3.13
// to 3.24. Kinds have the names that the tools give them in their XML, so that both outputs of one error name
// it alike.
//
// Every line carries the process in front, `==PID== `, which is the report's prefix: what a process prints
// itself has none, and reports of two processes can be told apart wherever they are mixed.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/backtrace_frame.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"
#include "harness/findings/runtime_starts.h"
#include "harness/findings/valgrind_kinds.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostStacks = 64;
constexpr std::size_t kMostFrames = 256;

struct Words {
  std::string_view beginning;  ///< of the message, or of what follows `Thread #N`
  std::string_view also;       ///< anywhere behind it
  std::string_view kind;
};

constexpr std::array<Words, 49> kWords{{
    {"Invalid read of size ", "", "InvalidRead"},
    {"Invalid write of size ", "", "InvalidWrite"},
    {"Jump to the invalid address stated on the next line", "", "InvalidJump"},
    {"Conditional jump or move depends on uninitialised value", "", "UninitCondition"},
    {"Use of uninitialised value of size ", "", "UninitValue"},
    {"Syscall param ", "ninitialised byte", "SyscallParam"},
    {"Syscall param ", "unaddressable byte", "SyscallParam"},
    {"Uninitialised byte(s) found during client check request", "", "ClientCheck"},
    {"Unaddressable byte(s) found during client check request", "", "ClientCheck"},
    {"Invalid free()", "", "InvalidFree"},
    {"Mismatched free()", "", "MismatchedFree"},
    {"Mismatched ", "size", "MismatchedAllocateDeallocateSize"},
    {"Mismatched ", "alignment", "MismatchedAllocateDeallocateAlignment"},
    {"Invalid alignment value", "", "InvalidAlignment"},
    {"Source and destination overlap in ", "", "Overlap"},
    {"Argument ", " has a fishy (possibly negative) value", "FishyValue"},
    {"realloc() with size 0", "", "ReallocSizeZero"},
    {"Illegal memory pool address", "", "InvalidMemPool"},
    {"", " definitely lost in loss record ", "Leak_DefinitelyLost"},
    {"", " indirectly lost in loss record ", "Leak_IndirectlyLost"},
    {"", " possibly lost in loss record ", "Leak_PossiblyLost"},
    {"Process terminating with default action of signal ", "", "FatalSignal"},
    {"Possible data race during ", "", "Race"},
    {"Conflicting load by thread ", "", "ConflictingAccess"},
    {"Conflicting store by thread ", "", "ConflictingAccess"},
    {": lock order ", " violated", "LockOrder"},
    {" unlocked a not-locked lock at ", "", "UnlockUnlocked"},
    {" unlocked lock at ", " currently held by ", "UnlockForeign"},
    {" unlocked an invalid lock at ", "", "UnlockBogus"},
    {"'s call to ", " failed", "PthAPIerror"},
    {": Exiting thread still holds ", "", "Misc"},
    {": Attempt to re-lock a non-recursive lock I already hold", "", "Misc"},
    {": pthread_", "", "Misc"},
    {": Bug in libpthread", "", "Misc"},
    {"Mutex not locked", "", "MutexErr"},
    {"Destroying locked mutex", "", "MutexErr"},
    {"Mutex reinitialization", "", "MutexErr"},
    {"Mutex still locked at thread exit", "", "MutexErr"},
    {"Recursive locking not allowed", "", "MutexErr"},
    {"The object at address ", " is not a mutex", "MutexErr"},
    {"Mutex type mismatch", "", "MutexErr"},
    {"Probably a race condition: condition variable ", "", "CondRaceErr"},
    {"Destruction of condition variable ", "", "CondDestrErr"},
    {"condition variable has not been initialized", "", "CondErr"},
    {"Reader-writer lock not locked", "", "RwlockErr"},
    {"Invalid semaphore", "", "SemaphoreErr"},
    {"Destruction of a barrier", "", "BarrierErr"},
    {"Barrier reinitialization", "", "BarrierErr"},
    {"Acquired at:", "", "HoldtimeErr"},
}};

/// The kind of a message of Valgrind; nullopt when it is none of an error.
std::optional<std::string_view> kind_of(std::string_view message) {
  std::string_view text = message;
  bool is_of_thread = false;
  if (consume(text, "Thread #")) {
    is_of_thread = true;
    consume_decimal(text);
  }
  for (const Words& row : kWords) {
    const bool is_behind_thread =
        row.beginning.starts_with(":") || row.beginning.starts_with(" ") || row.beginning.starts_with("'");
    if (is_behind_thread != is_of_thread && !row.beginning.empty()) continue;
    if (!text.starts_with(row.beginning)) continue;
    if (text.find(row.also, row.beginning.size()) == kNone) continue;
    return row.kind;
  }
  return std::nullopt;
}

/// Where the text behind `==123== ` begins, or behind `==00:00:01.234 123== `; kNone when there is no mark.
std::size_t behind_mark(std::string_view line) {
  constexpr std::size_t kLongestMark = 40;
  for (std::size_t at = line.find("=="); at != kNone; at = line.find("==", at + 1)) {
    std::size_t end = at + 2;
    while (end < line.size() && end - at < kLongestMark &&
           (is_digit(line[end]) || line[end] == ':' || line[end] == '.' || line[end] == ' ')) {
      ++end;
    }
    if (end > at + 2 && is_digit(line[end - 1]) && line.substr(end).starts_with("== ")) return end + 3;
  }
  return kNone;
}

LineKind classify(std::string_view line, int& phase) {
  constexpr int kAfterBlank = 1;
  if (trim(line).empty()) {
    phase = kAfterBlank;
    return LineKind::inner;
  }
  const bool is_section = line[0] == ' ' || line.starts_with("This conflicts with") ||
                          line.starts_with("Locks held:") || line.starts_with("Required order was") ||
                          line.starts_with("Observed (incorrect)") || line.starts_with("Other segment ") ||
                          line.starts_with("Allocation context:") || line.starts_with("mutex 0x") ||
                          // Forums and mails take the indentation away.
                          line.starts_with("at 0x") || line.starts_with("by 0x") ||
                          line.starts_with("Address 0x") || line.starts_with("Block was alloc'd") ||
                          line.starts_with("declared at ");
  if (is_section) {
    if (phase == kAfterBlank) phase = 0;
    return LineKind::absorbed;
  }
  // Also every line that the program itself prints in between, which has no mark.
  return phase == kAfterBlank ? LineKind::after : LineKind::foreign;
}

constexpr LineRules kRules{&classify, 64, false};

}  // namespace

std::optional<ReportStart> valgrind_start(std::string_view line) {
  const std::size_t at = behind_mark(line);
  if (at == kNone) return std::nullopt;
  // Leak records and remarks of other tools are indented; error messages are not.
  if (!kind_of(line.substr(at))) return std::nullopt;
  return ReportStart{Grammar::valgrind, Extent::lines, at, false, &kRules};
}

Finding parse_valgrind_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::valgrind;
  const std::vector<std::string_view> lines = lines_of(text);
  std::string_view heading = lines.empty() ? std::string_view() : trim(lines[0]);
  finding.message = heading;
  finding.kind = kind_of(heading).value_or("Misc");
  finding.implies = implied_by_valgrind_kind(finding.kind);
  bool in_stack = false;
  for (const std::string_view line : lines) {
    std::optional<NumberedFrame> frame;
    const std::string_view words = trim(line);
    if (words.starts_with("at 0x") || words.starts_with("by 0x")) frame = parse_backtrace_frame(words);
    if (frame) {
      if ((!in_stack || frame->number == 0) && finding.stacks.size() < kMostStacks) {
        Stack stack;
        stack.heading = heading;
        describe_valgrind_stack(finding.kind, finding.stacks.empty(), stack);
        finding.stacks.push_back(std::move(stack));
      }
      in_stack = true;
      if (!finding.stacks.empty() && finding.stacks.back().frames.size() < kMostFrames) {
        finding.stacks.back().frames.push_back(std::move(frame->frame));
      }
      continue;
    }
    in_stack = false;
    if (words.empty()) continue;
    const bool is_remark = words.starts_with("Locks held:");
    if (!is_remark) heading = words;
    const bool is_location = words.starts_with("Address 0x") || words.starts_with("Location 0x") ||
                             words.starts_with("Access not within mapped region");
    if (is_location && finding.location.empty()) finding.location = words;
  }
  return finding;
}

}  // namespace repro::findings
