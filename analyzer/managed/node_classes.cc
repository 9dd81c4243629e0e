#include "analyzer/managed/node_classes.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "analyzer/runtime/values.h"

namespace analyzer::managed {
namespace {

using runtime::Call;
using runtime::Completion;
using runtime::Isolate;
using runtime::LocalScope;
using runtime::ManagedClass;
using runtime::Method;
using runtime::Runtime;
using runtime::SymbolId;
using runtime::Value;

/// Writes the fields of the class that this `initialize` belongs to and passes the other keywords on.
Completion<Value> initialize_node(Isolate& isolate, const Call& call) {
  const ManagedClass& owner = *isolate.top_frame().method->owner;
  LocalScope scope(isolate);
  std::vector<SymbolId> others;
  std::vector<Value> other_values;  // alive through the caller's arguments
  const std::span<const SymbolId> keywords = call.info->keywords();
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    if (std::ranges::find(owner.own_fields(), keywords[i]) != owner.own_fields().end()) continue;
    others.push_back(keywords[i]);
    other_values.push_back(call.arguments[call.info->argument_count + i]);
  }
  ANALYZER_COMPLETE([[maybe_unused]] const Value ignored,
                    isolate.runtime().call_super(isolate, {other_values, others}));
  const std::size_t inherited = owner.superclass()->field_count();
  for (std::size_t i = 0; i < owner.own_fields().size(); ++i) {
    ANALYZER_COMPLETE([[maybe_unused]] const Value stored,
                      set_field(call.self, inherited + i, call.keyword(owner.own_fields()[i])));
  }
  return call.self;
}

/// `NamedRanges.new(**ranges)`: what a location covers by name, kept as a hash.
Completion<Value> initialize_named_ranges(Isolate& isolate, const Call& call) {
  ANALYZER_COMPLETE([[maybe_unused]] const Value ignored, isolate.runtime().call_super(isolate, {}));
  if (call.info->keyword_count == 0) return call.self;
  LocalScope scope(isolate);
  const Value& ranges = scope.keep(make_hash(isolate));
  for (const SymbolId name : call.info->keywords()) {
    ANALYZER_COMPLETE([[maybe_unused]] const Value stored,
                      hash_store(ranges, Value::symbol(name), call.keyword(name)));
  }
  return set_field(call.self, 0, ranges);
}

/// `Location.new(buffer, start, end, **children)`.
Completion<Value> initialize_location(Isolate& isolate, const Call& call) {
  const std::span<const SymbolId> names = call.info->keywords();
  const std::vector<SymbolId> children(names.begin(), names.end());
  ANALYZER_COMPLETE([[maybe_unused]] const Value ignored,
                    isolate.runtime().call_super(isolate, {call.arguments.subspan(3), children}));
  for (std::size_t i = 0; i < 3; ++i) {
    ANALYZER_COMPLETE([[maybe_unused]] const Value stored, set_field(call.self, 1 + i, call.positional(i)));
  }
  return call.self;
}

Completion<Value> read_field(Isolate&, const Call& call) {
  const std::optional<std::size_t> field = call.self.slot()->klass->field_index(call.info->method);
  return field ? field_of(call.self, *field) : Value();
}

class Definer {
 public:
  Definer(Runtime& runtime, const NodeNames& names) : runtime_(runtime), names_(names) {}

  ManagedClass& define(std::string name, const ManagedClass& superclass,
                       std::initializer_list<SymbolId> fields) {
    ManagedClass& klass = runtime_.define_class(std::move(name), superclass);
    for (const SymbolId field : fields) {
      klass.define_field(field);
      klass.define_method({.name = field, .body = &read_field});
    }
    Method initialize{.name = names_.initialize, .body = &initialize_node};
    for (const ManagedClass* from = &klass; from != nullptr; from = from->superclass()) {
      initialize.keywords.insert(initialize.keywords.end(), from->own_fields().begin(),
                                 from->own_fields().end());
    }
    klass.define_method(std::move(initialize));
    return klass;
  }

