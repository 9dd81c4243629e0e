#include "analyzer/infer/evaluator.h"

#include <algorithm>
#include <string>

namespace analyzer::infer {
namespace {

// Results of methods that need each other's results, one inside the next. Ruby's library goes 14 deep; the
// limit keeps generated code from exhausting an 8 MiB stack.
constexpr std::uint32_t kMaxSharedDepth = 500;

std::uint64_t key_of(ValueRef ref) { return (std::uint64_t{ref.unit} << 32) | ref.value; }

TypeAtom exact_instance(ClassId id) { return {id, rbs::Side::instance, true}; }

}  // namespace

Type Evaluator::type_of(std::uint32_t unit, ValueId value) {
  if (unit != memo_unit_) {
    memo_.clear();
    memo_unit_ = unit;
  }
  return evaluate(unit, value, memo_);
}

Type Evaluator::evaluate(std::uint32_t unit, ValueId id, Memo& memo) {
  if (id == kUnknownValue) return Type::unknown();
  const auto known = memo.find(id);
  if (known != memo.end()) return known->second;
  const Type type = compute(unit, project_.unit(unit)->values[id], memo);
  memo.emplace(id, type);
  return type;
}

Type Evaluator::instance_of(std::string_view class_name) const {
  const ClassId id = project_.find(class_name);
  return id == kNoClass ? Type::unknown() : Type::of(exact_instance(id));
}

Type Evaluator::compute(std::uint32_t unit, const Value& value, Memo& memo) {
  const CoreIds& core = project_.core();
  const auto is_nil = [&](const TypeAtom& atom) {
    return atom.side == rbs::Side::instance && atom.class_id == core.nil;
  };
  const auto is_falsy = [&](const TypeAtom& atom) {
    return is_nil(atom) || (atom.side == rbs::Side::instance && atom.class_id == core.false_);
  };
  const auto first = [&] { return evaluate(unit, value.first, memo); };
  switch (value.value_kind()) {
    case ValueKind::unknown:
      return Type::unknown();
    case ValueKind::nil:
      return Type::of(exact_instance(core.nil));
    case ValueKind::true_:
      return Type::of(exact_instance(core.true_));
    case ValueKind::false_:
      return Type::of(exact_instance(core.false_));
    case ValueKind::integer:
      return value.first == 0 ? Type::of(exact_instance(core.integer))
                              : Type::integer(core.integer, static_cast<std::int32_t>(value.second));
    case ValueKind::literal:
      return instance_of(project_.unit(unit)->name(value.first));
    case ValueKind::self_instance:
    case ValueKind::self_singleton: {
      const ClassId id = project_.scope_class(unit, value.first);
      const bool is_instance = value.value_kind() == ValueKind::self_instance;
      // The self of a module's methods is whatever includes it.
      if (id == kNoClass || (is_instance && project_.node(id).is_module)) return Type::unknown();
      return Type::of({id, is_instance ? rbs::Side::instance : rbs::Side::singleton, false});
    }
    case ValueKind::constant:
      return constant(unit, value);
    case ValueKind::call:
      return call(unit, project_.unit(unit)->calls[value.first], memo);
    case ValueKind::join: {
      Type type = first();
      type.join(evaluate(unit, value.second, memo));
      return type;
    }
    case ValueKind::truthy:
      return first().filtered([&](const TypeAtom& atom) { return !is_falsy(atom); });
    case ValueKind::falsy:
      return first().filtered(is_falsy);
    case ValueKind::not_nil:
      return first().filtered([&](const TypeAtom& atom) { return !is_nil(atom); });
    case ValueKind::is_a:
    case ValueKind::is_not_a:
      return refine_class(first(), evaluate(unit, value.second, memo), value.value_kind() == ValueKind::is_a);
  }
  return Type::unknown();
}

Type Evaluator::constant(std::uint32_t unit, const Value& value) {
  const std::string_view path = project_.unit(unit)->name(value.first);
  const ConstantMeaning meaning = project_.constant(unit, value.second, path);
  if (meaning.class_id != kNoClass) return Type::of({meaning.class_id, rbs::Side::singleton, true});
  if (meaning.value != nullptr) return shared_result(*meaning.value);
  if (meaning.type != nullptr) return convert(*meaning.type, "", exact_instance(project_.core().object), 0);
  return Type::unknown();
}

Type Evaluator::refine_class(const Type& type, const Type& class_type, bool holds) const {
  if (class_type.size() != 1 || class_type.begin()->side != rbs::Side::singleton) {
    return Type::unknown();
  }
  const ClassId id = class_type.begin()->class_id;
  const auto is_below = [&](const TypeAtom& atom) {
    return atom.side == rbs::Side::instance && project_.is_subclass(atom.class_id, id);
  };
  if (!holds) return type.filtered([&](const TypeAtom& atom) { return !is_below(atom); });
  const bool is_usable = !project_.node(id).is_module && !is_too_general(id);
  if (type.is_known()) {
    const Type kept = type.filtered(is_below);
    if (kept.is_known()) return kept;
    const bool is_above = std::all_of(type.begin(), type.end(), [&](const TypeAtom& atom) {
      return atom.side == rbs::Side::instance && !atom.is_exact && project_.is_subclass(id, atom.class_id);
    });
    if (!is_above) return Type::unknown();  // it cannot be: this path is never taken
  }
  return is_usable ? Type::of({id, rbs::Side::instance, false}) : Type::unknown();
}

// Tarjan's strongly connected components, one node for each method result or constant value. All of a
// component that has a cycle is unknown.
Type Evaluator::shared_result(ValueRef ref) {
  if (ref.value == kUnknownValue) return Type::unknown();
  const std::uint64_t key = key_of(ref);
  const auto [found, is_new] = shared_.try_emplace(key);
  if (!is_new) {
    if (found->second.is_settled) return found->second.type;
    // Not settled: it is on the stack, so the one that asks and this one need each other.
    if (key == current_) found->second.reaches_itself = true;
    Shared& asking = shared_.at(current_);
    asking.low = std::min(asking.low, found->second.low);
    return Type::unknown();
  }
  if (depth_ >= kMaxSharedDepth) {
    found->second.is_settled = true;
    return Type::unknown();
  }
  const std::uint32_t index = next_index_++;
  found->second.index = index;
  found->second.low = index;
  pending_.push_back(key);
  const std::uint64_t outer = current_;
  current_ = key;
  ++depth_;
  // Values met inside depend on what is not settled yet, so they are remembered no longer than this.
  Memo memo;
  const Type type = evaluate(ref.unit, ref.value, memo);
  --depth_;
  current_ = outer;
  Shared& self = shared_.at(key);
  self.type = type;
  if (self.low < index) {
    Shared& asking = shared_.at(outer);
    asking.low = std::min(asking.low, self.low);
    return Type::unknown();
  }
  if (pending_.back() == key && !self.reaches_itself) {
    self.is_settled = true;
    pending_.pop_back();
    return type;
  }
  for (bool more = true; more;) {
    Shared& member = shared_.at(pending_.back());
    member.type = Type::unknown();
    member.is_settled = true;
    more = pending_.back() != key;
    pending_.pop_back();
  }
  return Type::unknown();
}

Type Evaluator::call(std::uint32_t unit, const Call& call, Memo& memo) {
  const Type receiver = evaluate(unit, call.receiver, memo);
  if (!receiver.is_known()) return Type::unknown();
  Type result;
  bool is_first = true;
  for (const TypeAtom& atom : receiver) {
    const Type one = call_on(atom, unit, call, memo);
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

Type Evaluator::call_on(const TypeAtom& atom, std::uint32_t unit, const Call& call, Memo& memo) {
  const std::string_view name = project_.unit(unit)->name(call.name);
  const Lookup found = find(atom, name);
  if (found.status != LookupStatus::found) return Type::unknown();
  if (atom.side == rbs::Side::singleton && name == "new") {
    if (is_too_general(atom.class_id)) return Type::unknown();
    const Type made = singleton_new(atom, found);
    if (made.is_known() || found.signature == nullptr) return made;
  }
  if (found.project != nullptr) return project_result(atom, found, name);
  if (found.signature != nullptr) return signature_result(atom, *found.signature, unit, call, memo);
  return Type::unknown();
}

/// `C.new`, where nothing but Class#new answers it: an instance of C.
Type Evaluator::singleton_new(const TypeAtom& atom, const Lookup& found) const {
  const bool is_plain = found.signature != nullptr && found.owner == project_.core().class_;
  const bool is_whole =
      atom.is_exact && !project_.node(atom.class_id).is_module && !is_too_general(atom.class_id);
  if (!is_plain || !is_whole) return Type::unknown();
  return Type::of(exact_instance(atom.class_id));
}

/// Classes whose instances may have any method: what they are by name says nothing.
bool Evaluator::is_too_general(ClassId id) const {
  const CoreIds& core = project_.core();
  const std::string& name = project_.node(id).name;
  // Struct.new gives a class, not an instance.
  return id == core.object || id == core.class_ || id == core.module || name == "BasicObject" ||
         name == "Struct";
}

Type Evaluator::project_result(const TypeAtom& atom, const Lookup& found, std::string_view name) {
  const bool may_differ = !atom.is_exact && (project_.node(atom.class_id).has_open_descendant ||
                                             project_.is_overridden(atom.class_id, atom.side, name));
  if (may_differ) return Type::unknown();
  // Defined more than once: any of them may run.
  Type all;
  bool is_first = true;
  for (const MethodRef ref : *found.project) {
    const MethodDecl& method = project_.unit(ref.unit)->methods[ref.method];
    const bool is_opaque = (method.flags & kMethodOpaque) != 0;
    const Type one = is_opaque ? Type::unknown() : shared_result({ref.unit, method.result});
    if (!one.is_known()) return Type::unknown();
    if (is_first) {
      all = one;
      is_first = false;
    } else {
      all.join(one);
    }
  }
  return all;
}

}  // namespace analyzer::infer
