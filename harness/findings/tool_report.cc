// A sanitizer that failed itself, and reports of sanitizers that no grammar here knows.

#include <array>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"
#include "harness/findings/runtime_starts.h"

namespace repro::findings {
namespace {

struct Failure {
  std::string_view words;  ///< anywhere in the report's first lines
  std::string_view kind;
  std::string_view advice;
};

// First match. The advice names what was seen to help.
constexpr std::array<Failure, 11> kFailures{{
    {"unexpected memory mapping", "tool-memory-mapping",
     "the kernel's address randomisation does not suit this runtime; run under `setarch -R` or set "
     "vm.mmap_rnd_bits=28"},
    {"memory layout is incompatible", "tool-memory-mapping",
     "the kernel's address randomisation does not suit this runtime; run under `setarch -R` or set "
     "vm.mmap_rnd_bits=28"},
    {"Shadow memory range interleaves", "tool-memory-mapping",
     "something is mapped where the shadow belongs; run without a preloaded library or under `setarch -R`"},
    {"is out of application range", "tool-memory-mapping",
     "link the program as a position independent executable"},
    {"ReserveShadowMemoryRange failed", "tool-no-memory",
     "the address space is limited (ulimit -v); limit memory by --memory-limit instead"},
    {"failed to allocate", "tool-no-memory",
     "the machine or the run's memory limit has no room for the runtime"},
    {"Failed to mmap", "tool-no-memory", "the machine or the run's memory limit has no room for the runtime"},
    {"ASan runtime does not come first", "tool-preload",
     "another library is preloaded before the runtime; set ASAN_OPTIONS=verify_asan_link_order=0 or preload "
     "libasan first"},
    {"incompatible ASan runtimes", "tool-preload", "the program and a library bring different ASan runtimes"},
    {"has encountered a fatal error", "tool-ptrace",
     "LeakSanitizer cannot run under ptrace (gdb, strace); run without it or set "
     "ASAN_OPTIONS=detect_leaks=0"},
    {"CHECK failed", "tool-check", "the runtime found itself in a state that it does not expect"},
}};

}  // namespace

Finding parse_tool_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::harness;
  finding.implies = Outcome::infra;
  std::vector<std::string_view> lines = lines_of(text);
  std::string_view header = lines.empty() ? std::string_view() : lines[0];
  finding.pid = consume_pid_mark(header);
  finding.kind = "tool-failure";
  finding.message = trim(header);
  for (const Failure& failure : kFailures) {
    if (text.find(failure.words) == std::string_view::npos) continue;
    finding.kind = failure.kind;
    finding.message = fmt::format("{} ({})", trim(header), failure.advice);
    break;
  }
  if (!lines.empty()) lines.erase(lines.begin());
  finding.stacks = parse_sections(lines, {}).stacks;
  return finding;
}

std::optional<ReportStart> unknown_start(std::string_view line) {
  // Hardened allocators and other runtimes: fatal for certain, of a form that nobody needs apart.
  constexpr std::array<std::string_view, 7> kFatal{
      "Scudo ERROR: ",     "Unhandled exception. System.",     "<jemalloc>: ",
      "mimalloc: error: ", "Attempt to free invalid pointer ", "PartitionAlloc detected ",
      "hardened_malloc: "};
  for (const std::string_view text : kFatal) {
    const std::size_t at = line.find(text);
    if (at != std::string_view::npos && (at == 0 || line[at - 1] == ' ')) {
      return ReportStart{Grammar::unknown, Extent::one_line, at};
    }
  }
  return std::nullopt;
}

Finding parse_unknown_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::unrecognised;
  finding.implies = Outcome::crash;
  std::vector<std::string_view> lines = lines_of(text);
  std::string_view header = lines.empty() ? std::string_view() : lines[0];
  finding.pid = consume_pid_mark(header);
  finding.message = trim(header);
  finding.kind = slug(header);
  if (!lines.empty()) lines.erase(lines.begin());
  finding.stacks = parse_sections(lines, {}).stacks;
  return finding;
}

}  // namespace repro::findings
