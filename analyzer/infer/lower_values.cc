#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

ValueId Lowerer::identifier(NodeId id) {
  const std::string_view name = ast_.text(id);
  const std::uint32_t slot = locals().find(name);
  if (slot != kNoIndex) return locals().value(slot);
  Arguments given;
  given.flags = kCallIsImplicit | kCallIsVariable;
  if (frame_->target.is_class_body) {
    class_level_call(name, kNone);
  } else {
    mutate(name, kNone, kNone);
  }
  const ValueId result = send(frame_->self, name, given, id);
  if (name == "raise" || name == "fail" || name == "exit" || name == "abort") locals().leave();
  return result;
}

bool Lowerer::is_constant_path(NodeId id) const {
  for (;;) {
    if (ast_.kind(id) == NodeKind::constant) return true;
    if (ast_.kind(id) != NodeKind::scope_resolution) return false;
    const NodeId scope = ast_.child(id, Field::scope);
    if (scope == kNone) return true;  // ::Name
    id = scope;
  }
}

ValueId Lowerer::constant(NodeId id) {
  if (is_constant_path(id)) return builder_.constant(ast_.text(id), frame_->scope);
  expression(ast_.child(id, Field::scope));
  return kUnknownValue;
}

ValueId Lowerer::integer(NodeId id, bool is_negative) {
  std::string digits;
  for (const char c : ast_.text(id)) {
    if (c != '_') digits += c;
  }
  std::string_view text = digits;
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'd' ? 10 : 8;
    const bool has_mark = mark == 'x' || mark == 'b' || mark == 'd' || mark == 'o';
    text.remove_prefix(has_mark ? 2 : 1);
  }
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  const bool is_known = error == std::errc() && end == text.data() + text.size();
  return builder_.integer(is_known, is_negative ? -number : number);
}

ValueId Lowerer::hash_or_array(NodeId id, std::string_view class_name) {
  Arguments elements;
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) argument(at, elements);
  return builder_.literal(class_name);
}

ValueId Lowerer::interpolated(NodeId id, std::string_view class_name) {
  visit_children(id);
  return builder_.literal(class_name);
}

ValueId Lowerer::range(NodeId id) {
  visit_children(id);
  return builder_.literal("Range");
}

ValueId Lowerer::assignment(NodeId id) {
  const NodeId left = ast_.child(id, Field::left);
  const NodeId right = ast_.child(id, Field::right);
  if (ast_.kind(left) == NodeKind::left_assignment_list) {
    multiple_assignment(left, right);
    return kUnknownValue;
  }
  // The name is in scope on its own right-hand side, where it is nil: `x = x`.
  if (ast_.kind(left) == NodeKind::identifier && locals().find(ast_.text(left)) == kNoIndex) {
    locals().declare(ast_.text(left), kUnknownValue);
  }
  ValueId value = kUnknownValue;
  const NodeKind kind = ast_.kind(right);
  if (kind == NodeKind::right_assignment_list || kind == NodeKind::splat_argument) {
    value = hash_or_array(right, "Array");
  } else {
    value = expression(right);
  }
  assign_to(left, value);
  return value;
}

/// Stores into anything that may stand left of `=`. An attribute or element is a call of its own.
void Lowerer::assign_to(NodeId left, ValueId value) {
  switch (ast_.kind(left)) {
    case NodeKind::identifier:
      locals().assign(ast_.text(left), value);
      return;
    case NodeKind::constant:
    case NodeKind::scope_resolution:
      if (is_constant_path(left)) {
        unit().constants.push_back({frame_->scope, builder_.intern(ast_.text(left)), value});
      }
      return;
    case NodeKind::element_reference: {
      const NodeId object = ast_.child(left, Field::object);
      const ValueId receiver = expression(object);
      Arguments given;
      for (NodeId at = ast_.next(object); at != kNone; at = ast_.next(at)) argument(at, given);
      given.positional.push_back(value);
      send(receiver, "[]=", given, left);
      return;
    }
    case NodeKind::call: {
      const NodeId receiver_id = ast_.child(left, Field::receiver);
      ValueId receiver = expression(receiver_id);
      if (ast_.text(ast_.child(left, Field::operator_)) == "&.")
        receiver = builder_.refine(ValueKind::not_nil, receiver);
      made_names_.emplace_back(std::string(ast_.text(ast_.child(left, Field::method))) + "=");
      Arguments given;
      given.positional.push_back(value);
      send(receiver, made_names_.back(), given, left);
      return;
    }
    default:
      assign_unknown(left);
  }
}

void Lowerer::assign_unknown(NodeId left) {
  for (NodeId at = ast_.first(left); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) == NodeKind::identifier) {
      locals().assign(ast_.text(at), kUnknownValue);
    } else {
      assign_to(at, kUnknownValue);
    }
  }
}

void Lowerer::multiple_assignment(NodeId left, NodeId right) {
  std::vector<ValueId> values;
  bool is_simple = ast_.kind(right) == NodeKind::right_assignment_list;
  if (is_simple) {
    for (NodeId at = ast_.first(right); at != kNone; at = ast_.next(at)) {
      is_simple = is_simple && ast_.kind(at) != NodeKind::splat_argument;
      values.push_back(expression(at));
    }
  } else {
    expression(right);
  }
  std::size_t index = 0;
  for (NodeId at = ast_.first(left); at != kNone; at = ast_.next(at), ++index) {
    const NodeKind kind = ast_.kind(at);
    is_simple =
        is_simple && kind != NodeKind::rest_assignment && kind != NodeKind::destructured_left_assignment;
    assign_to(at, is_simple && index < values.size() ? values[index] : kUnknownValue);
  }
}

ValueId Lowerer::operator_assignment(NodeId id) {
  const NodeId left = ast_.child(id, Field::left);
  const NodeId right = ast_.child(id, Field::right);
  const std::string_view op = ast_.text(ast_.child(id, Field::operator_));
  const bool is_local = ast_.kind(left) == NodeKind::identifier;
  if (is_local && locals().find(ast_.text(left)) == kNoIndex)
    locals().declare(ast_.text(left), kUnknownValue);
  // `A ||= 1` reads a constant only to see whether it is there.
  const ValueId old = is_constant_path(left) ? kUnknownValue : expression(left);
  const Environment before = locals().environment();
  ValueId value = expression(right);
  if (op == "||=" || op == "&&=") {
    locals().set_environment(locals().join(locals().environment(), before));
    value = builder_.join(builder_.refine(op == "||=" ? ValueKind::truthy : ValueKind::falsy, old), value);
  } else {
    Arguments given;
    given.positional.push_back(value);
    value = send(old, op.substr(0, op.size() - 1), given, ast_.child(id, Field::operator_));
  }
  if (is_local) {
    locals().assign(ast_.text(left), value);
  } else if (is_constant_path(left)) {
    unit().constants.push_back({frame_->scope, builder_.intern(ast_.text(left)), kUnknownValue});
  }
  return value;
}

}  // namespace analyzer::infer
