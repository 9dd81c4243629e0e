#include "harness/findings/report_anchors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace repro::findings {
namespace {

using enum AnchorGroup;

constexpr AnchorGroups group(AnchorGroup one) { return AnchorGroups{1} << static_cast<unsigned>(one); }

struct Anchor {
  std::string_view text;
  AnchorGroups groups;
};

// Literals of at least kWindow bytes that begin with letters which ordinary logs do not have in this order
// (` panicked while` and not `thread panicked`), each with the grammars whose reports begin with a line that
// holds it.
constexpr auto kAnchors = std::to_array<Anchor>({
    {"Sanitizer", group(sanitizers) | group(tool_failures)},
    {"e error: ", group(undefined)},
    {"ASan runtime", group(tool_failures)},
    {"ReserveShadowMemoryRange", group(tool_failures)},
    {"Shadow memory range", group(tool_failures)},
    {"is out of application range", group(tool_failures)},
    {"ERROR: Failed to mmap", group(tool_failures)},
    {"free(): ", group(glibc)},
    {"alloc(): ", group(glibc)},
    {"align(): ", group(glibc)},
    {"_chunk(): ", group(glibc)},
    {"_consolidate(): ", group(glibc)},
    {"_shutdown(): ", group(glibc)},
    {"double free or corruption", group(glibc)},
    {"rrupted ", group(glibc)},
    {"break adjusted to free malloc space", group(glibc)},
    {" detected ***", group(glibc)},
    {"uninitialized stack frame ***", group(glibc)},
    {"glibc error: ", group(glibc)},
    {"Assertion", group(assertions)},
    {"terminate called", group(cxx)},
    {"libc++abi: ", group(cxx)},
    {"virtual method called", group(cxx)},
    {"*** bit out of range ", group(glibc)},
    {"[BUG] ", group(ruby)},
    {"*** Error in `", group(glibc)},
    {"ubsan: ", group(undefined)},
    {"*** GWP-ASan", group(gwp_asan)},
    {"libFuzzer: ", group(fuzzer)},
    {"Invalid read of", group(valgrind)},
    {"Invalid write of", group(valgrind)},
    {"Jump to the invalid", group(valgrind)},
    {"ninitialised ", group(valgrind)},
    {"naddressable byte", group(valgrind)},
    {"Invalid free()", group(valgrind)},
    {"Mismatched ", group(valgrind)},
    {"Source and destination overlap", group(valgrind)},
    {"a fishy (", group(valgrind)},
    {"realloc() with size 0", group(valgrind)},
    {"Illegal memory pool", group(valgrind)},
    {"lost in loss record", group(valgrind)},
    {"Process terminating with default", group(valgrind)},
    {"Possible data race during", group(valgrind)},
    {"Conflicting load by", group(valgrind)},
    {"Conflicting store by", group(valgrind)},
    {"lock order ", group(valgrind)},
    {" unlocked ", group(valgrind)},
    {"'s call to ", group(valgrind)},
    {"Exiting thread still holds", group(valgrind)},
    {"Attempt to re-lock", group(valgrind)},
    {"Invalid alignment value", group(valgrind)},
    {"Mutex not locked", group(valgrind)},
    {"Mutex still locked at", group(valgrind)},
    {": pthread_", group(valgrind)},
    {"Destroying locked mutex", group(valgrind)},
    {"Mutex reinitialization", group(valgrind)},
    {"Recursive locking not allowed", group(valgrind)},
    {" is not a mutex", group(valgrind)},
    {"Probably a race condition", group(valgrind)},
    {"Destruction of condition variable", group(valgrind)},
    {"Destruction of a barrier", group(valgrind)},
    {"Barrier reinitialization", group(valgrind)},
    {"Reader-writer lock not locked", group(valgrind)},
    {"Invalid semaphore", group(valgrind)},
    {"Acquired at:", group(valgrind)},
    {"<error>", group(valgrind_xml)},
    {"<fatal_signal>", group(valgrind_xml)},
    {"panic: ", group(go)},
    {"fatal error: ", group(go)},
    {"SIGSEGV: segmentation", group(go)},
    {"SIGABRT: abort", group(go)},
    {"SIGBUS: bus error", group(go)},
    {"DATA RACE", group(go)},
    {" panicked at ", group(rust)},
    {"has overflowed its stack", group(rust)},
    {" panicked while", group(rust)},
    {"caused non-unwinding", group(rust)},
    {"fatal runtime error: ", group(rust)},
    {"memory allocation of ", group(rust)},
    {"detected by the Java Runtime", group(jvm)},
    {"# An unexpected error has been", group(jvm)},
    {"insufficient memory for the Java", group(jvm)},
    {"Java-level deadlock", group(jvm)},
    {"Exception in thread ", group(jvm)},
    {"Fatal Python error: ", group(python)},
    {"Windows fatal exception: ", group(python)},
    {"Timeout (", group(python)},
    {"Traceback (most recent", group(python)},
    {"# Fatal error in ", group(javascript)},
    {"# Fatal JavaScript", group(javascript)},
    {"Last few GCs --->", group(javascript)},
    {"----- Native stack", group(javascript)},
    {"FATAL ERROR: ", group(javascript)},
    {"ASSERTION FAILED: ", group(javascript)},
    {"*** Aborted", group(backtrace) | group(death)},
    {"*** SIG", group(backtrace)},
    {"*** Signal ", group(backtrace)},
    {"*** Check failure", group(backtrace)},
    {"*** Segmentation fault", group(backtrace) | group(death)},
    {"*** Process received signal", group(backtrace)},
    {"Check failed: ", group(backtrace)},
    {"Assertion failure: ", group(backtrace)},
    {"MOZ_CRASH(", group(backtrace)},
    {"UNREACHABLE executed at ", group(backtrace)},
    {"PLEASE submit a bug report", group(backtrace)},
    {"Stack dump", group(backtrace)},
    {"eceived signal ", group(backtrace)},
    {"eceived fatal signal", group(backtrace)},
    {"terminated with signal ", group(backtrace)},
    {"stop reason = ", group(backtrace)},
    {"PROCESS-CRASH", group(backtrace)},
    {"Crash reason:  ", group(backtrace)},
    {"Fatal signal ", group(backtrace)},
    {", fault addr ", group(backtrace)},
    {" dumped core.", group(backtrace)},
    {"Stack trace of thread ", group(backtrace)},
    {"Stack trace (most recent", group(backtrace)},
    {"signal (", group(backtrace)},
    {"aught signal ", group(backtrace)},
    {"aught segfault", group(backtrace)},
    {" got signal ", group(backtrace)},
    {"crashed by signal: ", group(backtrace)},
    {"panic(", group(backtrace)},
    {"Scudo ERROR: ", group(unknown)},
    {"Unhandled exception. System.", group(unknown)},
    {"<jemalloc>: ", group(unknown)},
    {"mimalloc: error: ", group(unknown)},
    {"Attempt to free invalid pointer", group(unknown)},
    {"PartitionAlloc detected", group(unknown)},
    {"hardened_malloc: ", group(unknown)},
    {"Segmentation fault", group(death)},
    {"segmentation fault", group(death)},
    {"Aborted", group(death)},
    {"Bus error", group(death)},
    {"Illegal instruction", group(death)},
    {"Floating point exception", group(death)},
    {"Trace/breakpoint trap", group(death)},
    {"(core dumped)", group(death)},
    {"***Exception", group(death)},
    {"(SEGFAULT)", group(death)},
    {"terminated by signal ", group(death)},
    {"killed by signal ", group(death)},
    {"(signal: ", group(death)},
    {"signal: aborted", group(death)},
    {"died with <Signals", group(death)},
    {": segfault at ", group(death)},
    {"general protection ", group(death)},
    {"invalid opcode ip:", group(death)},
    {"code=dumped, status=", group(death)},
    {"crashed while running ", group(death)},
    {"fatal error condition: SIG", group(death)},
    {"CRASHED: SIG", group(death)},
    {"memory access violation at", group(death)},
    {"[  CRASHED ]", group(death)},
    {"SIGSEGV [ ", group(death)},
    {"SIGABRT [ ", group(death)},
});

constexpr std::size_t kWindow = 6;
constexpr std::size_t kBlock = 3;
static_assert(std::all_of(kAnchors.begin(), kAnchors.end(),
                          [](const Anchor& anchor) { return anchor.text.size() >= kWindow; }));
static_assert(kAnchors.size() < 256);

/// Three bytes, the first in the lowest bits, as a row of the table. Shift and exclusive or instead of a
/// multiplication: every step of the search waits for the one before.
std::size_t row_of(std::uint32_t block) { return (block ^ (block >> 11U)) & 0xffffU; }

std::size_t row_at(const char* bytes) {
  return row_of(static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[0])) |
                static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[1])) << 8U |
                static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[2])) << 16U);
}

