#include "harness/findings/report_start.h"

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/findings/report_anchors.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/runtime_starts.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Tool {
  std::string_view name;
  Grammar grammar;
};

constexpr std::array<Tool, 6> kTools{{{"AddressSanitizer", Grammar::address},
                                      {"HWAddressSanitizer", Grammar::hwaddress},
                                      {"ThreadSanitizer", Grammar::thread},
                                      {"LeakSanitizer", Grammar::leak},
                                      {"MemorySanitizer", Grammar::memory},
                                      {"UndefinedBehaviorSanitizer", Grammar::undefined_fatal}}};

/// Lines that are a sanitizer's own failure and do not have the form `ERROR: XSanitizer: ...`.
struct ToolFailure {
  std::string_view text;
  std::string_view where;
};

constexpr std::array<ToolFailure, 7> kToolFailures{{
    {"ASan runtime does not come first in initial library list", "asan_linux.cpp"},
    {"Your application is linked against incompatible ASan runtimes", "asan_linux.cpp"},
    {"ReserveShadowMemoryRange failed", "sanitizer_common.cpp"},
    {"Shadow memory range interleaves with an existing memory mapping", "asan_shadow_setup.cpp"},
    {"is out of application range. Non-PIE build?", "msan_linux.cpp"},
    {"LeakSanitizer has encountered a fatal error", "lsan_common.cpp"},
    {"ERROR: Failed to mmap", "sanitizer_common.cpp"},
}};

/// glibc's abort texts by their beginnings (malloc.c, libc_fatal.c, fortify and stack protector); each is the
/// rest of its line, so that a mention in running text is no report.
constexpr std::array<std::string_view, 17> kGlibcTexts{"double free or corruption (",
                                                       "free(): ",
                                                       "malloc(): ",
                                                       "realloc(): ",
                                                       "calloc(): ",
                                                       "memalign(): ",
                                                       "munmap_chunk(): ",
                                                       "mremap_chunk(): ",
                                                       "malloc_consolidate(): ",
                                                       "corrupted size vs. prev_size",
                                                       "corrupted double-linked list",
                                                       "tcache_thread_shutdown(): ",
                                                       "break adjusted to free malloc space",
                                                       "corrupted unsorted chunks",
                                                       "*** ",
                                                       "Fatal glibc error: ",
                                                       "aligned_alloc(): "};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Where `==PID==` begins when it ends at `end`; kNone when it does not stand there.
std::size_t pid_mark_before(std::string_view line, std::size_t end) {
  if (end > 0 && line[end - 1] == ' ') --end;  // `==7== ERROR:` of the first runtimes
  if (end < 5 || line.substr(end - 2, 2) != "==") return kNone;
  std::size_t at = end - 2;
  while (at > 0 && is_digit(line[at - 1])) --at;
  if (at == end - 2 || at < 2 || line.substr(at - 2, 2) != "==") return kNone;
  return at - 2;
}

/// The word in front of a sanitizer's name, and where the report begins when it is counted in.
struct Introduction {
  std::string_view word;  ///< "ERROR", "WARNING", "FATAL", "SUMMARY" or ""
  std::size_t offset = 0;
  bool has_pid = false;
};

Introduction introduction_before(std::string_view line, std::size_t name) {
  Introduction found{{}, name, false};
  for (const std::string_view word : {"ERROR: ", "WARNING: ", "FATAL: ", "SUMMARY: "}) {
    if (name >= word.size() && line.substr(name - word.size(), word.size()) == word) {
      found.word = word.substr(0, word.size() - 2);
      found.offset = name - word.size();
    }
  }
  if (const std::size_t mark = pid_mark_before(line, found.offset); mark != kNone) {
    found.offset = mark;
    found.has_pid = true;
  }
  return found;
}

