// AddressSanitizer (asan_errors.cpp, asan_descriptions.cpp; GCC's copy words them alike), and the
// deadly-signal reports of the other runtimes, which share the printer.

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

const std::vector<HeadingRule>& heading_rules() {
  static const std::vector<HeadingRule> rules{
      {"freed by thread", StackRole::freed},
      {"previously allocated by thread", StackRole::allocated},
      {"allocated by thread", StackRole::allocated},
      {"Thread T", StackRole::thread_created},
      {"Address 0x", StackRole::other},  // the frame that owns a stack variable
      {"[", StackRole::other},           // `[1]:`, where a global was registered
      {"Memory was marked", StackRole::other},
      {"HINT", StackRole::other},
  };
  return rules;
}

/// The note that says what memory the bad address belongs to.
std::string location_of(const std::vector<std::string_view>& notes) {
  for (const std::string_view note : notes) {
    const bool is_address = note.starts_with("0x") || note.starts_with("Address 0x");
    if (is_address && note.find(" is located ") != kNone) return std::string(note);
    if (is_address && note.find(" is a wild pointer") != kNone) return std::string(note);
  }
  const auto global = std::find_if(notes.begin(), notes.end(),
                                   [](std::string_view note) { return note.starts_with("[1] size="); });
  return global == notes.end() ? std::string() : std::string(*global);
}

/// `The signal is caused by a READ memory access.`
std::string signal_access(const std::vector<std::string_view>& notes) {
  for (const std::string_view note : notes) {
    if (note.find("The signal is caused by a READ") != kNone) return "read";
    if (note.find("The signal is caused by a WRITE") != kNone) return "write";
  }
  return {};
}

/// Takes everything up to and with `XSanitizer: ` (or `XSanitizer:`) from the front.
void skip_to_error(std::string_view& line) {
  const std::size_t name = line.find("Sanitizer:");
  if (name == kNone) return;
  line.remove_prefix(name + std::string_view("Sanitizer:").size());
  line = trim(line);
}

/// `... in thread T0` of an allocator's error, `(pc 0x... bp 0x... sp 0x... T0)` of a signal.
std::string thread_of_error(std::string_view header) {
  if (std::string thread = parse_thread(header); !thread.empty()) return thread;
  const std::size_t at = header.rfind(" T");
  if (at == kNone || !header.ends_with(')')) return {};
  const std::string_view name = header.substr(at + 1, header.size() - at - 2);
  return name.size() > 1 && std::all_of(name.begin() + 1, name.end(), is_digit) ? std::string(name)
                                                                                : std::string();
}

}  // namespace

bool is_deadly_signal_kind(std::string_view kind) {
  constexpr std::array<std::string_view, 8> kKinds{
      "SEGV", "BUS", "FPE", "ILL", "ABRT", "TRAP", "stack-overflow", "deadly-signal"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

Finding parse_address_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::address_sanitizer;
  finding.implies = Outcome::crash;
  std::vector<std::string_view> lines = lines_of(text);
  // The announcement of a deadly signal and rules stand in front of the line that names the error.
  auto first = std::find_if(lines.begin(), lines.end(),
                            [](std::string_view line) { return line.find("Sanitizer: ") != kNone; });
  const bool is_announcement_only = first == lines.end();
  if (is_announcement_only) first = lines.begin();
  std::string_view header = first == lines.end() ? std::string_view() : *first;
  finding.pid = consume_pid_mark(header);
  const bool is_summary_only = header.starts_with("SUMMARY: ");
  skip_to_error(header);
  finding.message = is_announcement_only ? "deadly signal" : std::string(header);

  lines.erase(lines.begin(), first == lines.end() || is_summary_only ? first : first + 1);
  Sections sections = parse_sections(lines, heading_rules());
  finding.kind = is_announcement_only ? "deadly-signal" : error_kind(header);
  if (finding.kind.empty()) finding.kind = error_kind(sections.summary);
  if (finding.kind.empty()) finding.kind = slug(header);
  finding.location = location_of(sections.notes);
  if (!sections.stacks.empty() && sections.stacks.front().role == StackRole::access) {
    Stack& access = sections.stacks.front();
    if (access.access.empty()) access.access = signal_access(sections.notes);
    if (access.thread.empty()) access.thread = thread_of_error(header);
  }
  if (sections.stacks.empty() && is_summary_only) {
    // `heap-use-after-free a.cc:34:51 in name(args)`: the top frame is all that is left.
    const std::size_t in = header.find(" in ");
    if (in != kNone) {
      Frame frame;
      frame.function = trim(header.substr(in + 4));
      sections.stacks.push_back(stack_of_one(finding.message, std::move(frame)));
    }
  }
  finding.stacks = std::move(sections.stacks);
  return finding;
}

Finding parse_hwaddress_report(std::string_view text) {
  Finding finding = parse_address_report(text);
  finding.source = FindingSource::hwaddress_sanitizer;
  for (const std::string_view line : lines_of(text)) {
    std::string_view cause = trim(line);
    if (!consume(cause, "Cause: ") && !consume(cause, "Potential Cause: ")) continue;
    finding.message = finding.kind + ": " + std::string(cause);
    break;
  }
  return finding;
}

Finding parse_undefined_fatal_report(std::string_view text) {
  Finding finding = parse_address_report(text);
  finding.source = FindingSource::undefined_sanitizer;
  return finding;
}

}  // namespace repro::findings