/// The row of the last three of the bytes of a window.
std::size_t last_row_of(const char* window) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint32_t last = 0;
    std::memcpy(&last, window + kWindow - sizeof last, sizeof last);
    return row_of(last >> 8U);
  }
  return row_at(window + kWindow - kBlock);
}

struct Table {
  /// How far the window may move when it ends with this block; 0: an anchor may begin at the window's start.
  std::array<std::uint8_t, 1U << 16U> shift{};
  /// Anchors by their first byte: those of byte `b` are `order[first[b]]` up to `order[first[b + 1]]`.
  std::array<std::uint8_t, 257> first{};
  std::array<std::uint8_t, kAnchors.size()> order{};

  Table() {
    shift.fill(kWindow - kBlock + 1);
    for (const Anchor& anchor : kAnchors) {
      for (std::size_t end = kBlock; end <= kWindow; ++end) {
        std::uint8_t& entry = shift.at(row_at(anchor.text.data() + end - kBlock));
        entry = std::min(entry, static_cast<std::uint8_t>(kWindow - end));
      }
    }
    std::uint8_t filled = 0;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      first.at(byte) = filled;
      for (std::size_t at = 0; at < kAnchors.size(); ++at) {
        if (static_cast<unsigned char>(kAnchors.at(at).text[0]) != byte) continue;
        order.at(filled++) = static_cast<std::uint8_t>(at);
      }
    }
    first.at(256) = filled;
  }
};

