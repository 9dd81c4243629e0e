#include "analyzer/managed/signature_loader.h"

#include <array>
#include <functional>

#include "analyzer/runtime/values.h"

namespace analyzer::managed {

using runtime::Completion;
using runtime::LocalScope;
using runtime::ManagedClass;
using runtime::SymbolId;
using runtime::Value;

Completion<Value> SignatureLoader::load(std::string_view path, std::string_view source) {
  LocalScope scope(isolate_);
  source_ = source;
  buffer_ = scope.keep(make_string(isolate_, path));
  locations_ = scope.keep(make_array(isolate_));
  raised_while_parsing_.reset();
  const rbs::File file = rbs::parse(source, this);
  if (raised_while_parsing_) return *std::move(raised_while_parsing_);

  const Value& result = scope.keep(make_array(isolate_));
  ANALYZER_COMPLETE(const Value declarations, array(file.declarations, &SignatureLoader::declaration));
  (void)array_push(result, declarations);  // a fresh array is not frozen
  ANALYZER_COMPLETE(const Value aliases, array(file.aliases, &SignatureLoader::type_alias));
  (void)array_push(result, aliases);
  ANALYZER_COMPLETE(const Value constants, array(file.constants, &SignatureLoader::constant));
  (void)array_push(result, constants);
  return result;
}

void SignatureLoader::on_location(std::uint32_t begin, std::uint32_t end) {
  if (raised_while_parsing_) return;
  LocalScope scope(isolate_);
  const std::array<Value, 3> arguments{buffer_, Value::integer(begin), Value::integer(end)};
  Built made = isolate_.runtime().construct(isolate_, *classes_.location, {arguments, {}});
  if (made) {
    (void)array_push(locations_, *made);
  } else {
    raised_while_parsing_ = std::move(made).error();
  }
}

/// `klass.new(**fields)`. The values must be rooted by the caller.
Completion<Value> SignatureLoader::construct(ManagedClass& klass, std::initializer_list<Field> fields) {
  std::array<SymbolId, 12> keywords{};
  std::array<Value, 12> values{};
  std::size_t count = 0;
  for (const auto& [name, value] : fields) {
    keywords[count] = name;
    values[count++] = value;
  }
  return isolate_.runtime().construct(isolate_, klass,
                                      {std::span(values).first(count), std::span(keywords).first(count)});
}

/// The range of the first child, with each child's range under the name that stands there; nil when none is
/// in the text.
Completion<Value> SignatureLoader::location(std::initializer_list<std::string_view> children) {
  LocalScope scope(isolate_);
  const std::less<> before;
  std::vector<Value> values(3);
  std::vector<SymbolId> keywords;
  for (const std::string_view view : children) {
    if (view.empty() || before(view.data(), source_.data()) ||
        before(source_.data() + source_.size(), view.data())) {
      continue;
    }
    const auto begin = view.data() - source_.data();
    const auto end = begin + static_cast<std::ptrdiff_t>(view.size());
    if (keywords.empty()) values = {buffer_, Value::integer(begin), Value::integer(end)};
    keywords.push_back(isolate_.runtime().symbol(view));
    values.push_back(scope.keep(make_range(isolate_, Value::integer(begin), Value::integer(end))));
  }
  if (keywords.empty()) return Value();
  return isolate_.runtime().construct(isolate_, *classes_.location, {values, keywords});
}

Value SignatureLoader::text(std::string_view text) {
  return text.empty() ? Value() : make_string(isolate_, text);
}

template <class T>
Completion<Value> SignatureLoader::array(const std::vector<T>& items,
                                         Built (SignatureLoader::*build)(const T&)) {
  LocalScope scope(isolate_);
  const Value& result = scope.keep(make_array(isolate_));
  for (const T& item : items) {
    ANALYZER_COMPLETE(const Value built, (this->*build)(item));
    (void)array_push(result, built);
  }
  return result;
}

Completion<Value> SignatureLoader::names(const std::vector<std::string_view>& items) {
  LocalScope scope(isolate_);
  const Value& result = scope.keep(make_array(isolate_));
  for (const std::string_view item : items) (void)array_push(result, make_string(isolate_, item));
  return result;
}

Completion<Value> SignatureLoader::type(const rbs::Type& type) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ManagedClass& klass = *classes_.types[static_cast<std::size_t>(type.kind)];
  const bool named = klass.field_index(n.name).has_value();
  const bool composed = klass.field_index(n.arguments).has_value();
  Value& arguments = scope.keep({});
  if (composed) {
    ANALYZER_COMPLETE(arguments, array(type.arguments, &SignatureLoader::type));
  }
  ANALYZER_COMPLETE(const Value place, location({type.name}));
  const Value& range = scope.keep(place);
  if (!named && !composed) return construct(klass, {{n.location, range}});
  if (!named) return construct(klass, {{n.arguments, arguments}, {n.location, range}});
  const Value& name = scope.keep(text(type.name));
  if (!composed) return construct(klass, {{n.name, name}, {n.location, range}});
  return construct(klass, {{n.name, name}, {n.arguments, arguments}, {n.location, range}});
}

