// UndefinedBehaviorSanitizer: `file:line:col: runtime error: text`, notes, and a stack when it was asked for.

#include <array>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct Check {
  std::string_view words;  ///< anywhere in the message
  std::string_view kind;   ///< as ubsan_checks.inc names it
};

// The kind comes from the message and not from the summary, because GCC prints no summary and both must name
// one bug alike. First match; from ubsan_handlers.cpp and ubsan_handlers_cxx.cpp.
constexpr std::array<Check, 37> kChecks{{
    {"unsigned integer overflow", "unsigned-integer-overflow"},
    {"signed integer overflow", "signed-integer-overflow"},
    {"negation of", "signed-integer-overflow"},
    {"by -1 cannot be represented", "signed-integer-overflow"},
    {"division by zero", "integer-divide-by-zero"},
    {"shift exponent", "invalid-shift-exponent"},
    {"left shift of", "invalid-shift-base"},
    {"out of bounds for type", "out-of-bounds-index"},
    {"with insufficient space for an object of type", "insufficient-object-size"},
    {"which does not point to an object of type", "dynamic-type-mismatch"},
    {"misaligned address", "misaligned-pointer-use"},
    {"null pointer passed as argument", "invalid-null-argument"},
    {"null pointer returned from function", "invalid-null-return"},
    {"load of null pointer", "null-pointer-use"},
    {"store to null pointer", "null-pointer-use"},
    {"reference binding to null pointer", "null-pointer-use"},
    {"member access within null pointer", "null-pointer-use"},
    {"member call on null pointer", "null-pointer-use"},
    {"constructor call on null pointer", "null-pointer-use"},
    {"downcast of null pointer", "null-pointer-use"},
    {"upcast of null pointer", "null-pointer-use"},
    {"cast to virtual base of null pointer", "null-pointer-use"},
    {"_Nonnull binding to null pointer", "null-pointer-use"},
    {"dynamic operation on null pointer", "null-pointer-use"},
    {"unreachable program point", "unreachable-call"},
    {"without returning a value", "missing-return"},
    {"variable length array bound", "non-positive-vla-index"},
    {"is outside the range of representable values", "float-cast-overflow"},
    {"not a valid value for type 'bool'", "invalid-bool-load"},
    {"not a valid value for type 'const bool'", "invalid-bool-load"},
    {"not a valid value for type", "invalid-enum-load"},
    {"passing zero to", "invalid-builtin-use"},
    {"through pointer to incorrect function type", "function-type-mismatch"},
    {"overflowed to", "pointer-overflow"},
    {"applying non-zero offset", "nullptr-with-nonzero-offset"},
    {"applying zero offset to null pointer", "nullptr-with-offset"},
    {"implicit conversion from type", "implicit-conversion"},
}};

std::string kind_of(std::string_view message, std::string_view summary) {
  // One message stands for two checks; only the summary tells them apart.
  if (summary.starts_with("float-divide-by-zero")) return "float-divide-by-zero";
  for (const Check& check : kChecks) {
    if (message.find(check.words) != kNone) return std::string(check.kind);
  }
  std::string named = error_kind(summary);
  return named.empty() || named == "undefined-behavior" ? slug(message) : named;
}

Frame frame_at(std::string_view location) {
  Frame frame;
  const std::vector<std::string_view> pieces = split(location, ':');
  frame.file = pieces[0] == "<unknown>" ? std::string_view() : pieces[0];
  const auto number = [&](std::size_t at) {
    std::string_view digits = at < pieces.size() ? pieces[at] : std::string_view();
    const std::uint64_t value = consume_decimal(digits).value_or(0);
    return value > 100'000'000 ? 0 : static_cast<int>(value);
  };
  frame.line = number(1);
  frame.column = number(2);
  return frame;
}

}  // namespace

Finding parse_undefined_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::undefined_sanitizer;
  finding.implies = Outcome::crash;
  std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return finding;
  constexpr std::string_view kMark = ": runtime error: ";
  const std::size_t mark = lines[0].find(kMark);
  const std::string_view location = lines[0].substr(0, mark);
  finding.message = mark == kNone ? lines[0] : trim(lines[0].substr(mark + kMark.size()));
  finding.location = location;
  lines.erase(lines.begin());
  Sections sections = parse_sections(lines, {});
  finding.kind = kind_of(finding.message, sections.summary);
  finding.stacks = std::move(sections.stacks);
  if (finding.stacks.empty()) {
    finding.stacks.push_back(stack_of_one(location, frame_at(location)));
  }
  finding.stacks.front().role = StackRole::access;
  return finding;
}

Finding parse_undefined_minimal_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::undefined_sanitizer;
  finding.implies = Outcome::crash;
  text = trim(text);
  consume(text, "ubsan: ");
  finding.kind = text.substr(0, text.find(' '));
  finding.message = text;
  return finding;
}

}  // namespace repro::findings