const Table& table() {
  static const Table built;
  return built;
}

/// The groups of all anchors with which `text` starts; 0 when it starts with none.
AnchorGroups groups_at(std::string_view text, const Table& rows) {
  const auto byte = static_cast<unsigned char>(text[0]);
  AnchorGroups found = 0;
  for (std::size_t at = rows.first[byte]; at < rows.first[byte + 1U]; ++at) {
    const Anchor& anchor = kAnchors[rows.order[at]];
    if (text.starts_with(anchor.text)) found |= anchor.groups;
  }
  return found;
}

}  // namespace

std::size_t find_anchor(std::string_view text, std::size_t from) {
  const Table& rows = table();
  std::size_t start = from;
  while (start + kWindow <= text.size()) {
    const std::uint8_t step = rows.shift[last_row_of(text.data() + start)];
    if (step == 0 && groups_at(text.substr(start), rows) != 0) return start;
    start += std::max<std::size_t>(step, 1);
  }
  return std::string_view::npos;
}

AnchorGroups anchor_groups(std::string_view line) {
  const Table& rows = table();
  AnchorGroups found = 0;
  std::size_t start = 0;
  while (start + kWindow <= line.size()) {
    const std::uint8_t step = rows.shift[last_row_of(line.data() + start)];
    if (step == 0) found |= groups_at(line.substr(start), rows);
    start += std::max<std::size_t>(step, 1);
  }
  return found;
}

}  // namespace repro::findings
