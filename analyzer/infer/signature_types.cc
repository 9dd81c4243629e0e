#include <algorithm>

#include "analyzer/infer/arity.h"
#include "analyzer/infer/evaluator.h"

namespace analyzer::infer {
namespace {

// Type aliases may name each other without end.
constexpr int kMaxAliasDepth = 16;

}  // namespace

/// May the overload be the one that runs? Judged by the number of arguments, the block, and the classes of
/// arguments where both sides are plain and known.
bool Evaluator::accepts(const rbs::MethodType& overload, const rbs::MethodEntry& method, std::uint32_t unit,
                        const Call& call, Memo& memo) {
  const bool has_block = (call.flags & kCallHasBlock) != 0;
  if (!has_block && overload.block == rbs::BlockUse::required) return false;
  if ((call.flags & kCallHasSplat) != 0) return true;
  const Arity arity = arity_of(overload);
  const bool fits = arity.accepts(call.arguments_count) ||
                    (has_hash_arguments(call) && arity.accepts(call.arguments_count + 1));
  if (!fits) return false;
  const std::size_t count = std::min<std::size_t>(call.arguments_count, overload.parameters.size());
  for (std::size_t i = 0; i < count && !overload.rest; ++i) {
    const rbs::Type& wanted = overload.parameters[i];
    if (wanted.kind != rbs::TypeKind::instance) continue;
    const rbs::ClassEntry* entry = project_.reflection().resolve(wanted.name, method.context);
    if (entry == nullptr || entry->kind != rbs::DeclKind::class_) continue;
    const Type given = evaluate(unit, project_.unit(unit)->arguments[call.arguments_begin + i], memo);
    const ClassId wanted_id = project_.find(entry->name);
    const bool differs =
        given.is_known() && std::all_of(given.begin(), given.end(), [&](const TypeAtom& atom) {
          return atom.is_exact && atom.side == rbs::Side::instance &&
                 !project_.is_subclass(atom.class_id, wanted_id);
        });
    if (differs) return false;
  }
  return true;
}

Type Evaluator::signature_result(const TypeAtom& atom, const rbs::MethodEntry& method, std::uint32_t unit,
                                 const Call& call, Memo& memo) {
  const bool has_block = (call.flags & kCallHasBlock) != 0;
  // With a block, an overload that takes one is meant, if there is such an overload.
  const bool wants_block = has_block && std::any_of(method.overloads.begin(), method.overloads.end(),
                                                    [](const rbs::MethodType& overload) {
                                                      return overload.block != rbs::BlockUse::none;
                                                    });
  Type result;
  bool is_first = true;
  for (const rbs::MethodType& overload : method.overloads) {
    if (wants_block && overload.block == rbs::BlockUse::none) continue;
    if (!accepts(overload, method, unit, call, memo)) continue;
    const Type one = convert(overload.result, method.context, atom, 0);
    if (!one.is_known()) return Type::unknown();
    if (is_first) {
      result = one;
      is_first = false;
    } else {
      result.join(one);
    }
  }
  return result;
}

Type Evaluator::convert(const rbs::Type& type, std::string_view context, const TypeAtom& self, int depth) {
  using rbs::TypeKind;
  const CoreIds& core = project_.core();
  const auto exact = [](ClassId id) { return Type::of({id, rbs::Side::instance, true}); };
  switch (type.kind) {
    case TypeKind::instance:
      return convert_name(type, context, self, depth);
    case TypeKind::singleton: {
      const rbs::ClassEntry* entry = project_.reflection().resolve(type.name, context);
      return entry == nullptr ? Type::unknown()
                              : Type::of({project_.find(entry->name), rbs::Side::singleton, false});
    }
    case TypeKind::union_: {
      Type all = convert(type.arguments.front(), context, self, depth);
      for (std::size_t i = 1; i < type.arguments.size(); ++i)
        all.join(convert(type.arguments[i], context, self, depth));
      return all;
    }
    case TypeKind::optional: {
      Type all = convert(type.arguments.front(), context, self, depth);
      all.join(exact(core.nil));
      return all;
    }
    case TypeKind::tuple:
      return instance_of("Array");
    case TypeKind::record:
      return instance_of("Hash");
    case TypeKind::proc:
      return instance_of("Proc");
    case TypeKind::string_literal:
      return instance_of("String");
    case TypeKind::symbol_literal:
      return instance_of("Symbol");
    case TypeKind::integer_literal:
      return exact(core.integer);
    case TypeKind::true_literal:
      return exact(core.true_);
    case TypeKind::false_literal:
      return exact(core.false_);
    case TypeKind::bool_: {
      Type both = exact(core.true_);
      both.join(exact(core.false_));
      return both;
    }
    case TypeKind::nil:
      return exact(core.nil);
    case TypeKind::self:
      return Type::of(self);
    case TypeKind::instance_:
      if (self.side != rbs::Side::singleton || is_too_general(self.class_id)) return Type::unknown();
      return Type::of({self.class_id, rbs::Side::instance, self.is_exact});
    case TypeKind::variable:
    case TypeKind::intersection:
    case TypeKind::class_:
    case TypeKind::void_:
    case TypeKind::untyped:
    case TypeKind::top:
    case TypeKind::bottom:
      return Type::unknown();
  }
  return Type::unknown();
}

/// A class, or an alias such as `int` (Integer | _ToInt). Interfaces and modules say too little to report
/// anything.
Type Evaluator::convert_name(const rbs::Type& type, std::string_view context, const TypeAtom& self,
                             int depth) {
  if (const rbs::ClassEntry* entry = project_.reflection().resolve(type.name, context)) {
    const ClassId id = project_.find(entry->name);
    if (entry->kind != rbs::DeclKind::class_ || id == kNoClass || is_too_general(id)) return Type::unknown();
    return Type::of({id, rbs::Side::instance, false});
  }
  if (const rbs::Type* alias = project_.reflection().alias(type.name, context); alias != nullptr) {
    return depth < kMaxAliasDepth ? convert(*alias, context, self, depth + 1) : Type::unknown();
  }
  return Type::unknown();
}

}  // namespace analyzer::infer
