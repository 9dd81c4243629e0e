#include "harness/findings/report_anchors.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace repro::findings {
namespace {

// Literals of at least kWindow bytes, each with the reports that begin with it.
constexpr auto kAnchors = std::to_array<std::string_view>({
    "Sanitizer",                 // every sanitizer names itself
    "runtime error: ",           // UBSan
    "ASan runtime",              // `ASan runtime does not come first in initial library list`
    "ReserveShadowMemoryRange",  // no address space left for the shadow
    "Shadow memory range",       // `... interleaves with an existing memory mapping`
    "is out of application range",
    "free(): ",
    "alloc(): ",
    "align(): ",
    "_chunk(): ",
    "_consolidate(): ",
    "_shutdown(): ",
    "double free or corruption",
    "corrupted ",
    "break adjusted to free malloc space",
    " detected ***",
    "uninitialized stack frame ***",
    "glibc error: ",
    "Assertion",
    "terminate called",
    "libc++abi: ",
    "virtual method called",
    "*** bit out of range ",
    "[BUG] ",          // CRuby
    "*** Error in `",  // glibc up to 2.25
    "ubsan: ",         // UBSan's minimal runtime
    "*** GWP-ASan",
    "libFuzzer: ",
    // Valgrind, whose messages have nothing in common but the process in front.
    "Invalid read of",
    "Invalid write of",
    "Jump to the invalid",
    "ninitialised ",
    "naddressable byte",
    "Invalid free()",
    "Mismatched ",
    "Source and destination overlap",
    "a fishy (",
    "realloc() with size 0",
    "Illegal memory pool",
    "lost in loss record",
    "Process terminating with default",
    "Possible data race during",
    "Conflicting load by",
    "Conflicting store by",
    "lock order ",
    " unlocked ",
    "'s call to ",
    "Exiting thread still holds",
    "Attempt to re-lock",
    "Invalid alignment value",
    "Mutex not locked",
    "Mutex still locked at",
    ": pthread_",
    "Destroying locked mutex",
    "Mutex reinitialization",
    "Recursive locking not allowed",
    " is not a mutex",
    "Probably a race condition",
    "Destruction of condition variable",
    "Destruction of a barrier",
    "Barrier reinitialization",
    "Reader-writer lock not locked",
    "Invalid semaphore",
    "Acquired at:",
    "<error>",
    "<fatal_signal>",
    // Language runtimes.
    "panic: ",
    "fatal error: ",
    "SIGSEGV: segmentation",
    "SIGABRT: abort",
    "SIGBUS: bus error",
    "DATA RACE",
    " panicked at ",
    "has overflowed its stack",
    "thread panicked while",
    "thread caused non-unwinding",
    "fatal runtime error: ",
    "memory allocation of ",
    "detected by the Java Runtime",
    "# An unexpected error has been",
    "insufficient memory for the Java",
    "Java-level deadlock",
    "Exception in thread ",
    "Fatal Python error: ",
    "Windows fatal exception: ",
    "Timeout (",
    "Traceback (most recent",
    "# Fatal error in ",
    "# Fatal JavaScript",
    "Last few GCs --->",
    "----- Native stack",
    "FATAL ERROR: ",
    "ASSERTION FAILED: ",
    // Crash handlers, debuggers, checks.
    "*** Aborted",
    "*** SIG",
    "*** Signal ",
    "*** Check failure",
    "*** Segmentation fault",
    "*** Process received signal",
    "Check failed: ",
    "Assertion failure: ",
    "MOZ_CRASH(",
    "UNREACHABLE executed at ",
    "PLEASE submit a bug report",
    "Stack dump",
    "eceived signal ",
    "terminated with signal ",
    "stop reason = ",
    "PROCESS-CRASH",
    "Crash reason:  ",
    "Fatal signal ",
    ", fault addr ",
    " dumped core.",
    "Stack trace of thread ",
    "Stack trace (most recent",
    "signal (",
    "aught signal ",
    "aught segfault",
    " got signal ",
    "crashed by signal: ",
    "panic(",
    // Allocators and runtimes that no grammar reads.
    "Scudo ERROR: ",
    "Unhandled exception. System.",
    "<jemalloc>: ",
    "mimalloc: error: ",
    "Attempt to free invalid pointer",
    "PartitionAlloc detected",
    "hardened_malloc: ",
    // Lines that say that a process died.
    "Segmentation fault",
    "segmentation fault",
    "Aborted",
    "Bus error",
    "Illegal instruction",
    "Floating point exception",
    "Trace/breakpoint trap",
    "(core dumped)",
    "***Exception",
    "(SEGFAULT)",
    "terminated by signal ",
    "killed by signal ",
    "(signal: ",
    "signal: aborted",
    "died with <Signals",
    ": segfault at ",
    "general protection ",
    "invalid opcode ip:",
    "code=dumped, status=",
    "crashed while running ",
    "fatal error condition: SIG",
    "CRASHED: SIG",
    "memory access violation at",
    "[  CRASHED ]",
    "SIGSEGV [ ",
    "SIGABRT [ ",
});

constexpr std::size_t kWindow = 6;
constexpr std::size_t kBlock = 2;
static_assert(std::all_of(kAnchors.begin(), kAnchors.end(),
                          [](std::string_view anchor) { return anchor.size() >= kWindow; }));

std::size_t block_at(const char* bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8U |
         static_cast<unsigned char>(bytes[1]);
}

struct Table {
  /// How far the window may move when it ends with this block; 0: an anchor may begin at the window's start.
  std::array<std::uint8_t, 1U << 16U> shift{};

  Table() {
    shift.fill(kWindow - kBlock + 1);
    for (const std::string_view anchor : kAnchors) {
      for (std::size_t end = kBlock; end <= kWindow; ++end) {
        std::uint8_t& entry = shift.at(block_at(anchor.data() + end - kBlock));
        entry = std::min(entry, static_cast<std::uint8_t>(kWindow - end));
      }
    }
  }
};

const Table& table() {
  static const Table built;
  return built;
}

bool anchor_starts(std::string_view text) {
  return std::any_of(kAnchors.begin(), kAnchors.end(),
                     [&](std::string_view anchor) { return text.starts_with(anchor); });
}

}  // namespace

std::size_t find_anchor(std::string_view text, std::size_t from) {
  const std::array<std::uint8_t, 1U << 16U>& shift = table().shift;
  std::size_t start = from;
  while (start + kWindow <= text.size()) {
    const std::uint8_t step = shift[block_at(text.data() + start + kWindow - kBlock)];
    if (step == 0 && anchor_starts(text.substr(start))) return start;
    start += std::max<std::size_t>(step, 1);
  }
  return std::string_view::npos;
}

}  // namespace repro::findings