 private:
  Runtime& runtime_;
  const NodeNames& names_;
};

NodeNames intern_names(Runtime& runtime) {
  const auto symbol = [&runtime](std::string_view name) { return runtime.symbol(name); };
  return {.initialize = symbol("initialize"),
          .location = symbol("location"),
          .buffer = symbol("buffer"),
          .start = symbol("start"),
          .end = symbol("end"),
          .name = symbol("name"),
          .names = symbol("names"),
          .kind = symbol("kind"),
          .type = symbol("type"),
          .arguments = symbol("arguments"),
          .result = symbol("result"),
          .required = symbol("required"),
          .optional = symbol("optional"),
          .rest = symbol("rest"),
          .untyped = symbol("untyped"),
          .keywords = symbol("keywords"),
          .keyword_rest = symbol("keyword_rest"),
          .block = symbol("block"),
          .parameters = symbol("parameters"),
          .type_parameters = symbol("type_parameters"),
          .overloads = symbol("overloads"),
          .visibility = symbol("visibility"),
          .old_name = symbol("old_name"),
          .superclass = symbol("superclass"),
          .aliases = symbol("aliases"),
          .mixins = symbol("mixins"),
          .methods = symbol("methods")};
}

/// What a type of that kind carries besides its location.
enum class TypeContent { nothing, name, name_and_arguments, types };

struct TypeClass {
  rbs::TypeKind kind;
  const char* name;
  TypeContent content;
};

constexpr std::array<TypeClass, kTypeKinds> kTypeClasses{{
    {rbs::TypeKind::instance, "ClassInstance", TypeContent::name_and_arguments},
    {rbs::TypeKind::singleton, "ClassSingleton", TypeContent::name},
    {rbs::TypeKind::variable, "Variable", TypeContent::name},
    {rbs::TypeKind::union_, "Union", TypeContent::types},
    {rbs::TypeKind::intersection, "Intersection", TypeContent::types},
    {rbs::TypeKind::optional, "Optional", TypeContent::types},
    {rbs::TypeKind::tuple, "Tuple", TypeContent::types},
    {rbs::TypeKind::record, "Record", TypeContent::types},
    {rbs::TypeKind::proc, "Proc", TypeContent::types},
    {rbs::TypeKind::string_literal, "StringLiteral", TypeContent::name},
    {rbs::TypeKind::symbol_literal, "SymbolLiteral", TypeContent::name},
    {rbs::TypeKind::integer_literal, "IntegerLiteral", TypeContent::name},
    {rbs::TypeKind::true_literal, "TrueLiteral", TypeContent::nothing},
    {rbs::TypeKind::false_literal, "FalseLiteral", TypeContent::nothing},
    {rbs::TypeKind::self, "Self", TypeContent::nothing},
    {rbs::TypeKind::instance_, "Instance", TypeContent::nothing},
    {rbs::TypeKind::class_, "Class", TypeContent::nothing},
    {rbs::TypeKind::bool_, "Bool", TypeContent::nothing},
    {rbs::TypeKind::nil, "Nil", TypeContent::nothing},
    {rbs::TypeKind::void_, "Void", TypeContent::nothing},
    {rbs::TypeKind::untyped, "Any", TypeContent::nothing},
    {rbs::TypeKind::top, "Top", TypeContent::nothing},
    {rbs::TypeKind::bottom, "Bottom", TypeContent::nothing},
}};

}  // namespace

NodeClasses::NodeClasses(Runtime& runtime) : names(intern_names(runtime)) {
  Definer definer(runtime, names);

  ManagedClass& ranges = definer.define("RBS::NamedRanges", runtime.object_class(), {names.names});
  ranges.define_method(
      {.name = names.initialize, .body = &initialize_named_ranges, .takes_any_keyword = true});
  location = &definer.define("RBS::Location", ranges, {names.buffer, names.start, names.end});
  location->define_method(
      {.name = names.initialize, .body = &initialize_location, .required = 3, .takes_any_keyword = true});

  const ManagedClass& node = definer.define("RBS::AST::Node", runtime.object_class(), {names.location});
  const ManagedClass& type = definer.define("RBS::Types::Base", node, {});
  for (const TypeClass& entry : kTypeClasses) {
    const std::string name = std::string("RBS::Types::") + entry.name;
    ManagedClass*& klass = types[static_cast<std::size_t>(entry.kind)];
    switch (entry.content) {
      case TypeContent::nothing:
        klass = &definer.define(name, type, {});
        break;
      case TypeContent::name:
        klass = &definer.define(name, type, {names.name});
        break;
      case TypeContent::name_and_arguments:
        klass = &definer.define(name, type, {names.name, names.arguments});
        break;
      case TypeContent::types:
        klass = &definer.define(name, type, {names.arguments});
        break;
    }
  }
  keyword = &definer.define("RBS::Types::Keyword", node, {names.name, names.required});
  function = &definer.define("RBS::Types::Function", node,
                             {names.required, names.optional, names.rest, names.untyped, names.keyword_rest,
                              names.keywords, names.parameters, names.result});
  method_type = &definer.define("RBS::MethodType", node, {names.type, names.block});

  const ManagedClass& member = definer.define("RBS::AST::Members::Base", node, {names.name});
  method = &definer.define("RBS::AST::Members::MethodDefinition", member,
                           {names.kind, names.visibility, names.overloads});
  method_alias = &definer.define("RBS::AST::Members::Alias", member, {names.old_name, names.kind});
  const ManagedClass& mixin = definer.define("RBS::AST::Members::Mixin", member, {});
  mixins = {&definer.define("RBS::AST::Members::Include", mixin, {}),
            &definer.define("RBS::AST::Members::Extend", mixin, {}),
            &definer.define("RBS::AST::Members::Prepend", mixin, {})};

  const ManagedClass& declaration = definer.define("RBS::AST::Declarations::Base", node, {names.name});
  const ManagedClass& module =
      definer.define("RBS::AST::Declarations::Container", declaration,
                     {names.type_parameters, names.methods, names.aliases, names.mixins});
  declarations = {&definer.define("RBS::AST::Declarations::Class", module, {names.superclass}),
                  &definer.define("RBS::AST::Declarations::Module", module, {}),
                  &definer.define("RBS::AST::Declarations::Interface", module, {})};
  type_alias = &definer.define("RBS::AST::Declarations::TypeAlias", declaration, {names.type});
  constant = &definer.define("RBS::AST::Declarations::Constant", declaration, {names.type});
}

}  // namespace analyzer::managed
