#pragma once

// JSON for files that people write by hand (scenario.json): every value knows its line, and a wrong shape is
// an Error that reads `FILE:LINE: what is wrong`.
//
// nlohmann_json's own document forgets where a value stood, and its exceptions count bytes. So its SAX parser
// fills the small tree below while an input iterator counts lines. Rejected: a parser of our own (the
// grammar's corners are where such parsers are wrong) and a second pass that searches for the key's text (the
// same key occurs once per variant).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace repro::campaign {

struct LocatedJson {
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };
  struct Member;

  Kind kind = Kind::null;
  std::size_t line = 0;  ///< 1-based; where the value starts
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;  ///< also integers beyond 64 signed bits
  std::string string;
  std::vector<LocatedJson> items;
  std::vector<Member> members;  ///< in the order of the file; keys are unique
};

struct LocatedJson::Member {
  std::string key;
  std::size_t line = 0;  ///< of the key
  LocatedJson value;
};

/// `a string`, `an array`, ...: for messages.
[[nodiscard]] std::string_view describe(LocatedJson::Kind kind);

/// Parses `text`; `file` is only used in messages. Errors (usage): malformed JSON, a key that stands twice in
/// one object, nesting deeper than 64 levels.
[[nodiscard]] Result<LocatedJson> parse_located_json(std::string_view text, std::string_view file);

/// An Error of kind usage that reads `FILE:LINE: message`.
[[nodiscard]] Unexpected fail_at(std::string_view file, std::size_t line, std::string_view message);

/// Typed access to the members of one object. Every reading function fails (usage) when the member has
/// another type; `required_*` also when it is absent. Refers to the document and the file name: both must
/// outlive it.
class ObjectReader {
 public:
  /// Checks that `value` is an object that has no other keys than `known_keys`. `what` names the object in
  /// messages: `variant 'bare'`.
  [[nodiscard]] static Result<ObjectReader> open(const LocatedJson& value, std::string_view file,
                                                 std::string what, std::span<const std::string> known_keys);

  /// The member, or nullptr when it is absent.
  [[nodiscard]] const LocatedJson* find(std::string_view key) const;
  [[nodiscard]] Result<const LocatedJson*> required(std::string_view key) const;

  [[nodiscard]] Result<std::string> required_string(std::string_view key) const;
  [[nodiscard]] Result<std::string> string_or(std::string_view key, std::string_view fallback) const;
  [[nodiscard]] Result<std::int64_t> required_integer(std::string_view key) const;
  [[nodiscard]] Result<bool> boolean_or(std::string_view key, bool fallback) const;
  /// Empty when absent.
  [[nodiscard]] Result<std::vector<std::string>> strings(std::string_view key) const;

  /// Calls `read` for each element of the array `key`, in order, until one fails. Absent: nothing to do.
  [[nodiscard]] Result<void> for_each(std::string_view key,
                                      const std::function<Result<void>(const LocatedJson&)>& read) const;

  /// The Error of a value whose type is right and whose content is not.
  [[nodiscard]] Unexpected wrong(const LocatedJson& value, std::string_view message) const;
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  ObjectReader(const LocatedJson& object, std::string_view file, std::string what)
      : object_(&object), file_(file), what_(std::move(what)) {}

  [[nodiscard]] Result<void> expect(const LocatedJson& value, std::string_view name,
                                    LocatedJson::Kind kind) const;

  const LocatedJson* object_;
  std::string_view file_;
  std::string what_;
};

}  // namespace repro::campaign
