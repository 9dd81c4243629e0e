#include "analyzer/managed/signature_export.h"

#include <algorithm>

#include "analyzer/runtime/values.h"

namespace analyzer::managed {

using runtime::Completion;
using runtime::ManagedClass;
using runtime::ManagedError;
using runtime::Raised;
using runtime::SymbolId;
using runtime::Value;

namespace {

ManagedError unexpected(std::string_view what, const ManagedClass* klass) {
  return {Raised::type_error,
          std::string(what) + " expected, got " + (klass == nullptr ? "a value" : klass->name())};
}

const ManagedClass* class_of(Value node) {
  return is_a(node, runtime::kObjectType) ? node.slot()->klass : nullptr;
}

/// Which of the classes this node is an instance of.
template <class Classes>
std::optional<std::size_t> index_of(const Classes& classes, Value node) {
  const auto found = std::ranges::find(classes, class_of(node));
  if (found == classes.end() || *found == nullptr) return std::nullopt;
  return static_cast<std::size_t>(found - classes.begin());
}

template <class T, class F>
Completion<std::vector<T>> each(Value array, F&& read) {
  std::vector<T> result;
  if (!is_a(array, runtime::kArrayType)) return unexpected("Array", class_of(array));
  for (const Value item : runtime::array_of(array)) {
    ANALYZER_COMPLETE(T element, read(item));
    result.push_back(std::move(element));
  }
  return result;
}

}  // namespace

Completion<rbs::File> SignatureExport::read(Value tree) {
  const std::vector<Value>& parts = runtime::array_of(tree);
  rbs::File file;
  ANALYZER_COMPLETE(file.declarations,
                    each<rbs::Declaration>(parts[0], [this](Value node) { return declaration(node); }));
  ANALYZER_COMPLETE(file.aliases,
                    each<rbs::TypeAlias>(parts[1], [this](Value node) { return type_alias(node); }));
  ANALYZER_COMPLETE(file.constants,
                    each<rbs::NamedConstant>(parts[2], [this](Value node) { return constant(node); }));
  return file;
}

Completion<Value> SignatureExport::ask(Value node, SymbolId name) {
  return isolate_.runtime().call(isolate_, node, name, {});
}

Completion<std::string_view> SignatureExport::word(Value string) {
  if (string.is_nil()) return std::string_view();
  if (!is_a(string, runtime::kStringType)) return unexpected("String", class_of(string));
  return std::string_view(texts_.emplace_back(runtime::string_of(string)));
}

Completion<std::string_view> SignatureExport::text(Value node, SymbolId name) {
  ANALYZER_COMPLETE(const Value value, ask(node, name));
  return word(value);
}

Completion<std::int64_t> SignatureExport::number(Value node, SymbolId name) {
  ANALYZER_COMPLETE(const Value value, ask(node, name));
  if (!value.is_integer()) return unexpected("Integer", class_of(value));
  return value.as_integer();
}

Completion<bool> SignatureExport::truth(Value node, SymbolId name) {
  ANALYZER_COMPLETE(const Value value, ask(node, name));
  return value.truthy();
}

template <class T>
Completion<std::vector<T>> SignatureExport::list(Value node, SymbolId name,
                                                 Completion<T> (SignatureExport::*read_item)(Value)) {
  ANALYZER_COMPLETE(const Value array, ask(node, name));
  return each<T>(array, [this, read_item](Value item) { return (this->*read_item)(item); });
}

Completion<rbs::Type> SignatureExport::type(Value node) {
  const std::optional<std::size_t> kind = index_of(classes_.types, node);
  if (!kind) return unexpected("a type", class_of(node));
  const NodeNames& n = classes_.names;
  const ManagedClass& klass = *classes_.types[*kind];
  rbs::Type result;
  result.kind = static_cast<rbs::TypeKind>(*kind);
  if (klass.field_index(n.name)) {
    ANALYZER_COMPLETE(result.name, text(node, n.name));
  }
  if (klass.field_index(n.arguments)) {
    ANALYZER_COMPLETE(result.arguments, list(node, n.arguments, &SignatureExport::type));
  }
  return result;
}

Completion<rbs::Keyword> SignatureExport::keyword(Value node) {
  rbs::Keyword result;
  ANALYZER_COMPLETE(result.name, text(node, classes_.names.name));
  ANALYZER_COMPLETE(result.required, truth(node, classes_.names.required));
  return result;
}

Completion<rbs::MethodType> SignatureExport::method_type(Value node) {
  const NodeNames& n = classes_.names;
  rbs::MethodType result;
  ANALYZER_COMPLETE(const std::int64_t block, number(node, n.block));
  result.block = static_cast<rbs::BlockUse>(block);
  ANALYZER_COMPLETE(const Value function, ask(node, n.type));
  ANALYZER_COMPLETE(const std::int64_t required, number(function, n.required));
  ANALYZER_COMPLETE(const std::int64_t optional, number(function, n.optional));
  result.required = static_cast<std::uint16_t>(required);
  result.optional = static_cast<std::uint16_t>(optional);
  ANALYZER_COMPLETE(result.rest, truth(function, n.rest));
  ANALYZER_COMPLETE(result.untyped_parameters, truth(function, n.untyped));
  ANALYZER_COMPLETE(result.keyword_rest, truth(function, n.keyword_rest));
  ANALYZER_COMPLETE(result.keywords, list(function, n.keywords, &SignatureExport::keyword));
  ANALYZER_COMPLETE(result.parameters, list(function, n.parameters, &SignatureExport::type));
  ANALYZER_COMPLETE(const Value returned, ask(function, n.result));
  ANALYZER_COMPLETE(result.result, type(returned));
  return result;
}

Completion<rbs::Method> SignatureExport::method(Value node) {
  const NodeNames& n = classes_.names;
  rbs::Method result;
  ANALYZER_COMPLETE(result.name, text(node, n.name));
  ANALYZER_COMPLETE(const std::int64_t side, number(node, n.kind));
  ANALYZER_COMPLETE(const std::int64_t visibility, number(node, n.visibility));
  result.side = static_cast<rbs::Side>(side);
  result.visibility = static_cast<rbs::Visibility>(visibility);
  ANALYZER_COMPLETE(result.overloads, list(node, n.overloads, &SignatureExport::method_type));
  return result;
}

Completion<rbs::MethodAlias> SignatureExport::alias(Value node) {
  const NodeNames& n = classes_.names;
  rbs::MethodAlias result;
  ANALYZER_COMPLETE(result.new_name, text(node, n.name));
  ANALYZER_COMPLETE(result.old_name, text(node, n.old_name));
  ANALYZER_COMPLETE(const std::int64_t side, number(node, n.kind));
  result.side = static_cast<rbs::Side>(side);
  return result;
}

Completion<rbs::Mixin> SignatureExport::mixin(Value node) {
  const std::optional<std::size_t> kind = index_of(classes_.mixins, node);
  if (!kind) return unexpected("a mixin", class_of(node));
  rbs::Mixin result;
  result.kind = static_cast<rbs::MixinKind>(*kind);
  ANALYZER_COMPLETE(result.name, text(node, classes_.names.name));
  return result;
}

Completion<rbs::Declaration> SignatureExport::declaration(Value node) {
  const std::optional<std::size_t> kind = index_of(classes_.declarations, node);
  if (!kind) return unexpected("a declaration", class_of(node));
  const NodeNames& n = classes_.names;
  rbs::Declaration result;
  result.kind = static_cast<rbs::DeclKind>(*kind);
  ANALYZER_COMPLETE(const std::string_view name, text(node, n.name));
  result.full_name = name;
  if (result.kind == rbs::DeclKind::class_) {
    ANALYZER_COMPLETE(result.superclass, text(node, n.superclass));
  }
  ANALYZER_COMPLETE(result.parameters, list(node, n.type_parameters, &SignatureExport::word));
  ANALYZER_COMPLETE(result.methods, list(node, n.methods, &SignatureExport::method));
  ANALYZER_COMPLETE(result.aliases, list(node, n.aliases, &SignatureExport::alias));
  ANALYZER_COMPLETE(result.mixins, list(node, n.mixins, &SignatureExport::mixin));
  return result;
}

Completion<rbs::TypeAlias> SignatureExport::type_alias(Value node) {
  rbs::TypeAlias result;
  ANALYZER_COMPLETE(const std::string_view name, text(node, classes_.names.name));
  result.full_name = name;
  ANALYZER_COMPLETE(const Value target, ask(node, classes_.names.type));
  ANALYZER_COMPLETE(result.type, type(target));
  return result;
}

Completion<rbs::NamedConstant> SignatureExport::constant(Value node) {
  rbs::NamedConstant result;
  ANALYZER_COMPLETE(const std::string_view name, text(node, classes_.names.name));
  result.full_name = name;
  ANALYZER_COMPLETE(const Value target, ask(node, classes_.names.type));
  ANALYZER_COMPLETE(result.type, type(target));
  return result;
}

}  // namespace analyzer::managed