std::optional<ReportStart> start_of_named_tool(std::string_view line, std::size_t name, std::size_t end,
                                               Grammar grammar) {
  const std::string_view after = line.substr(end);
  const Introduction intro = introduction_before(line, name);
  const bool is_own_report = grammar != Grammar::unknown;
  if (after.starts_with(":DEADLYSIGNAL")) return ReportStart{grammar, Extent::sanitizer, name, true};
  if (after.starts_with(" CHECK failed: ") || after.starts_with(": CHECK failed: ")) {
    return ReportStart{Grammar::tool, Extent::sanitizer, intro.offset};
  }
  if (!after.starts_with(": ") && !after.starts_with(" failed to ")) return std::nullopt;
  if (intro.word == "SUMMARY") {
    return is_own_report ? std::optional(ReportStart{grammar, Extent::tail_only, intro.offset})
                         : std::nullopt;
  }
  if (intro.word == "FATAL") return ReportStart{Grammar::tool, Extent::sanitizer, intro.offset};
  if (intro.word == "ERROR") {
    if (after.starts_with(" failed to ")) return ReportStart{Grammar::tool, Extent::sanitizer, intro.offset};
    return ReportStart{grammar, Extent::sanitizer, intro.offset};
  }
  // TSan's races have no pid mark in front; a warning with one is about the runtime itself (and goes on).
  const bool is_race = grammar == Grammar::thread && !intro.has_pid;
  if (intro.word == "WARNING" && after.starts_with(": ") &&
      (is_race || (grammar == Grammar::memory && intro.has_pid))) {
    return ReportStart{grammar, Extent::sanitizer, intro.offset};
  }
  if (intro.word.empty() && after.starts_with(": hard rss limit exhausted")) {
    return ReportStart{grammar, Extent::sanitizer, intro.offset};
  }
  if (intro.word.empty() && after.starts_with(": nested bug in the same thread")) {
    return ReportStart{grammar, Extent::one_line, intro.offset};
  }
  return std::nullopt;
}

std::optional<ReportStart> sanitizer_start(std::string_view line) {
  constexpr std::string_view kSuffix = "Sanitizer";
  for (std::size_t at = line.find(kSuffix); at != kNone; at = line.find(kSuffix, at + 1)) {
    // No tool has a longer name; without the bound a line of nothing but this word would cost its square.
    constexpr std::size_t kLongestName = 32;
    std::size_t name = at;
    while (name > 0 && at - name < kLongestName && is_name_character(line[name - 1])) --name;
    const std::string_view tool_name = line.substr(name, at + kSuffix.size() - name);
    const auto* tool = std::find_if(kTools.begin(), kTools.end(),
                                    [&](const Tool& known) { return known.name == tool_name; });
    const Grammar grammar = tool == kTools.end() ? Grammar::unknown : tool->grammar;
    if (auto start = start_of_named_tool(line, name, at + kSuffix.size(), grammar)) return start;
  }
  return std::nullopt;
}

std::optional<ReportStart> tool_failure_start(std::string_view line) {
  for (const ToolFailure& failure : kToolFailures) {
    const std::size_t at = line.find(failure.text);
    if (at == kNone) continue;
    const std::size_t mark = line.substr(0, at).find("==");
    return ReportStart{Grammar::tool, Extent::sanitizer, mark == kNone ? at : mark};
  }
  return std::nullopt;
}

/// `file:line:col: runtime error: text`; GCC prints `file:line:col` too, either may print <unknown>.
std::optional<ReportStart> undefined_start(std::string_view line) {
  const std::size_t colon = line.find(": runtime error: ");
  if (colon == kNone) return std::nullopt;
  const std::size_t blank = line.substr(0, colon).rfind(' ');
  const std::size_t offset = blank == kNone ? 0 : blank + 1;
  std::string_view location = line.substr(offset, colon - offset);
  const std::size_t file_end = location.find(':');
  if (location != "<unknown>" &&
      (file_end == kNone || file_end + 1 >= location.size() || !is_digit(location[file_end + 1]))) {
    return std::nullopt;  // other tools say "runtime error" too (Go, interpreters)
  }
  return ReportStart{Grammar::undefined, Extent::undefined, offset};
}

