#include "harness/findings/report_sections.h"

#include <algorithm>
#include <array>
#include <limits>

#include "harness/base/text.h"
#include "harness/findings/frame_parser.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostStacks = 64;
constexpr std::size_t kMostFrames = 256;

struct KindRow {
  std::string_view beginning;
  std::string_view kind;
};

// Headers that do not begin with the name that the summary uses. From asan_errors.cpp, asan_errors.h,
// sanitizer_allocator_report.cpp and sanitizer_symbolizer_report.cpp; GCC's copies use the same words.
constexpr std::array<KindRow, 25> kKinds{{
    {"SEGV on unknown address", "SEGV"},
    {"attempting double-free", "double-free"},
    {"attempting free on address which was not malloc()-ed", "bad-free"},
    {"attempting free on address which", "bad-free"},
    {"attempting to call malloc_usable_size()", "bad-malloc_usable_size"},
    {"attempting to call __sanitizer_get_allocated_size()", "bad-__sanitizer_get_allocated_size"},
    {"bad parameters to __sanitizer_annotate_contiguous_container",
     "bad-__sanitizer_annotate_contiguous_container"},
    {"bad parameters to __sanitizer_annotate_double_ended_contiguous_container",
     "bad-__sanitizer_annotate_double_ended_contiguous_container"},
    {"requested allocation size", "allocation-size-too-big"},
    {"calloc parameters overflow", "calloc-overflow"},
    {"reallocarray parameters overflow", "reallocarray-overflow"},
    {"pvalloc parameters overflow", "pvalloc-overflow"},
    {"invalid allocation alignment", "invalid-allocation-alignment"},
    {"invalid alignment requested in aligned_alloc", "invalid-aligned-alloc-alignment"},
    {"invalid alignment requested in posix_memalign", "invalid-posix-memalign-alignment"},
    {"specified RSS limit exceeded", "rss-limit-exceeded"},
    {"allocator exceeded the RSS limit", "rss-limit-exceeded"},
    {"hard rss limit exhausted", "rss-limit-exceeded"},
    {"soft rss limit exhausted", "rss-limit-exceeded"},
    {"out of memory", "out-of-memory"},
    {"allocator is out of memory", "out-of-memory"},
    {"allocator is trying to allocate", "out-of-memory"},
    {"nested bug in the same thread", "nested-bug"},
    {"detected memory leaks", "leak"},
    {"use-of-uninitialized-value", "use-of-uninitialized-value"},
}};

// Deadly signals as the runtimes name them (sanitizer_symbolizer_report.cpp, DescribeSignal).
constexpr std::array<std::string_view, 6> kSignalNames{"SEGV", "BUS", "FPE", "ILL", "ABRT", "TRAP"};

bool is_kind_character(char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }

const HeadingRule* rule_for(std::string_view heading, const std::vector<HeadingRule>& rules) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const HeadingRule& rule) {
    return heading.starts_with(rule.beginning);
  });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::string> parse_mutexes(std::string_view heading) {
  std::vector<std::string> mutexes;
  const std::string_view list = between(heading, "(mutexes: ", ")");
  if (list.empty()) return mutexes;
  for (const std::string_view piece : split(list, ',')) mutexes.emplace_back(trim(piece));
  return mutexes;
}

Stack begin_stack(std::string_view heading, bool is_first, const std::vector<HeadingRule>& rules) {
  Stack stack;
  stack.heading = heading;
  stack.thread = parse_thread(heading);
  stack.mutexes = parse_mutexes(heading);
  if (const std::optional<Access> access = parse_access(heading)) {
    stack.access = access->kind;
    stack.access_bytes = access->bytes;
    stack.role = heading.starts_with("Previous ") ? StackRole::previous_access : StackRole::access;
    return stack;
  }
  const HeadingRule* rule = rule_for(heading, rules);
  stack.role = rule != nullptr ? rule->role : is_first ? StackRole::access : StackRole::other;
  return stack;
}

/// Whether the stack of this heading could not be restored: `[failed to restore the stack]`, `<empty stack>`.
bool is_missing_stack(std::string_view line) {
  return line.starts_with("[failed to restore the stack") || line.starts_with("<empty stack>");
}

}  // namespace

