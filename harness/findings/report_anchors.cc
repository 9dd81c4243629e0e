#include "harness/findings/report_anchors.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace repro::findings {
namespace {

// Literals of at least kWindow bytes, each with the reports that begin with it.
constexpr std::array<std::string_view, 24> kAnchors{
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
    "[BUG] ",  // CRuby
};

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
