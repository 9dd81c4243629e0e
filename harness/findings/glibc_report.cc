// glibc's own aborts: heap checks (malloc.c), stack protector and fortify, internal assertions.
//
// One corrupted heap surfaces under many texts, which depend on which check comes first; the kind is
// therefore what was wrong in broad words, and the text is only the message.

#include <array>

#include "harness/base/text.h"
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
  finding.message = trim(text);
  finding.kind = "heap-corruption";
  for (const Text& row : kTexts) {
    if (text.find(row.words) != std::string_view::npos) {
      finding.kind = row.kind;
      break;
    }
  }
  return finding;
}

}  // namespace repro::findings
