#pragma once

// Finds the places of a log where a report may begin, fast: the only part of this folder that looks at every
// byte.
//
// Problem: a few dozen literals, any of which makes its line worth a look; logs of gigabytes in which none
// occurs. Method: multi-pattern search with a shift table over two-byte blocks (S. Wu, U. Manber, "A fast
// algorithm for multi-pattern searching", 1994): the shortest literal has six bytes, so a block that occurs
// in no literal lets the search jump five bytes ahead. Portable, one pass, no allocation; the worst case
// (text made of pieces of literals) costs a bounded comparison per byte. Rejected: one memmem per literal
// (a pass per literal), a lazy DFA (one table look-up per byte), SIMD shuffles (not in the baseline of
// x86-64). Measured by benchmarks/findings_benchmark.

#include <cstddef>
#include <string_view>

namespace repro::findings {

/// Position of the first anchor at or after `from`, or npos. An anchor is a literal that the first line of
/// every report contains; most lines with an anchor still begin no report.
[[nodiscard]] std::size_t find_anchor(std::string_view text, std::size_t from);

}  // namespace repro::findings
