#pragma once

// One parsed report of a run: what a sanitizer, the C library, the kernel or the harness itself said went
// wrong.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/outcome.h"

namespace repro {

/// Who said it.
enum class FindingSource : std::uint8_t {
  address_sanitizer,
  hwaddress_sanitizer,
  thread_sanitizer,
  undefined_sanitizer,
  leak_sanitizer,
  memory_sanitizer,
  gwp_asan,
  fuzzer,        ///< libFuzzer's own findings: deadly signal, time-out, memory
  valgrind,      ///< memcheck, helgrind, DRD; kinds as in their XML
  glibc,         ///< heap checks, mutex asserts, stack smashing, fortify
  cxx_runtime,   ///< terminate, pure virtual call
  assertion,     ///< assert(3)
  ruby,          ///< CRuby's own fatal report, `[BUG]`
  go,            ///< the Go runtime: panics, fatal errors, proved deadlocks, races
  rust,          ///< panics and the standard library's aborts
  jvm,           ///< HotSpot's fatal errors, deadlocks, exceptions that end a thread
  python,        ///< CPython's fatal errors, faulthandler, tracebacks
  javascript,    ///< V8, node and JavaScriptCore
  signal,        ///< death by a signal that the harness did not send, with no report that explains it
  hang,          ///< the deadline passed, or a deadlock was proved
  oracle,        ///< wrong exit code or output
  harness,       ///< why a run is infra
  unrecognised,  ///< looks like a report, kind unknown; the text is kept
};

inline constexpr std::array<FindingSource, 23> kFindingSources{FindingSource::address_sanitizer,
                                                               FindingSource::hwaddress_sanitizer,
                                                               FindingSource::thread_sanitizer,
                                                               FindingSource::undefined_sanitizer,
                                                               FindingSource::leak_sanitizer,
                                                               FindingSource::memory_sanitizer,
                                                               FindingSource::gwp_asan,
                                                               FindingSource::fuzzer,
                                                               FindingSource::valgrind,
                                                               FindingSource::glibc,
                                                               FindingSource::cxx_runtime,
                                                               FindingSource::assertion,
                                                               FindingSource::ruby,
                                                               FindingSource::go,
                                                               FindingSource::rust,
                                                               FindingSource::jvm,
                                                               FindingSource::python,
                                                               FindingSource::javascript,
                                                               FindingSource::signal,
                                                               FindingSource::hang,
                                                               FindingSource::oracle,
                                                               FindingSource::harness,
                                                               FindingSource::unrecognised};

[[nodiscard]] std::string_view to_string(FindingSource source);
[[nodiscard]] std::optional<FindingSource> parse_finding_source(std::string_view text);

struct Frame {
  std::string function;  ///< as printed, demangled; empty when unknown
  std::string file;      ///< source file as printed; empty when unknown
  int line = 0;          ///< 0 when unknown
  int column = 0;        ///< 0 when unknown
  std::string module;    ///< path of the binary or library; empty when unknown
  std::uint64_t module_offset = 0;
  std::string build_id;  ///< hex, empty when not printed

  /// Whether this frame says where it is. `<null>`, `??` and bare module offsets do not.
  [[nodiscard]] bool is_symbolized() const { return !function.empty(); }
  friend bool operator==(const Frame&, const Frame&) = default;
};

/// What a stack of a report tells.
enum class StackRole : std::uint8_t {
  access,           ///< the bad access, or the place of the error
  previous_access,  ///< the other side of a race
  freed,
  allocated,
  thread_created,
  mutex_acquired,
  mutex_created,
  other,
};

[[nodiscard]] std::string_view to_string(StackRole role);

struct Stack {
  StackRole role = StackRole::other;
  std::string heading;  ///< the line above the frames, as printed
  std::string thread;   ///< "T1", "main thread", or empty
  std::string access;   ///< "read", "write", "atomic read", "atomic write", or empty
  std::uint32_t access_bytes = 0;
  std::vector<std::string> mutexes;  ///< held at the access, as printed: "write M0"
  std::vector<Frame> frames;
  friend bool operator==(const Stack&, const Stack&) = default;
};

struct Finding {
  FindingSource source = FindingSource::unrecognised;
  /// Stable short name within the source: `heap-use-after-free`, `data-race`, `SIGSEGV`, `double-free`, ...
  std::string kind;
  /// The outcome that this finding alone would give its run.
  Outcome implies = Outcome::crash;
  std::string message;   ///< one line for people, as the source printed it
  std::string location;  ///< what memory or object is concerned, as printed; empty when not told
  std::vector<Stack> stacks;
  std::optional<int> pid;
  bool is_truncated = false;  ///< the report ends before its end mark
  std::string raw;            ///< the report's own text, bounded
  /// Line of the text it was read from, from 1; 0: not read from a text, or from a stored campaign.
  std::uint64_t log_line = 0;
  std::string signature;  ///< id of its signature; empty until signed
};

}  // namespace repro
