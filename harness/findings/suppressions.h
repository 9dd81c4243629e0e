#pragma once

// Findings that the user knows and does not want to see again. A file has one rule a line, and a rule one or
// more conditions that must all hold:
//
//   # the logger's counter: harmless, ticket 4711
//   kind:data-race function:Logger::count
//   source:lsan function:init_* file:startup.cc
//   message:"index # out of range"
//   signature:s2-3fa9c0ffee12
//
// What is compared, `*` and `?` as in a shell:
//   signature   the id of the signature, or its beginning (at least `s2-` and four digits)
//   source      asan, tsan, ubsan, lsan, msan, glibc, c++, assert, ruby, signal, hang, oracle, ...
//   kind        heap-use-after-free, data-race, SIGSEGV, ...
//   function    some frame's function without parameters and template arguments: `ns::Class::method`
//   file        some frame's file: its whole path, the end of it behind a slash, or its name
//   module      likewise, of the binary or library
//   message     the report's one line, with numbers as `#`
// Frames are those of all stacks but where threads were created: what has happened, not who started it.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro::findings {

struct Suppression {
  enum class Field : std::uint8_t { signature, source, kind, function, file, module, message };
  struct Condition {
    Field field = Field::kind;
    std::string pattern;
  };
  std::string text;                   ///< the rule as it was written
  std::string origin;                 ///< `known.txt:3`
  std::vector<Condition> conditions;  ///< at least one
};

/// Reads the rules in `text`. `name` is what messages call it. Errors: usage, `known.txt:3: ...` with what is
/// accepted, for the first line that is no rule.
[[nodiscard]] Result<std::vector<Suppression>> parse_suppressions(std::string_view text,
                                                                  std::string_view name);

/// The position of the first rule that all conditions of hold for this finding; nothing when none does.
/// `signature` is the finding's own.
[[nodiscard]] std::optional<std::size_t> suppressed_by(std::span<const Suppression> rules,
                                                       const Finding& finding, const Signature& signature);

/// Whether `text` is what `pattern` means, `*` standing for any bytes and `?` for one. O(|text| |pattern|).
[[nodiscard]] bool matches_glob(std::string_view text, std::string_view pattern);

}  // namespace repro::findings
