#pragma once

// Which frames say something about the subject. Data, each rule with its reason, passed in as a value so that
// a user's own rules can be added and a test can bring its own.

#include <cstdint>
#include <string>
#include <vector>

#include "harness/model/finding.h"

namespace repro::findings {

/// What a rule looks at. `function` is the normalised name, `file` and `module` are paths as printed.
enum class FrameField : std::uint8_t { function, file, module };
enum class FrameMatch : std::uint8_t { equals, prefix, suffix, contains };
/// What kind of code the frame is. A frame of the sanitizer's own runtime on top of a report is a sign of a
/// broken tool; library frames are only uninteresting. A boundary is a library frame whose callers are
/// uninteresting too: a garbage collector is entered from wherever memory was short, which says nothing of
/// the fault.
/// The start is code of the subject that is under everything: it is signed only where nothing else is.
enum class FrameClass : std::uint8_t { subject, start, library, boundary, tool };

struct FrameRule {
  FrameField field = FrameField::function;
  FrameMatch match = FrameMatch::equals;
  std::string text;
  FrameClass frame_class = FrameClass::library;
  std::string reason;
};

struct FrameRules {
  std::vector<FrameRule> rules;  ///< the first that matches decides
};

/// The built-in rules. Lives as long as the process; thread-safe.
[[nodiscard]] const FrameRules& default_frame_rules();

[[nodiscard]] constexpr bool is_of_subject(FrameClass frame_class) {
  return frame_class == FrameClass::subject || frame_class == FrameClass::start;
}

/// `subject` when no rule matches.
[[nodiscard]] FrameClass classify(const Frame& frame, const FrameRules& rules);

}  // namespace repro::findings
