#include "harness/campaign/located_json.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"

namespace repro::campaign {
namespace {

using Json = nlohmann::json;
using Kind = LocatedJson::Kind;

/// Far above what a scenario needs (4 levels) and far below what would exhaust the stack when the tree is
/// destroyed.
constexpr std::size_t kMaximumDepth = 64;

struct Position {
  std::size_t line = 1;
  bool is_after_line_end = false;  ///< the last byte handed out was a line end
};

/// Hands the text to the parser and counts lines on the way. The parser copies its iterators, so the count
/// lives outside.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Position& position) : at_(at), position_(&position) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    position_->is_after_line_end = *at_ == '\n';
    if (position_->is_after_line_end) ++position_->line;
    ++at_;
    return *this;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  Position* position_;
};

/// What is left of nlohmann's `[json.exception.parse_error.101] parse error at line 2, column 5: ...` when
/// FILE:LINE stands before it.
std::string_view without_prefix(std::string_view text) {
  const std::size_t place = text.find("column ");
  const std::size_t colon = text.find(": ", place == std::string_view::npos ? 0 : place);
  return colon == std::string_view::npos ? text : text.substr(colon + 2);
}

/// Builds the tree from the parser's events. A `false` from an event stops the parser; `problem` then says
/// why.
class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(const Position& position, std::string_view file) : position_(position), file_(file) {}

