#pragma once

// What the reports of all sanitizers have in common: a first line, then sections of a heading and a stack.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/finding.h"

namespace repro::findings {

/// One row of a grammar: the headings that begin so give their stack this role.
struct HeadingRule {
  std::string_view beginning;  ///< compared with the heading without its indentation
  StackRole role;
};

struct Sections {
  std::vector<Stack> stacks;
  /// Lines outside stacks, without indentation, in order; the first line of the report is not among them.
  std::vector<std::string_view> notes;
  std::string summary;  ///< what follows `SUMMARY: XSanitizer: `
};

/// Reads the lines of a report behind its first. A stack whose heading fits no rule is `access` when it is
/// the first of the report and `other` else. Bounded: at most 64 stacks of 256 frames are kept.
[[nodiscard]] Sections parse_sections(const std::vector<std::string_view>& lines,
                                      const std::vector<HeadingRule>& rules);

/// A stack of one frame, for reports that name a place without a stack.
[[nodiscard]] Stack stack_of_one(std::string_view heading, Frame frame);

/// `read`, `atomic write`, ... and the size, from the beginning of an access heading:
/// `READ of size 4 at 0x...`, `Previous atomic write of size 8 at ...`.
struct Access {
  std::string kind;
  std::uint32_t bytes = 0;
};
[[nodiscard]] std::optional<Access> parse_access(std::string_view heading);

/// `T2` or `main thread` from `... thread T2 (name) ...`, `... by main thread ...`; "" when it tells none.
[[nodiscard]] std::string parse_thread(std::string_view heading);

/// The kind of a sanitizer's error in the vocabulary of the runtimes' own summaries, from the text behind
/// `ERROR: XSanitizer: `; "" when unknown. Works on cut-off text.
[[nodiscard]] std::string error_kind(std::string_view text);

/// Words joined by dashes, at most eight of them, digits and addresses left out: a name for a kind that no
/// table knows.
[[nodiscard]] std::string slug(std::string_view text);

}  // namespace repro::findings
