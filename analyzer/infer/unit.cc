#include "analyzer/infer/unit.h"

#include <algorithm>

#include "analyzer/base/bytes.h"

namespace analyzer::infer {
namespace {

/// Are all references of a decoded unit inside their arrays, and does every value refer only to earlier ones?
/// The second makes evaluation finish whatever the bytes say.
class Checker {
 public:
  explicit Checker(const FileUnit& unit) : unit_(unit) {}

  [[nodiscard]] bool valid() const {
    return !unit_.names.empty() && !unit_.values.empty() && !unit_.scopes.empty() && values() && calls() &&
           scopes() && declarations() && rest();
  }

 private:
  [[nodiscard]] bool name(NameId id) const { return id < unit_.names.size(); }
  [[nodiscard]] bool scope(ScopeId id) const { return id < unit_.scopes.size(); }
  [[nodiscard]] bool value(ValueId id) const { return id < unit_.values.size(); }
  [[nodiscard]] static bool range(std::uint32_t begin, std::uint32_t count, std::size_t size) {
    return begin <= size && count <= size - begin;
  }

  [[nodiscard]] bool value_at(std::size_t id) const {
    const Value& at = unit_.values[id];
    switch (at.value_kind()) {
      case ValueKind::unknown:
      case ValueKind::nil:
      case ValueKind::true_:
      case ValueKind::false_:
      case ValueKind::integer:
        return true;
      case ValueKind::literal:
        return name(at.first);
      case ValueKind::self_instance:
      case ValueKind::self_singleton:
        return scope(at.first);
      case ValueKind::constant:
        return name(at.first) && scope(at.second);
      case ValueKind::call:
        return at.first < unit_.calls.size() && call_is_before(unit_.calls[at.first], id);
      case ValueKind::truthy:
      case ValueKind::falsy:
      case ValueKind::not_nil:
        return at.first < id;
      case ValueKind::join:
      case ValueKind::is_a:
      case ValueKind::is_not_a:
        return at.first < id && at.second < id;
    }
    return false;
  }
  [[nodiscard]] bool call_is_before(const Call& call, std::size_t id) const {
    if (call.receiver >= id || !range(call.arguments_begin, call.arguments_count, unit_.arguments.size())) {
      return false;
    }
    const auto first = unit_.arguments.begin() + call.arguments_begin;
    return std::all_of(first, first + call.arguments_count, [id](ValueId argument) { return argument < id; });
  }
  [[nodiscard]] bool values() const {
    for (std::size_t id = 0; id < unit_.values.size(); ++id) {
      if (!value_at(id)) return false;
    }
    return true;
  }
  [[nodiscard]] bool calls() const {
    return std::all_of(unit_.calls.begin(), unit_.calls.end(), [this](const Call& call) {
      return value(call.receiver) && name(call.name) && scope(call.scope) &&
             range(call.arguments_begin, call.arguments_count, unit_.arguments.size()) &&
             range(call.keywords_begin, call.keywords_count, unit_.keywords.size());
    });
  }
  [[nodiscard]] bool scopes() const {
    for (std::size_t id = 0; id < unit_.scopes.size(); ++id) {
      const Scope& at = unit_.scopes[id];
      if (!name(at.path) || at.kind > static_cast<std::uint32_t>(ScopeKind::opaque)) return false;
      if (id == 0 ? at.parent != kNoIndex : at.parent >= id) return false;
    }
    return true;
  }
  [[nodiscard]] bool declarations() const {
    return std::all_of(unit_.classes.begin(), unit_.classes.end(),
                       [this](const ClassDecl& at) { return scope(at.scope) && name(at.superclass); }) &&
           std::all_of(
               unit_.mixins.begin(), unit_.mixins.end(),
               [this](const Mixin& at) { return scope(at.into) && name(at.target) && name(at.path); }) &&
           std::all_of(unit_.methods.begin(), unit_.methods.end(), [this](const MethodDecl& at) {
             return scope(at.scope) && name(at.name) && value(at.result) &&
                    range(at.keywords_begin, at.keywords_count, unit_.parameter_keywords.size());
           });
  }
  [[nodiscard]] bool rest() const {
    const auto is_name = [this](NameId id) { return name(id); };
    return std::all_of(unit_.arguments.begin(), unit_.arguments.end(),
                       [this](ValueId id) { return value(id); }) &&
           std::all_of(unit_.keywords.begin(), unit_.keywords.end(), is_name) &&
           std::all_of(unit_.loose_names.begin(), unit_.loose_names.end(), is_name) &&
           std::all_of(unit_.requires_.begin(), unit_.requires_.end(),
                       [this](const Requirement& at) { return name(at.name); }) &&
           std::all_of(unit_.parameter_keywords.begin(), unit_.parameter_keywords.end(),
                       [this](const KeywordParameter& at) { return name(at.name); }) &&
           std::all_of(unit_.constants.begin(), unit_.constants.end(),
                       [this](const ConstantDecl& at) {
                         return scope(at.scope) && name(at.path) && value(at.value);
                       }) &&
           std::all_of(unit_.opened.begin(), unit_.opened.end(),
                       [this](const OpenedConstant& at) { return scope(at.scope) && name(at.path); }) &&
           std::all_of(unit_.mentions.begin(), unit_.mentions.end(),
                       [this](const Mention& at) { return name(at.name); }) &&
           std::all_of(unit_.errors.begin(), unit_.errors.end(),
                       [this](const ParseError& at) { return name(at.missing); });
  }

  const FileUnit& unit_;
};

/// Applies `visit` to every array of plain structs, in the order of the encoding.
template <class Unit, class Visit>
void for_each_array(Unit& unit, Visit visit) {
  visit(unit.values);
  visit(unit.calls);
  visit(unit.arguments);
  visit(unit.keywords);
  visit(unit.scopes);
  visit(unit.classes);
  visit(unit.mixins);
  visit(unit.methods);
  visit(unit.parameter_keywords);
  visit(unit.constants);
  visit(unit.opened);
  visit(unit.loose_names);
  visit(unit.requires_);
  visit(unit.mentions);
  visit(unit.errors);
}

}  // namespace

std::string encode(const FileUnit& unit) {
  ByteWriter writer;
  writer.number(static_cast<std::uint32_t>(unit.names.size()));
  for (const std::string& name : unit.names) writer.text(name);
  for_each_array(unit, [&](const auto& array) { writer.array(array); });
  return std::move(writer).take();
}

bool decode(std::string_view bytes, FileUnit& unit) {
  ByteReader reader(bytes);
  const auto names = reader.number<std::uint32_t>();
  if (names > bytes.size()) return false;
  unit.names.clear();
  unit.names.reserve(names);
  for (std::uint32_t i = 0; i < names && reader.ok(); ++i) unit.names.emplace_back(reader.text());
  for_each_array(unit, [&](auto& array) {
    array = reader.array<typename std::remove_reference_t<decltype(array)>::value_type>();
  });
  return reader.at_end() && Checker(unit).valid();
}

}  // namespace analyzer::infer