LineKind classify_starred(std::string_view line, int& phase) {
  constexpr int kHasStack = 1;
  if (line.starts_with("======= Backtrace: ")) phase = kHasStack;
  if (line.starts_with("======= ")) return LineKind::inner;
  const bool is_frame = phase == kHasStack && line.ends_with(']') && line.find("[0x") != kNone;
  return is_frame || (phase == kHasStack && is_memory_mapping(line)) ? LineKind::inner : LineKind::after;
}

constexpr LineRules kStarredRules{&classify_starred, 0, false};

bool is_glibc_text(std::string_view rest) {
  for (const std::string_view text : kGlibcTexts) {
    if (!rest.starts_with(text)) continue;
    if (text == "*** ")
      return rest.find(" detected ***") != kNone || rest.ends_with("stack frame ***") ||
             rest.starts_with("*** Error in `") || rest.starts_with("*** bit out of range ");
    return rest.size() <= 200;
  }
  return false;
}

/// `ubsan: add-overflow by 0x0000` of the minimal runtime; since LLVM 20 with the address.
std::optional<ReportStart> undefined_minimal_start(std::string_view line) {
  const std::size_t at = line.find("ubsan: ");
  if (at == kNone || (at != 0 && line[at - 1] != ' ')) return std::nullopt;
  const std::string_view rest = line.substr(at + 7);
  const bool is_check = rest.find(" by 0x") != kNone && rest.find('-') < rest.find(' ');
  return is_check ? std::optional(ReportStart{Grammar::undefined_minimal, Extent::one_line, at})
                  : std::nullopt;
}

std::optional<ReportStart> glibc_start(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool at_word = at == 0 || !is_name_character(line[at - 1]);
    const char quote = at == 0 ? ' ' : line[at - 1];
    if (at_word && quote != '"' && quote != '\'' && quote != '`' && is_glibc_text(line.substr(at))) {
      // Up to 2.25 a stack and the memory map followed the texts in stars.
      const bool has_stars = line.substr(at).starts_with("*** ");
      return has_stars ? ReportStart{Grammar::glibc, Extent::lines, at, false, &kStarredRules}
                       : ReportStart{Grammar::glibc, Extent::one_line, at};
    }
  }
  return std::nullopt;
}

std::optional<ReportStart> cxx_start(std::string_view line) {
  for (const std::string_view text :
       {"terminate called after throwing an instance of '", "terminate called without an active exception",
        "terminate called recursively"}) {
    if (const std::size_t at = line.find(text); at != kNone) {
      return ReportStart{Grammar::cxx, Extent::terminate, at};
    }
  }
  for (const std::string_view text : {"libc++abi: terminating", "libc++abi: Pure virtual function called",
                                      "libc++abi: Deleted virtual function called",
                                      "pure virtual method called", "deleted virtual method called"}) {
    const std::size_t at = line.find(text);
    if (at == kNone) continue;
    const bool is_whole = line.substr(at).size() == text.size() || text.starts_with("libc++abi");
    if (is_whole) return ReportStart{Grammar::cxx, Extent::terminate, at};
  }
  return std::nullopt;
}

/// Where the assertion begins in what stands before the word: at the word that holds `file:line`, or at the
/// program's name when that stands in front of it. The file has a suffix, which a time of day has not.
std::size_t assertion_offset(std::string_view before) {
  const std::size_t dot = before.find('.');
  for (std::size_t colon = before.find(':', std::min(dot, before.size())); colon != kNone;
       colon = before.find(':', colon + 1)) {
    if (colon + 1 >= before.size() || !is_digit(before[colon + 1])) continue;
    const std::size_t blank = before.substr(0, colon).rfind(' ');
    const std::size_t file = blank == kNone ? 0 : blank + 1;
    if (file < 2 || before[file - 2] != ':') return file;
    const std::size_t program = before.substr(0, file - 2).rfind(' ');
    return program == kNone ? 0 : program + 1;
  }
  return 0;
}

