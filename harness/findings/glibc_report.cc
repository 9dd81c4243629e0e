// glibc's own aborts: heap checks (malloc.c), stack protector and fortify, internal assertions.
//
// One corrupted heap surfaces under many texts, which depend on which check comes first; the kind is
// therefore what was wrong in broad words, and the text is only the message.

#include <array>
#include <utility>

#include "harness/base/text.h"
#include "harness/findings/backtrace_frame.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

struct Text {
  std::string_view words;
  std::string_view kind;
};

// First match, anywhere in the line.
constexpr std::array<Text, 12> kTexts{{
    {"double free", "double-free"},
    {"free(): invalid pointer", "invalid-free"},
    {"munmap_chunk(): invalid pointer", "invalid-free"},
    {"realloc(): invalid pointer", "invalid-free"},
    {"mremap_chunk(): invalid pointer", "invalid-free"},
    {"stack smashing detected", "stack-smashing"},
    {"buffer overflow detected", "buffer-overflow"},
    {"%n in writable segment", "format-string"},
    {"invalid %N$ use", "format-string"},
    {"longjmp causes uninitialized stack frame", "longjmp"},
    {"bit out of range", "fd-set-overflow"},
    {"Fatal glibc error: ", "internal-error"},
}};

}  // namespace

Finding parse_glibc_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::glibc;
  finding.implies = Outcome::crash;
  const std::vector<std::string_view> lines = lines_of(text);
  std::string_view first = lines.empty() ? std::string_view() : trim(lines[0]);
  // *** Error in `./a': double free or corruption (out): 0x00000000013b2010 ***
  if (consume(first, "*** Error in `")) {
    if (const std::size_t program = first.find("': "); program != std::string_view::npos)
      first.remove_prefix(program + 3);
    if (first.ends_with(" ***")) first = first.substr(0, first.rfind(": 0x"));
  }
  finding.message = first;
  finding.kind = "heap-corruption";
  for (const Text& row : kTexts) {
    if (first.find(row.words) != std::string_view::npos) {
      finding.kind = row.kind;
      break;
    }
  }
  for (std::size_t at = 1; at < lines.size(); ++at) {
    std::vector<Frame> frames = read_backtrace(lines, at);
    if (frames.empty()) continue;
    Stack stack;
    stack.role = StackRole::access;
    stack.heading = "Backtrace";
    stack.frames = std::move(frames);
    finding.stacks.push_back(std::move(stack));
    break;
  }
  return finding;
}

}  // namespace repro::findings
