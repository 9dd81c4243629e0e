#pragma once

// Finds the places of a log where a report may begin, fast: the only part of this folder that looks at every
// byte.
//
// Problem: some 150 literals, any of which makes its line worth a look; logs of gigabytes in which none
// occurs. Method: multi-pattern search with a shift table over hashed blocks of three bytes (S. Wu, U.
// Manber, "A fast algorithm for multi-pattern searching", 1994): the shortest literal has six bytes, so a
// block that occurs in no literal lets the search jump four bytes ahead. Portable, one pass, no allocation;
// the worst case (text made of pieces of literals) costs a bounded comparison per byte. Blocks of two bytes
// jump five, but with this many literals most pairs of letters occur in one. Rejected: one memmem per literal
// (a pass per literal), a lazy DFA (one table look-up per byte), SIMD shuffles (not in the baseline of
// x86-64). Measured by benchmarks/report_scanning.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace repro::findings {

/// Position of the first anchor at or after `from`, or npos. An anchor is a literal that the first line of
/// every report contains; most lines with an anchor still begin no report.
[[nodiscard]] std::size_t find_anchor(std::string_view text, std::size_t from);

/// Grammars that share their anchors.
enum class AnchorGroup : std::uint8_t {
  sanitizers,
  tool_failures,
  undefined,
  gwp_asan,
  fuzzer,
  valgrind,
  valgrind_xml,
  glibc,
  cxx,
  assertions,
  ruby,
  go,
  rust,
  jvm,
  python,
  javascript,
  backtrace,
  death,
  unknown,
};

/// A bit per AnchorGroup.
using AnchorGroups = std::uint32_t;

/// The groups of all anchors in `line`; 0 when it holds none, and then it begins no report.
[[nodiscard]] AnchorGroups anchor_groups(std::string_view line);

}  // namespace repro::findings