/// glibc: `prog: file:line: func: Assertion 'expr' failed.` (with a backquote); libstdc++: the same with
/// quotes and without `prog: `; musl and BSD: `Assertion failed: expr (file: func: line)`.
std::optional<ReportStart> assertion_start(std::string_view line) {
  if (const std::size_t at = line.find("Assertion failed: "); at != kNone) {
    const std::string_view rest = line.substr(at);
    const bool names_place = rest.find('(') != kNone && (rest.ends_with(')') || rest.ends_with('.'));
    if (names_place) return ReportStart{Grammar::assertion, Extent::one_line, at};
    return std::nullopt;
  }
  const std::string_view text = trim(line);
  if (!text.ends_with("failed.")) return std::nullopt;
  std::size_t at = line.find(": Assertion `");
  if (at == kNone) at = line.find(": Assertion '");
  if (at == kNone) return std::nullopt;
  return ReportStart{Grammar::assertion, Extent::one_line, assertion_offset(line.substr(0, at))};
}

/// `[BUG] text`, alone or behind the place in the Ruby program. Quoted, it is a mention; whether it is a
/// report, the lines that follow tell.
std::optional<ReportStart> ruby_start(std::string_view line) {
  const std::size_t at = line.find("[BUG] ");
  if (at == kNone || at + 6 == line.size()) return std::nullopt;
  if (at == 0) return ReportStart{Grammar::ruby, Extent::ruby, 0};
  if (!line.substr(0, at).ends_with(": ")) return std::nullopt;
  const std::size_t blank = line.substr(0, at - 2).rfind(' ');
  const std::size_t place = blank == kNone ? 0 : blank + 1;
  const std::size_t colon = line.substr(0, at - 2).rfind(':');
  const bool names_line = colon != kNone && colon > place && is_digit(line[colon + 1]);
  return names_line ? std::optional(ReportStart{Grammar::ruby, Extent::ruby, place}) : std::nullopt;
}

/// Beginnings of the unindented lines inside sanitizer reports, from the printers of both runtimes.
constexpr std::array<std::string_view, 38> kReportWords{"READ of size",
                                                        "WRITE of size",
                                                        "ACCESS of size",
                                                        "freed by thread",
                                                        "previously allocated by",
                                                        "allocated by",
                                                        "Thread T",
                                                        "Address 0x",
                                                        "Address is",
                                                        "HINT:",
                                                        "SUMMARY:",
                                                        "Direct leak of",
                                                        "Indirect leak of",
                                                        "Objects leaked",
                                                        "These globals were",
                                                        "The signal is",
                                                        "SCARINESS:",
                                                        "Memory access at",
                                                        "Shadow byte",
                                                        "Wild access",
                                                        "Dynamic shadow",
                                                        "object passed to",
                                                        "MemorySanitizer can not",
                                                        "AddressSanitizer can not",
                                                        "ThreadSanitizer can not",
                                                        "UndefinedBehaviorSanitizer can not",
                                                        "HWAddressSanitizer can not",
                                                        "[0x",
                                                        "Cause: ",
                                                        "Potential Cause: ",
                                                        "Previously allocated",
                                                        "Thread: T",
                                                        "Memory tags around",
                                                        "Tags for short granules",
                                                        "Registers where",
                                                        "Invalid access starting",
                                                        "deallocated by thread",
                                                        "Hint: "};

constexpr std::array<std::string_view, 8> kTailWords{
    "Shadow bytes around", "Shadow byte legend", "=>0x", "==", "HINT:", "Exiting", "  ", "\t"};

}  // namespace

