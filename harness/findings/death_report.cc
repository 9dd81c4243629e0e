// One line in which a shell, a test runner, a service manager or the kernel says that a process died, when
// nothing else in the log does. The weakest of reports: a name of a signal and no stack. The scanner drops it
// next to a report that explains the death.

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "harness/base/text.h"
#include "harness/findings/line_prefix.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/runtime_starts.h"
#include "harness/findings/signal_words.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Phrases that nobody else uses: anywhere in the line. Each names a signal, or is followed by one.
constexpr std::array<std::string_view, 24> kPhrases{
    "(core dumped)",                       // every shell, make, strsignal's users
    "***Exception: ",                      // ctest: SegFault, Child aborted, Illegal, Numerical
    "aborted***Exception",                 // ctest since 3.18
    "Bus error***Exception",               //
    "(SEGFAULT)",                          // ctest's summary
    "terminated by signal SIG",            // fish
    "was terminated by signal ",           // PostgreSQL
    " killed by signal ",                  // meson, others
    "(signal: ",                           // cargo: `(signal: 11, SIGSEGV: invalid memory reference)`
    "signal: segmentation fault",          // go test
    "signal: aborted",                     // the same
    "died with <Signals.SIG",              // Python's subprocess
    ": segfault at ",                      // the kernel
    "general protection fault ip:",        // the same
    "general protection ip:",              // the same
    "trap invalid opcode ip:",             // the same
    "code=dumped, status=",                // systemd
    " crashed while running ",             // pytest-xdist
    "fatal error condition: SIG",          // Catch2
    "test case CRASHED: SIG",              // doctest
    "memory access violation at address",  // Boost.Test
    "[  CRASHED ]",                        // Chromium's launcher of GoogleTest
    "SIGSEGV [ ",                          // cargo-nextest
    "SIGABRT [ ",                          // the same
};

/// Sentences that are the whole line, alone or behind the shell's place: `./run.sh: line 3: 123 Aborted ./a`.
constexpr std::array<std::string_view, 7> kSentences{"Segmentation fault",
                                                     "Aborted",
                                                     "Bus error",
                                                     "Illegal instruction",
                                                     "Floating point exception",
                                                     "Trace/breakpoint trap",
                                                     "segmentation fault"};

/// `./run.sh: line 3: 12345 Segmentation fault      ./a`, `make: *** [Makefile:3: test] Segmentation fault`.
bool is_of_shell(std::string_view before) {
  if (before.empty()) return true;
  if (before.find(": line ") != kNone) return true;
  if (before.find_first_not_of("0123456789 +") == kNone)
    return true;  // `[1]  + 33171 segmentation fault  ./pool`
  if (before.starts_with("make") && before.find("*** [") != kNone) return true;
  return before == "zsh: " || before == "sh: " || before == "bash: ";
}

bool is_sentence(std::string_view line) {
  const std::string_view text = line.substr(log_prefix_length(line));
  for (const std::string_view words : kSentences) {
    const std::size_t at = text.find(words);
    if (at == kNone) continue;
    const std::string_view before = text.substr(0, at);
    if (!is_of_shell(before)) continue;
    // Alone on its line, or followed by what the shell adds.
    const std::string_view behind = text.substr(at + words.size());
    if (behind.empty() || behind.starts_with("  ") || (!before.empty() && behind.starts_with(" ")))
      return true;
  }
  return false;
}

}  // namespace

std::optional<ReportStart> death_start(std::string_view line) {
  const ReportStart start{Grammar::death, Extent::one_line, 0};
  for (const std::string_view phrase : kPhrases) {
    const std::size_t at = line.find(phrase);
    if (at == kNone) continue;
    const bool is_crash = phrase.find("CRASHED ]") != kNone || phrase.find("crashed while") != kNone ||
                          phrase.find("Exception: ") != kNone || !signal_named_in(line).empty();
    const bool is_timeout = line.find("***Timeout") != kNone;
    if (is_crash && !is_timeout && line.find("Interrupt") == kNone) return start;
  }
  return is_sentence(line) ? std::optional(start) : std::nullopt;
}

Finding parse_death_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::signal;
  finding.implies = Outcome::crash;
  finding.message = trim(text);
  // The words of the line's end are the runner's; a test's name in front may hold any.
  const std::size_t exception = text.find("***Exception");
  const std::string_view words =
      exception == kNone ? text : text.substr(exception < 24 ? 0 : text.rfind('.', exception) + 1);
  finding.kind = signal_named_in(words);
  if (finding.kind.empty()) finding.kind = signal_named_in(text);
  if (finding.kind.empty()) finding.kind = "crash";
  return finding;
}

}  // namespace repro::findings