Completion<Value> SignatureLoader::keyword(const rbs::Keyword& keyword) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value place, location({keyword.name}));
  const Value& range = scope.keep(place);
  const Value& name = scope.keep(text(keyword.name));
  return construct(*classes_.keyword,
                   {{n.name, name}, {n.required, Value::boolean(keyword.required)}, {n.location, range}});
}

Completion<Value> SignatureLoader::function(const rbs::MethodType& type) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value parameter_list, array(type.parameters, &SignatureLoader::type));
  const Value& parameters = scope.keep(parameter_list);
  ANALYZER_COMPLETE(const Value keyword_list, array(type.keywords, &SignatureLoader::keyword));
  const Value& keywords = scope.keep(keyword_list);
  ANALYZER_COMPLETE(const Value returned, this->type(type.result));
  const Value& result = scope.keep(returned);
  return construct(*classes_.function, {{n.required, Value::integer(type.required)},
                                        {n.optional, Value::integer(type.optional)},
                                        {n.rest, Value::boolean(type.rest)},
                                        {n.untyped, Value::boolean(type.untyped_parameters)},
                                        {n.keyword_rest, Value::boolean(type.keyword_rest)},
                                        {n.keywords, keywords},
                                        {n.parameters, parameters},
                                        {n.result, result}});
}

Completion<Value> SignatureLoader::method_type(const rbs::MethodType& type) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value built, function(type));
  const Value& inner = scope.keep(built);
  return construct(*classes_.method_type,
                   {{n.type, inner}, {n.block, Value::integer(static_cast<std::int64_t>(type.block))}});
}

Completion<Value> SignatureLoader::method(const rbs::Method& method) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value list, array(method.overloads, &SignatureLoader::method_type));
  const Value& overloads = scope.keep(list);
  ANALYZER_COMPLETE(const Value place, location({method.name}));
  const Value& range = scope.keep(place);
  const Value& name = scope.keep(text(method.name));
  return construct(*classes_.method,
                   {{n.name, name},
                    {n.kind, Value::integer(static_cast<std::int64_t>(method.side))},
                    {n.visibility, Value::integer(static_cast<std::int64_t>(method.visibility))},
                    {n.overloads, overloads},
                    {n.location, range}});
}

Completion<Value> SignatureLoader::alias(const rbs::MethodAlias& alias) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value place, location({alias.new_name, alias.old_name}));
  const Value& range = scope.keep(place);
  const Value& new_name = scope.keep(text(alias.new_name));
  const Value& old_name = scope.keep(text(alias.old_name));
  return construct(*classes_.method_alias, {{n.name, new_name},
                                            {n.old_name, old_name},
                                            {n.kind, Value::integer(static_cast<std::int64_t>(alias.side))},
                                            {n.location, range}});
}

Completion<Value> SignatureLoader::mixin(const rbs::Mixin& mixin) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value place, location({mixin.name}));
  const Value& range = scope.keep(place);
  const Value& name = scope.keep(text(mixin.name));
  return construct(*classes_.mixins[static_cast<std::size_t>(mixin.kind)],
                   {{n.name, name}, {n.location, range}});
}

Completion<Value> SignatureLoader::declaration(const rbs::Declaration& declaration) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value method_list, array(declaration.methods, &SignatureLoader::method));
  const Value& methods = scope.keep(method_list);
  ANALYZER_COMPLETE(const Value alias_list, array(declaration.aliases, &SignatureLoader::alias));
  const Value& aliases = scope.keep(alias_list);
  ANALYZER_COMPLETE(const Value mixin_list, array(declaration.mixins, &SignatureLoader::mixin));
  const Value& mixins = scope.keep(mixin_list);
  ANALYZER_COMPLETE(const Value parameter_list, names(declaration.parameters));
  const Value& parameters = scope.keep(parameter_list);
  const Value& name = scope.keep(text(declaration.full_name));
  ManagedClass& klass = *classes_.declarations[static_cast<std::size_t>(declaration.kind)];
  if (declaration.kind != rbs::DeclKind::class_) {
    return construct(klass, {{n.name, name},
                             {n.type_parameters, parameters},
                             {n.methods, methods},
                             {n.aliases, aliases},
                             {n.mixins, mixins}});
  }
  ANALYZER_COMPLETE(const Value place, location({declaration.superclass}));
  const Value& range = scope.keep(place);
  const Value& superclass = scope.keep(text(declaration.superclass));
  return construct(klass, {{n.name, name},
                           {n.type_parameters, parameters},
                           {n.superclass, superclass},
                           {n.methods, methods},
                           {n.aliases, aliases},
                           {n.mixins, mixins},
                           {n.location, range}});
}

Completion<Value> SignatureLoader::type_alias(const rbs::TypeAlias& alias) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value built, type(alias.type));
  const Value& target = scope.keep(built);
  const Value& name = scope.keep(text(alias.full_name));
  return construct(*classes_.type_alias, {{n.name, name}, {n.type, target}});
}

Completion<Value> SignatureLoader::constant(const rbs::NamedConstant& constant) {
  LocalScope scope(isolate_);
  const NodeNames& n = classes_.names;
  ANALYZER_COMPLETE(const Value built, type(constant.type));
  const Value& target = scope.keep(built);
  const Value& name = scope.keep(text(constant.full_name));
  return construct(*classes_.constant, {{n.name, name}, {n.type, target}});
}

}  // namespace analyzer::managed