Sections parse_sections(const std::vector<std::string_view>& lines, const std::vector<HeadingRule>& rules) {
  Sections found;
  std::string_view heading;
  bool in_stack = false;
  for (const std::string_view line : lines) {
    const std::string_view text = trim(line);
    if (text.starts_with("SUMMARY: ")) {
      const std::size_t name = text.find("Sanitizer: ");
      if (name != kNone) found.summary = text.substr(name + 11);
      in_stack = false;
      continue;
    }
    const std::optional<NumberedFrame> frame = parse_frame(text);
    if (frame || is_missing_stack(text)) {
      // A new stack begins at its heading, or where the numbers start again without one.
      const bool restarts = frame && frame->number == 0 && in_stack && !found.stacks.empty() &&
                            !found.stacks.back().frames.empty();
      if (!in_stack || restarts) {
        if (found.stacks.size() == kMostStacks) break;
        found.stacks.push_back(begin_stack(heading, found.stacks.empty(), rules));
      }
      in_stack = true;
      heading = {};
      if (frame && found.stacks.back().frames.size() < kMostFrames) {
        found.stacks.back().frames.push_back(frame->frame);
      }
      continue;
    }
    in_stack = false;
    if (text.empty()) continue;
    heading = text;
    found.notes.push_back(text);
  }
  return found;
}

Stack stack_of_one(std::string_view heading, Frame frame) {
  Stack stack;
  stack.role = StackRole::access;
  stack.heading = heading;
  stack.frames.push_back(std::move(frame));
  return stack;
}

/// TSan on an object whose library described the access: `Previous modifying access of Swift variable at
/// 0x1`. It has no size.
static std::optional<Access> parse_described_access(std::string_view heading) {
  consume(heading, "Previous ");
  for (const auto& [words, kind] : {std::pair("odifying access of ", "external write"),
                                    std::pair("ead-only access of ", "external read")}) {
    if (!heading.empty() && heading.substr(1).starts_with(words)) return Access{kind, 0};
  }
  return std::nullopt;
}

std::optional<Access> parse_access(std::string_view heading) {
  if (std::optional<Access> described = parse_described_access(heading)) return described;
  std::string_view rest = heading;
  const std::size_t of_size = rest.find(" of size ");
  if (of_size > 40) return std::nullopt;  // not there, or not an access
  std::string words(rest.substr(0, of_size));
  std::transform(words.begin(), words.end(), words.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string_view kind = words;
  consume(kind, "previous ");
  consume(kind, "racy ");
  constexpr std::array<std::string_view, 7> kKnown{"read",   "write",         "atomic read",   "atomic write",
                                                   "access", "external read", "external write"};
  if (std::find(kKnown.begin(), kKnown.end(), kind) == kKnown.end()) return std::nullopt;
  rest.remove_prefix(of_size + std::string_view(" of size ").size());
  const std::uint64_t bytes = consume_decimal(rest).value_or(0);
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return Access{std::string(kind), static_cast<std::uint32_t>(std::min(bytes, kMost))};
}

std::string parse_thread(std::string_view heading) {
  if (heading.find("main thread") != kNone && heading.find("created by main thread") == kNone) {
    return "main thread";
  }
  std::size_t at = heading.find("hread T");
  if (at == kNone) return {};
  at += std::string_view("hread ").size();
  std::size_t end = at + 1;
  while (end < heading.size() && is_digit(heading[end])) ++end;
  return std::string(heading.substr(at, end - at));
}

std::string error_kind(std::string_view text) {
  for (const KindRow& row : kKinds) {
    if (text.starts_with(row.beginning)) return std::string(row.kind);
  }
  for (const std::string_view name : kSignalNames) {
    if (text.starts_with(name) && (text.size() == name.size() || text[name.size()] == ' ')) {
      return std::string(name);
    }
  }
  // `heap-use-after-free on address`, `negative-size-param: (size=-2)`, `odr-violation (0x...)`.
  std::size_t end = 0;
  while (end < text.size() && is_kind_character(text[end])) ++end;
  const std::string_view word = text.substr(0, end);
  return word.find('-') == kNone ? std::string() : std::string(word);
}

std::string slug(std::string_view text) {
  constexpr std::size_t kMostWords = 8;
  constexpr std::size_t kLongest = 80;
  std::string name;
  std::size_t words = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter) {
      if (!in_word) {
        if (words++ == kMostWords || name.size() > kLongest) break;
        if (!name.empty()) name += '-';
      }
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    in_word = is_letter;
  }
  return name.empty() ? "unknown" : name;
}

}  // namespace repro::findings