  bool null() override { return add(Kind::null, position_.line) != nullptr; }
  bool boolean(bool value) override {
    LocatedJson* node = add(Kind::boolean, position_.line);
    node->boolean = value;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    LocatedJson* node = add(Kind::integer, line_of_number());
    node->integer = value;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return number_float(static_cast<double>(value), {});
    }
    return number_integer(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    LocatedJson* node = add(Kind::real, line_of_number());
    node->real = value;
    return true;
  }
  bool string(string_t& value) override {
    LocatedJson* node = add(Kind::string, position_.line);
    node->string = std::move(value);
    return true;
  }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool start_object(std::size_t) override { return open(Kind::object); }
  bool start_array(std::size_t) override { return open(Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto& members = open_.back()->members;
    if (std::any_of(members.begin(), members.end(), [&](const auto& member) { return member.key == name; })) {
      return stop(position_.line, fmt::format("key '{}' stands twice in one object", printable(name)));
    }
    open_.back()->members.push_back({std::move(name), position_.line, {}});
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    return stop(line_of_number(), fmt::format("not valid JSON: {}", printable(without_prefix(error.what()))));
  }

  Result<LocatedJson> take() && {
    if (problem_) return *std::move(problem_);
    return std::move(root_);
  }

 private:
  bool stop(std::size_t line, std::string_view message) {
    problem_ = fail_at(file_, line, message);
    return false;
  }

  /// A number ends where another character starts, so the parser has read one byte too many by then.
  [[nodiscard]] std::size_t line_of_number() const {
    return position_.line - (position_.is_after_line_end ? 1 : 0);
  }

  LocatedJson* add(Kind kind, std::size_t line) {
    LocatedJson* node = &root_;
    if (!open_.empty()) {
      LocatedJson& parent = *open_.back();
      node = parent.kind == Kind::array ? &parent.items.emplace_back() : &parent.members.back().value;
    }
    node->kind = kind;
    node->line = line;
    return node;
  }

  bool open(Kind kind) {
    if (open_.size() == kMaximumDepth) {
      return stop(position_.line, fmt::format("nested deeper than {} levels", kMaximumDepth));
    }
    open_.push_back(add(kind, position_.line));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const Position& position_;
  std::string_view file_;
  LocatedJson root_;
  /// The containers that are not closed yet, outermost first. Only the last one grows, so its parents'
  /// vectors do not move it.
  std::vector<LocatedJson*> open_;
  std::optional<Unexpected> problem_;
};

}  // namespace

std::string_view describe(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "a whole number";
    case Kind::real:
      return "a number with a fraction";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "null";
}

Unexpected fail_at(std::string_view file, std::size_t line, std::string_view message) {
  return fail(ErrorKind::usage, fmt::format("{}:{}: {}", file, line, message));
}

Result<LocatedJson> parse_located_json(std::string_view text, std::string_view file) {
  Position position;
  TreeBuilder builder(position, file);
  const CountingIterator first(text.data(), position);
  const CountingIterator last(text.data() + text.size(), position);
  try {
    Json::sax_parse(first, last, &builder);
  } catch (const Json::exception& error) {  // e.g. a number that fits no type
    return fail_at(file, position.line, fmt::format("not valid JSON: {}", printable(error.what())));
  }
  return std::move(builder).take();
}

Result<ObjectReader> ObjectReader::open(const LocatedJson& value, std::string_view file, std::string what,
                                        std::span<const std::string> known_keys) {
  ObjectReader reader(value, file, std::move(what));
  if (value.kind != Kind::object) {
    return reader.wrong(value, fmt::format("must be an object, not {}", describe(value.kind)));
  }
  for (const LocatedJson::Member& member : value.members) {
    if (std::find(known_keys.begin(), known_keys.end(), member.key) != known_keys.end()) continue;
    return fail_at(file, member.line,
                   fmt::format("unknown key '{}' in {}{}", printable(member.key), reader.what_,
                               suggestion(member.key, known_keys)));
  }
  return reader;
}

const LocatedJson* ObjectReader::find(std::string_view key) const {
  for (const LocatedJson::Member& member : object_->members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Result<const LocatedJson*> ObjectReader::required(std::string_view key) const {
  const LocatedJson* value = find(key);
  if (value == nullptr) {
    return fail_at(file_, object_->line, fmt::format("key '{}' is missing in {}", key, what_));
  }
  return value;
}

Result<std::string> ObjectReader::required_string(std::string_view key) const {
  REPRO_ASSIGN(const LocatedJson* value, required(key));
  REPRO_TRY(expect(*value, key, Kind::string));
  return value->string;
}

Result<std::string> ObjectReader::string_or(std::string_view key, std::string_view fallback) const {
  if (find(key) == nullptr) return std::string(fallback);
  return required_string(key);
}

Result<std::int64_t> ObjectReader::required_integer(std::string_view key) const {
  REPRO_ASSIGN(const LocatedJson* value, required(key));
  REPRO_TRY(expect(*value, key, Kind::integer));
  return value->integer;
}

Result<bool> ObjectReader::boolean_or(std::string_view key, bool fallback) const {
  const LocatedJson* value = find(key);
  if (value == nullptr) return fallback;
  REPRO_TRY(expect(*value, key, Kind::boolean));
  return value->boolean;
}

Result<std::vector<std::string>> ObjectReader::strings(std::string_view key) const {
  std::vector<std::string> all;
  const LocatedJson* array = find(key);
  if (array == nullptr) return all;
  REPRO_TRY(expect(*array, key, Kind::array));
  for (const LocatedJson& item : array->items) {
    REPRO_TRY(expect(item, fmt::format("{}[{}]", key, all.size()), Kind::string));
    all.push_back(item.string);
  }
  return all;
}

Result<void> ObjectReader::for_each(std::string_view key,
                                    const std::function<Result<void>(const LocatedJson&)>& read) const {
  const LocatedJson* array = find(key);
  if (array == nullptr) return {};
  REPRO_TRY(expect(*array, key, Kind::array));
  for (const LocatedJson& item : array->items) REPRO_TRY(read(item));
  return {};
}

Unexpected ObjectReader::wrong(const LocatedJson& value, std::string_view message) const {
  return fail_at(file_, value.line, fmt::format("{} {}", what_, message));
}

Result<void> ObjectReader::expect(const LocatedJson& value, std::string_view name, Kind kind) const {
  if (value.kind == kind) return {};
  return fail_at(
      file_, value.line,
      fmt::format("key '{}' in {} must be {}, not {}", name, what_, describe(kind), describe(value.kind)));
}

}  // namespace repro::campaign
