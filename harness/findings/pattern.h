#pragma once

// Regular expressions for --match and --no-match, in time linear in the text.
//
// A pattern of a user meets a megabyte of output, hundreds of times. std::regex and Boost's engines
// backtrack: exponential time on `(a*)*b`, and libstdc++'s recurses once per character, which ends the
// harness by stack overflow on a long line; its breadth-first mode restarts at every position, quadratic for
// `.*x`. So this is K. Thompson's simulation of the automaton (1968), one pass, all states at once, no
// captures; only whether the pattern occurs is asked. The syntax is ECMAScript's without back references and
// look-around, which no automaton can do; `^` and `$` match at line ends too, `.` stops at one.

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace repro::findings {

/// Compiled once, then immutable; occurs_in() may be called from several threads.
class Pattern {
 public:
  /// Errors: usage, saying what is wrong and where, for malformed or unsupported syntax and for patterns that
  /// compile to more than 20,000 steps (nested counted repetition).
  [[nodiscard]] static Result<Pattern> compile(std::string_view text);

  /// Whether the pattern matches anywhere in `bytes`. Time O(size * steps), memory O(steps).
  [[nodiscard]] bool occurs_in(std::string_view bytes) const;

  using ByteSet = std::bitset<256>;
  enum class Op : std::uint8_t { bytes, split, line_start, line_end, word_edge, no_word_edge, match };
  struct Step {
    Op op = Op::match;
    std::uint32_t next = 0;         ///< step that follows
    std::uint32_t alternative = 0;  ///< split: the other one; bytes: index into `sets_`
  };

 private:
  Pattern(std::vector<Step> steps, std::vector<ByteSet> sets)
      : steps_(std::move(steps)), sets_(std::move(sets)) {}

  std::vector<Step> steps_;  ///< begins at 0
  std::vector<ByteSet> sets_;
};

}  // namespace repro::findings