std::optional<ReportStart> recognise_start(std::string_view line) {
  // Most lines hold no anchor, and the rest hold those of one grammar.
  const AnchorGroups groups = anchor_groups(line);
  if (groups == 0) return std::nullopt;
  struct Row {
    AnchorGroup group;
    std::optional<ReportStart> (*start)(std::string_view line);
  };
  // The more particular words before those that others quote.
  constexpr std::array<Row, 20> kRows{{{AnchorGroup::sanitizers, &sanitizer_start},
                                       {AnchorGroup::tool_failures, &tool_failure_start},
                                       {AnchorGroup::gwp_asan, &gwp_asan_start},
                                       {AnchorGroup::fuzzer, &fuzzer_start},
                                       {AnchorGroup::valgrind, &valgrind_start},
                                       {AnchorGroup::undefined, &undefined_start},
                                       {AnchorGroup::undefined, &undefined_minimal_start},
                                       {AnchorGroup::cxx, &cxx_start},
                                       {AnchorGroup::assertions, &assertion_start},
                                       {AnchorGroup::ruby, &ruby_start},
                                       {AnchorGroup::rust, &rust_start},
                                       {AnchorGroup::jvm, &jvm_start},
                                       {AnchorGroup::python, &python_start},
                                       {AnchorGroup::javascript, &javascript_start},
                                       {AnchorGroup::go, &go_start},
                                       {AnchorGroup::valgrind_xml, &valgrind_xml_start},
                                       {AnchorGroup::backtrace, &backtrace_start},
                                       {AnchorGroup::glibc, &glibc_start},
                                       {AnchorGroup::unknown, &unknown_start},
                                       {AnchorGroup::death, &death_start}}};
  for (const Row& row : kRows) {
    if ((groups >> static_cast<unsigned>(row.group) & 1U) == 0) continue;
    if (auto start = row.start(line)) return start;
  }
  return std::nullopt;
}

bool is_summary(std::string_view line) {
  return line.starts_with("SUMMARY: ") && line.find("Sanitizer: ") != kNone;
}

bool belongs_to_sanitizer_report(std::string_view line) {
  if (line.empty() || line[0] == ' ' || line[0] == '\t' || line[0] == '#') return true;
  if (line.starts_with("==") || line.starts_with("0x") || line.starts_with("=>0x")) return true;
  if (line.size() > 6 && line[0] == 'r' && line.substr(1, 6).find("= 0x") != kNone) return true;  // registers
  return std::any_of(kReportWords.begin(), kReportWords.end(),
                     [&](std::string_view word) { return line.starts_with(word); });
}

bool is_memory_mapping(std::string_view line) {
  const std::size_t dash = line.find_first_not_of("0123456789abcdef");
  if (dash < 8 || dash == kNone || dash > 16 || line[dash] != '-') return false;
  const std::size_t blank = line.find(' ', dash);
  return blank != kNone && blank + 5 < line.size() && line[blank + 5] == ' ' &&
         line.substr(blank + 1, 4).find_first_not_of("rwxps-") == kNone;
}

bool confirms_ruby_report(std::string_view line) {
  constexpr std::array<std::string_view, 3> kSignals{"[BUG] Segmentation fault at ", "[BUG] Bus Error at ",
                                                     "[BUG] Illegal instruction at "};
  constexpr std::array<std::string_view, 3> kSections{"-- Control frame information ",
                                                      "-- Ruby level backtrace ", "-- C level backtrace "};
  if (std::any_of(kSignals.begin(), kSignals.end(),
                  [&](std::string_view text) { return line.find(text) != kNone; })) {
    return true;
  }
  if (std::any_of(kSections.begin(), kSections.end(),
                  [&](std::string_view text) { return line.starts_with(text); })) {
    return true;
  }
  // ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]
  return consume(line, "ruby ") && !line.empty() && is_digit(line[0]) && line.find(" [") != kNone;
}

bool belongs_to_ruby_report(std::string_view line) {
  if (line.empty() || line[0] == ' ' || line[0] == '/' || line[0] == '[') return true;
  if (line.starts_with("-- ") || line.starts_with("* ") || line.starts_with("ruby ")) return true;
  if (line.find("c:0") != kNone || line.find(" s:0") != kNone || line.find("[FINISH]") != kNone) return true;
  return line.find(":in `") != kNone || line.find(":in '") != kNone || is_memory_mapping(line);
}

bool belongs_to_report_tail(std::string_view line) {
  if (line.empty()) return true;
  return std::any_of(kTailWords.begin(), kTailWords.end(),
                     [&](std::string_view word) { return line.starts_with(word); });
}

bool ends_report(std::string_view line) {
  if (line == "Exiting" || line == "==================") return true;
  std::string_view rest = line;
  return consume_pid_mark(rest) && rest.starts_with("ABORTING");
}

}  // namespace repro::findings
