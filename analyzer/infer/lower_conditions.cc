#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

/// The variable that an operand is, or is assigned to (`if x = y`), or kNoIndex.
std::uint32_t Lowerer::local_slot(NodeId id) const {
  if (id == kNone) return kNoIndex;
  if (ast_.kind(id) == NodeKind::identifier) return frame_->locals.find(ast_.text(id));
  if (ast_.kind(id) == NodeKind::assignment) return local_slot(ast_.child(id, Field::left));
  if (ast_.kind(id) == NodeKind::parenthesized_statements) {
    const NodeId only = ast_.first(id);
    return only != kNone && ast_.next(only) == kNone ? local_slot(only) : kNoIndex;
  }
  return kNoIndex;
}

/// Narrows the variables of a condition, whose value has been followed already, for the path on which it
/// holds or not.
void Lowerer::assume(NodeId condition, bool holds) {
  const NodeKind kind = ast_.kind(condition);
  if (const std::uint32_t slot = local_slot(condition); slot != kNoIndex) {
    const ValueKind refined = holds ? ValueKind::truthy : ValueKind::falsy;
    locals().refine(slot, builder_.refine(refined, locals().value(slot)));
  } else if (kind == NodeKind::parenthesized_statements) {
    const NodeId only = ast_.first(condition);
    if (only != kNone && ast_.next(only) == kNone) assume(only, holds);
  } else if (kind == NodeKind::unary) {
    const std::string_view op = ast_.text(ast_.child(condition, Field::operator_));
    if (op == "!" || op == "not") assume(ast_.child(condition, Field::operand), !holds);
  } else if (kind == NodeKind::binary) {
    assume_binary(condition, holds);
  } else if (kind == NodeKind::call) {
    assume_call(condition, holds);
  }
}

void Lowerer::assume_binary(NodeId id, bool holds) {
  const std::string_view op = ast_.text(ast_.child(id, Field::operator_));
  const NodeId left = ast_.child(id, Field::left);
  const NodeId right = ast_.child(id, Field::right);
  if (op == "&&" || op == "and") {
    if (!holds) return;  // either side may be the one that does not hold
    assume(left, true);
    assume(right, true);
  } else if (op == "||" || op == "or") {
    if (holds) return;
    assume(left, false);
    assume(right, false);
  } else if (op == "===") {
    assume_class(right, left, holds);
  } else if (ast_.kind(right) == NodeKind::nil && (op == "==" || op == "!=")) {
    const std::uint32_t slot = local_slot(left);
    if (slot == kNoIndex) return;
    const bool is_nil = (op == "==") == holds;
    locals().refine(slot, is_nil ? builder_.simple(ValueKind::nil)
                                 : builder_.refine(ValueKind::not_nil, locals().value(slot)));
  }
}

void Lowerer::assume_call(NodeId call, bool holds) {
  const NodeId receiver = ast_.child(call, Field::receiver);
  const std::string_view name = ast_.text(ast_.child(call, Field::method));
  const std::uint32_t slot = local_slot(receiver);
  const NodeId first = ast_.first(ast_.child(call, Field::arguments));
  if (slot == kNoIndex) {
    // A variable that is an argument of a test (`String.try_convert(x)`, `kind?(x)`) keeps what is known of
    // it.
    return;
  }
  if (name == "nil?") {
    locals().refine(slot, holds ? builder_.simple(ValueKind::nil)
                                : builder_.refine(ValueKind::not_nil, locals().value(slot)));
  } else if (name == "is_a?" || name == "kind_of?" || name == "instance_of?") {
    // Not being an instance_of? a class says nothing about its subclasses.
    if (name != "instance_of?" || holds) assume_class(receiver, first, holds);
  } else if (name == "respond_to?" || ast_.text(ast_.child(call, Field::operator_)) == "&.") {
    locals().refine(slot, kUnknownValue);
  }
}

void Lowerer::assume_class(NodeId variable, NodeId class_id, bool holds) {
  const std::uint32_t slot = local_slot(variable);
  if (slot == kNoIndex) return;
  if (!is_constant_path(class_id)) {
    locals().refine(slot, kUnknownValue);
    return;
  }
  const ValueId class_value = builder_.constant(ast_.text(class_id), frame_->scope);
  const ValueKind kind = holds ? ValueKind::is_a : ValueKind::is_not_a;
  locals().refine(slot, builder_.refine_class(kind, locals().value(slot), class_value));
}

void Lowerer::assume_when(NodeId variable, NodeId pattern) {
  if (is_constant_path(pattern)) {
    assume_class(variable, pattern, true);
  } else if (const std::uint32_t slot = local_slot(variable); slot != kNoIndex) {
    // `when 1`, `when /x/`, `when "s"`: `===` may hold for another class than the literal's.
    locals().refine(slot, kUnknownValue);
  }
}

}  // namespace analyzer::infer
