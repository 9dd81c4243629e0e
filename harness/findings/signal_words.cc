#include "harness/findings/signal_words.h"

#include <array>

#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Words {
  std::string_view words;
  std::string_view name;
};

// strsignal(3)'s texts and those of other systems and test runners. The first that occurs in a text decides.
constexpr std::array<Words, 33> kWords{{
    {"SIGSEGV", "SIGSEGV"},
    {"SIGABRT", "SIGABRT"},
    {"SIGBUS", "SIGBUS"},
    {"SIGILL", "SIGILL"},
    {"SIGFPE", "SIGFPE"},
    {"SIGTRAP", "SIGTRAP"},
    {"SIGSYS", "SIGSYS"},
    {"SIGQUIT", "SIGQUIT"},
    {"SIGKILL", "SIGKILL"},
    {"Segmentation fault", "SIGSEGV"},
    {"segmentation fault", "SIGSEGV"},
    {"Segmentation violation", "SIGSEGV"},
    {"SegFault", "SIGSEGV"},
    {"SEGFAULT", "SIGSEGV"},
    {"segfault", "SIGSEGV"},
    {"SEGV", "SIGSEGV"},
    {"general protection", "SIGSEGV"},
    {"EXC_BAD_ACCESS", "SIGSEGV"},
    {"memory access violation", "SIGSEGV"},
    {"Abort trap", "SIGABRT"},
    {"aborted", "SIGABRT"},
    {"Aborted", "SIGABRT"},
    {"ABRT", "SIGABRT"},
    {"IOT ", "SIGABRT"},  // zsh's name of it
    {"Bus error", "SIGBUS"},
    {"bus error", "SIGBUS"},
    {"Illegal", "SIGILL"},
    {"illegal hardware instruction", "SIGILL"},
    {"invalid opcode", "SIGILL"},
    {"Floating point exception", "SIGFPE"},
    {"Numerical", "SIGFPE"},
    {"Trace/breakpoint trap", "SIGTRAP"},
    {"EXC_BREAKPOINT", "SIGTRAP"},
}};

struct Number {
  std::uint64_t number;
  std::string_view name;
};

// Of Linux on x86-64 and arm64.
constexpr std::array<Number, 8> kNumbers{{{3, "SIGQUIT"},
                                          {4, "SIGILL"},
                                          {5, "SIGTRAP"},
                                          {6, "SIGABRT"},
                                          {7, "SIGBUS"},
                                          {8, "SIGFPE"},
                                          {9, "SIGKILL"},
                                          {11, "SIGSEGV"}}};

std::string_view name_of(std::uint64_t number) {
  for (const Number& row : kNumbers) {
    if (row.number == number) return row.name;
  }
  return {};
}

}  // namespace

std::string signal_named_in(std::string_view text) {
  std::size_t first = kNone;
  std::string_view name;
  for (const Words& row : kWords) {
    const std::size_t at = text.find(row.words);
    if (at < first) {
      first = at;
      name = row.name;
    }
  }
  if (!name.empty()) return std::string(name);
  for (const std::string_view mark :
       {"signal ", "signal: ", "Signal ", "Signal: ", "signal number ", "<Signals."}) {
    const std::size_t at = text.find(mark);
    if (at == kNone) continue;
    std::string_view digits = text.substr(at + mark.size());
    if (const auto number = consume_decimal(digits)) return std::string(name_of(*number));
  }
  return {};
}

bool is_abort_kind(std::string_view kind) { return kind == "SIGABRT" || kind == "ABRT" || kind == "aborted"; }

}  // namespace repro::findings
