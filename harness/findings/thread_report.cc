// ThreadSanitizer. The kinds and their words are the table of tsan_report.cpp (LLVM 14 to 19, GCC 12).

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct ThreadKind {
  std::string_view words;
  std::string_view kind;
  Outcome implies;
};

// Longer words before their beginnings. What the program did wrong with its threads is a fail; a use of freed
// memory is a memory error, whoever reports it.
constexpr std::array<ThreadKind, 17> kKinds{{
    {"data race on vptr (ctor/dtor vs virtual call)", "data-race-vptr", Outcome::fail},
    {"data race on vptr", "data-race-vptr", Outcome::fail},
    {"data race", "data-race", Outcome::fail},
    {"heap-use-after-free (virtual call vs free)", "heap-use-after-free-vptr", Outcome::crash},
    {"heap-use-after-free", "heap-use-after-free", Outcome::crash},
    {"race on ", "external-race", Outcome::fail},  // of an object whose library told TSan its type
    {"thread leak", "thread-leak", Outcome::fail},
    {"destroy of a locked mutex", "mutex-destroy-locked", Outcome::fail},
    {"double lock of a mutex", "mutex-double-lock", Outcome::fail},
    {"use of an invalid mutex", "mutex-invalid-access", Outcome::fail},
    {"unlock of an unlocked mutex", "mutex-bad-unlock", Outcome::fail},
    {"read lock of a write locked mutex", "mutex-bad-read-lock", Outcome::fail},
    {"read unlock of a write locked mutex", "mutex-bad-read-unlock", Outcome::fail},
    {"signal-unsafe call inside of a signal", "signal-unsafe-call", Outcome::fail},
    {"signal handler spoils errno", "errno-in-signal", Outcome::fail},
    {"lock-order-inversion", "lock-order-inversion", Outcome::fail},
    {"mutex held in the wrong context", "mutex-held-wrong-context", Outcome::fail},
}};

const std::vector<HeadingRule>& heading_rules() {
  static const std::vector<HeadingRule> rules{
      {"Location is heap block", StackRole::allocated},
      {"Location is", StackRole::other},
      {"Mutex M", StackRole::mutex_acquired},  // refined below: `created at`
      {"and:", StackRole::mutex_acquired},     // destroy of a locked mutex: where it was locked
      {"Thread T", StackRole::thread_created},
      {"As if synchronized via sleep", StackRole::other},
      {"Signal ", StackRole::access},
      {"Hint:", StackRole::other},
  };
  return rules;
}

void refine_roles(std::vector<Stack>& stacks) {
  for (Stack& stack : stacks) {
    if (stack.role == StackRole::mutex_acquired && stack.heading.find(") created at") != kNone) {
      stack.role = StackRole::mutex_created;
    }
  }
}

std::string location_of(const std::vector<std::string_view>& notes) {
  for (const std::string_view note : notes) {
    if (note.starts_with("Location is ")) return std::string(note);
    if (note.starts_with("Cycle in lock order graph: ")) return std::string(note);
  }
  return {};
}

/// `(pid=4711)` at the end of the first line.
std::optional<int> trailing_pid(std::string_view line) {
  std::string_view digits = between(line, "(pid=", ")");
  const std::optional<std::uint64_t> pid = consume_decimal(digits);
  if (!pid || *pid > 0x7fffffff) return std::nullopt;
  return static_cast<int>(*pid);
}

}  // namespace

Finding parse_thread_report(std::string_view text) {
  std::vector<std::string_view> lines = lines_of(text);
  const auto first = std::find_if(lines.begin(), lines.end(),
                                  [](std::string_view line) { return line.find("Sanitizer: ") != kNone; });
  const bool is_race =
      first != lines.end() && (first->starts_with("WARNING: ") || first->starts_with("SUMMARY"));
  std::string_view words = first == lines.end() ? std::string_view() : *first;
  if (const std::size_t name = words.find("Sanitizer: "); name != kNone) words.remove_prefix(name + 11);
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const ThreadKind& row) { return words.starts_with(row.words); });
  if (!is_race || (kind == kKinds.end() && !error_kind(words).empty())) {
    Finding finding = parse_address_report(text);  // a deadly signal or an allocator error
    finding.source = FindingSource::thread_sanitizer;
    return finding;
  }
  Finding finding;
  finding.source = FindingSource::thread_sanitizer;
  finding.pid = trailing_pid(words);
  finding.message = trim(words.substr(0, words.rfind("(pid=")));
  finding.kind = kind == kKinds.end() ? slug(finding.message) : std::string(kind->kind);
  finding.implies = kind == kKinds.end() ? Outcome::fail : kind->implies;
  lines.erase(lines.begin(), first + (first->starts_with("SUMMARY") ? 0 : 1));
  Sections sections = parse_sections(lines, heading_rules());
  refine_roles(sections.stacks);
  finding.location = location_of(sections.notes);
  finding.stacks = std::move(sections.stacks);
  return finding;
}

}  // namespace repro::findings
