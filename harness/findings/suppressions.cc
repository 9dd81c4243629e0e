#include "harness/findings/suppressions.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/normalize.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

using Field = Suppression::Field;

constexpr std::array kFields{std::pair{std::string_view("signature"), Field::signature},
                             std::pair{std::string_view("source"), Field::source},
                             std::pair{std::string_view("kind"), Field::kind},
                             std::pair{std::string_view("function"), Field::function},
                             std::pair{std::string_view("file"), Field::file},
                             std::pair{std::string_view("module"), Field::module},
                             std::pair{std::string_view("message"), Field::message}};

/// `s2-` and enough of the digits that no other bug begins with them by accident.
constexpr std::size_t kShortestId = 7;

std::vector<std::string> field_names() {
  std::vector<std::string> names;
  names.reserve(kFields.size());
  for (const auto& [name, field] : kFields) names.emplace_back(name);
  return names;
}

/// Cuts one `what:pattern` from the front of `rest`; the pattern may stand in double quotes.
Result<Suppression::Condition> take_condition(std::string_view& rest, const std::string& origin) {
  const std::size_t colon = rest.find_first_of(": \t");
  if (colon == std::string_view::npos || rest[colon] != ':') {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is no condition; write WHAT:PATTERN, WHAT being one of {}", origin,
                            printable(rest.substr(0, colon)), join(field_names(), ", ")));
  }
  const std::string_view name = rest.substr(0, colon);
  const auto* known =
      std::find_if(kFields.begin(), kFields.end(), [&](const auto& entry) { return entry.first == name; });
  if (known == kFields.end()) {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is nothing that a report has{}; use one of {}", origin, printable(name),
                            suggestion(name, field_names()), join(field_names(), ", ")));
  }
  rest.remove_prefix(colon + 1);
  std::string_view pattern;
  if (rest.starts_with('"')) {
    const std::size_t end = rest.find('"', 1);
    if (end == std::string_view::npos) {
      return fail(ErrorKind::usage, fmt::format("{}: a quote is opened and not closed", origin));
    }
    pattern = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    pattern = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(pattern.size());
  }
  rest = trim_left(rest);
  if (pattern.empty()) return fail(ErrorKind::usage, fmt::format("{}: {}: has no pattern", origin, name));
  if (known->second == Field::signature && (pattern.size() < kShortestId || pattern[0] != 's')) {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is no signature; write at least s2- and four digits of its id", origin,
                            printable(pattern)));
  }
  return Suppression::Condition{known->second, std::string(pattern)};
}

bool matches_path(std::string_view path, std::string_view pattern) {
  if (path.empty()) return false;
  if (matches_glob(path, pattern)) return true;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (matches_glob(path.substr(slash + 1), pattern)) return true;
  }
  return false;
}

bool matches_function(std::string_view function, std::string_view pattern) {
  if (function.empty()) return false;
  return matches_glob(qualified_function(function), pattern) ||
         matches_glob(normalize_function(function), pattern);
}

template <class Matches>
bool any_frame(const Finding& finding, const Matches& matches) {
  return std::any_of(finding.stacks.begin(), finding.stacks.end(), [&](const Stack& stack) {
    return stack.role != StackRole::thread_created &&
           std::any_of(stack.frames.begin(), stack.frames.end(), matches);
  });
}

bool holds(const Suppression::Condition& condition, const Finding& finding, const Signature& signature) {
  const std::string_view pattern = condition.pattern;
  switch (condition.field) {
    case Field::signature:
      return signature.id.starts_with(pattern);
    case Field::source:
      return matches_glob(to_string(finding.source), pattern);
    case Field::kind:
      return matches_glob(finding.kind, pattern);
    case Field::function:
      return any_frame(finding,
                       [&](const Frame& frame) { return matches_function(frame.function, pattern); });
    case Field::file:
      return any_frame(finding, [&](const Frame& frame) { return matches_path(frame.file, pattern); });
    case Field::module:
      return any_frame(finding, [&](const Frame& frame) { return matches_path(frame.module, pattern); });
    case Field::message:
      return matches_glob(without_numbers(finding.message), pattern) ||
             matches_glob(finding.message, pattern);
  }
  return false;
}

}  // namespace

Result<std::vector<Suppression>> parse_suppressions(std::string_view text, std::string_view name) {
  std::vector<Suppression> rules;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    std::string_view rest = trim(line);
    if (rest.empty() || rest.starts_with('#')) continue;
    Suppression rule;
    rule.text = rest;
    rule.origin = fmt::format("{}:{}", printable(name), number);
    while (!rest.empty()) {
      if (rest.starts_with('#')) break;
      REPRO_ASSIGN(Suppression::Condition condition, take_condition(rest, rule.origin));
      rule.conditions.push_back(std::move(condition));
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::optional<std::size_t> suppressed_by(std::span<const Suppression> rules, const Finding& finding,
                                         const Signature& signature) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Suppression& rule) {
    return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                       [&](const auto& condition) { return holds(condition, finding, signature); });
  });
  if (found == rules.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rules.begin());
}

bool matches_glob(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t wanted = 0;
  // Where to go on after a mismatch: the last star takes one byte more.
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (at < text.size()) {
    if (wanted < pattern.size() && pattern[wanted] == '*') {
      star = wanted++;
      after_star = at;
    } else if (wanted < pattern.size() && (pattern[wanted] == '?' || pattern[wanted] == text[at])) {
      ++wanted;
      ++at;
    } else if (star != std::string_view::npos) {
      wanted = star + 1;
      at = ++after_star;
    } else {
      return false;
    }
  }
  while (wanted < pattern.size() && pattern[wanted] == '*') ++wanted;
  return wanted == pattern.size();
}

}  // namespace repro::findings
