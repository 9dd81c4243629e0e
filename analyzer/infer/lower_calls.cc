#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

namespace {

constexpr std::array<std::string_view, 6> kNeverReturn = {"raise", "fail", "exit", "exit!", "abort", "throw"};

bool never_returns(std::string_view name) {
  return std::find(kNeverReturn.begin(), kNeverReturn.end(), name) != kNeverReturn.end();
}

/// These give back their receiver with methods that its class does not have.
bool changes_its_result(std::string_view name) {
  return name == "extend" || name == "instance_eval" || name == "instance_exec" || name == "tap" ||
         name == "singleton_class" || name == "dup" || name == "clone";
}

}  // namespace

bool Lowerer::contains(NodeId id, NodeKind kind) const {
  const std::uint32_t end = ast_.node(id).end;
  for (NodeId at = id; at < ast_.size() && ast_.node(at).begin < end; ++at) {
    if (ast_.kind(at) == kind) return true;
  }
  return false;
}

ValueId Lowerer::send(ValueId receiver, std::string_view name, const Arguments& arguments, NodeId at) {
  if (receiver == kUnknownValue || !locals().is_reachable()) return kUnknownValue;
  Call call;
  call.receiver = receiver;
  call.name = builder_.intern(name);
  call.flags = arguments.flags;
  call.arguments_begin = static_cast<std::uint32_t>(unit().arguments.size());
  call.arguments_count = static_cast<std::uint32_t>(arguments.positional.size());
  call.keywords_begin = static_cast<std::uint32_t>(unit().keywords.size());
  call.keywords_count = static_cast<std::uint32_t>(arguments.keywords.size());
  call.scope = frame_->scope;
  call.place = place(at);
  unit().arguments.insert(unit().arguments.end(), arguments.positional.begin(), arguments.positional.end());
  unit().keywords.insert(unit().keywords.end(), arguments.keywords.begin(), arguments.keywords.end());
  const ValueId result = builder_.call(call);
  return changes_its_result(name) ? kUnknownValue : result;
}

ValueId Lowerer::call(NodeId id) {
  const NodeId receiver_id = ast_.child(id, Field::receiver);
  const NodeId operator_id = ast_.child(id, Field::operator_);
  if (receiver_id == kNone) return implicit_call(id);
  const ValueId receiver = expression(receiver_id);
  if (ast_.text(operator_id) == "&.") return safe_call(id, receiver_id, receiver);
  const NodeId method = ast_.child(id, Field::method);
  const NodeId list = ast_.child(id, Field::arguments);
  const NodeId block_id = ast_.child(id, Field::block);
  const std::string_view name = method == kNone ? std::string_view("call") : ast_.text(method);
  Arguments given = arguments(list);
  if (block_id != kNone) given.flags |= kCallHasBlock;
  if (reopening_block(name, receiver_id, given, block_id)) return kUnknownValue;
  const bool is_self = ast_.kind(receiver_id) == NodeKind::self;
  if (is_self && frame_->target.is_class_body) class_level_call(name, list);
  mutate(name, receiver_id, list);
  ValueId result = send(receiver, name, given, method == kNone ? id : method);
  if (block_id != kNone) {
    block(block_id, name);
    if (contains(block_id, NodeKind::break_)) result = kUnknownValue;
  }
  return result;
}

/// `x&.m`: nothing happens for nil, arguments included.
ValueId Lowerer::safe_call(NodeId id, NodeId receiver_id, ValueId receiver) {
  const Environment skipped = locals().environment();
  const std::uint32_t slot = local_slot(receiver_id);
  const ValueId present = builder_.refine(ValueKind::not_nil, receiver);
  if (slot != kNoIndex) locals().refine(slot, present);
  const NodeId method = ast_.child(id, Field::method);
  const NodeId block_id = ast_.child(id, Field::block);
  Arguments given = arguments(ast_.child(id, Field::arguments));
  if (block_id != kNone) given.flags |= kCallHasBlock;
  const std::string_view name = method == kNone ? std::string_view("call") : ast_.text(method);
  ValueId result = send(present, name, given, method == kNone ? id : method);
  if (block_id != kNone) {
    block(block_id, name);
    if (contains(block_id, NodeKind::break_)) result = kUnknownValue;
  }
  locals().set_environment(locals().join(locals().environment(), skipped));
  return builder_.join(result, builder_.simple(ValueKind::nil));
}

ValueId Lowerer::implicit_call(NodeId id) {
  const NodeId method = ast_.child(id, Field::method);
  const NodeId list = ast_.child(id, Field::arguments);
  const NodeId block_id = ast_.child(id, Field::block);
  Arguments given = arguments(list);
  given.flags |= kCallIsImplicit;
  if (block_id != kNone) given.flags |= kCallHasBlock;
  const std::string_view name = ast_.text(method);
  const bool is_super = ast_.kind(method) == NodeKind::super;
  if (!is_super) {
    if (frame_->target.is_class_body) {
      class_level_call(name, list);
    } else if (name == "require" || name == "require_relative") {
      requires_library(name, list);
    } else if (name == "include" && frame_->target.scope == 0 && !frame_->target.is_opaque) {
      mixin(name, list);
    } else {
      mutate(name, kNone, list);
    }
  }
  ValueId result = is_super ? kUnknownValue : send(frame_->self, name, given, method);
  if (block_id != kNone) {
    block(block_id, name);
    result = kUnknownValue;
  }
  if (never_returns(name)) locals().leave();
  return result;
}

Lowerer::Arguments Lowerer::arguments(NodeId list) {
  Arguments given;
  if (list == kNone) return given;
  for (NodeId at = ast_.first(list); at != kNone; at = ast_.next(at)) argument(at, given);
  return given;
}

void Lowerer::argument(NodeId id, Arguments& into) {
  switch (ast_.kind(id)) {
    case NodeKind::heredoc_body:
      visit_children(id);
      return;
    case NodeKind::splat_argument:
    case NodeKind::forward_argument:
      into.flags |= kCallHasSplat;
      visit_children(id);
      return;
    case NodeKind::hash_splat_argument:
      into.flags |= kCallHasKeywordSplat;
      visit_children(id);
      return;
    case NodeKind::block_argument:
      into.flags |= kCallHasBlock;
      visit_children(id);
      return;
    case NodeKind::pair:
      keyword(id, into);
      return;
    default:
      into.positional.push_back(expression(id));
  }
}

void Lowerer::keyword(NodeId pair, Arguments& into) {
  const NodeId key = ast_.child(pair, Field::key);
  const NodeId value = ast_.child(pair, Field::value);
  const NodeKind kind = ast_.kind(key);
  const std::string_view name = literal_name(key);
  if ((kind == NodeKind::hash_key_symbol || kind == NodeKind::simple_symbol) && !name.empty()) {
    into.keywords.push_back(builder_.intern(name));
  } else {
    into.flags |= kCallHasStringKeys;
    expression(key);
  }
  if (value == kNone && kind == NodeKind::hash_key_symbol && locals().find(name) == kNoIndex) return;
  expression(value);
}

/// A block given to one of these runs later and is no part of the class body that it stands in.
bool Lowerer::is_deferred(std::string_view name) {
  return name == "define_method" || name == "define_singleton_method" || name == "lambda" || name == "proc";
}

void Lowerer::block(NodeId id, std::string_view given_to) {
  const bool keeps_self = is_iteration(given_to);
  Locals::BlockMark mark = locals().enter_block(id);
  const DefinitionTarget outer_target = frame_->target;
  const ValueId outer_self = frame_->self;
  frame_->target.is_opaque = true;
  if (is_deferred(given_to)) frame_->target.is_class_body = false;
  if (!keeps_self) frame_->self = kUnknownValue;
  block_parameters(ast_.child(id, Field::parameters));
  expression(ast_.child(id, Field::body));
  frame_->self = outer_self;
  frame_->target = outer_target;
  locals().leave_block(std::move(mark));
}

/// `A.class_eval do` is A's body again, except that constants are looked up where it stands.
bool Lowerer::reopening_block(std::string_view name, NodeId receiver, const Arguments& given,
                              NodeId block_id) {
  const bool is_instance_eval = name == "instance_eval" || name == "instance_exec";
  const bool is_class_eval =
      name == "class_eval" || name == "module_eval" || name == "class_exec" || name == "module_exec";
  if (block_id == kNone || !given.positional.empty() || !(is_instance_eval || is_class_eval)) return false;
  if (!is_constant_path(receiver)) return false;
  Locals::BlockMark mark = locals().enter_block(block_id);
  const DefinitionTarget outer_target = frame_->target;
  const ValueId outer_self = frame_->self;
  DefinitionTarget target;
  target.scope = add_scope(ScopeKind::reopened, ast_.text(receiver), receiver);
  target.is_class_body = true;
  target.is_singleton = is_instance_eval;
  frame_->target = target;
  frame_->self = builder_.self(ValueKind::self_singleton, target.scope);
  block_parameters(ast_.child(block_id, Field::parameters));
  expression(ast_.child(block_id, Field::body));
  frame_->self = outer_self;
  frame_->target = outer_target;
  locals().leave_block(std::move(mark));
  return true;
}

void Lowerer::block_parameters(NodeId id) {
  if (id == kNone) return;
  // Numbered and keyword parameters of a block have the same forms as those of a method; only the arity
  // differs, and nothing checks the arity of blocks.
  MethodDecl ignored;
  const std::size_t keywords = unit().parameter_keywords.size();
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    if (ast_.node(at).field == Field::locals) {
      locals().declare(ast_.text(at), kUnknownValue);
    } else {
      parameter(at, ignored);
    }
  }
  unit().parameter_keywords.resize(keywords);
}

ValueId Lowerer::lambda(NodeId id) {
  const NodeId body_id = ast_.child(id, Field::body);
  Locals::BlockMark mark = locals().enter_block(id);
  const DefinitionTarget outer_target = frame_->target;
  frame_->target.is_opaque = true;
  frame_->target.is_class_body = false;
  block_parameters(ast_.child(id, Field::parameters));
  const std::optional<ValueId> outer_returned = frame_->returned;
  expression(ast_.child(body_id, Field::body));
  frame_->returned = outer_returned;  // `return` leaves the lambda, not the method
  frame_->target = outer_target;
  locals().leave_block(std::move(mark));
  return builder_.literal("Proc");
}

ValueId Lowerer::element_reference(NodeId id) {
  const NodeId object = ast_.child(id, Field::object);
  const ValueId receiver = expression(object);
  Arguments given;
  for (NodeId at = ast_.next(object); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) == NodeKind::block || ast_.kind(at) == NodeKind::do_block) {
      given.flags |= kCallHasBlock;
      block(at, "[]");
    } else {
      argument(at, given);
    }
  }
  return send(receiver, "[]", given, id);
}

ValueId Lowerer::binary(NodeId id) {
  const NodeId operator_id = ast_.child(id, Field::operator_);
  const std::string_view op = ast_.text(operator_id);
  if (op == "&&" || op == "and") return logical(id, true);
  if (op == "||" || op == "or") return logical(id, false);
  const ValueId left = expression(ast_.child(id, Field::left));
  Arguments given;
  given.positional.push_back(expression(ast_.child(id, Field::right)));
  if (op == "!=" || op == "!~") {
    return builder_.join(builder_.simple(ValueKind::true_), builder_.simple(ValueKind::false_));
  }
  return send(left, op, given, operator_id);
}

ValueId Lowerer::logical(NodeId id, bool is_and) {
  const NodeId left_id = ast_.child(id, Field::left);
  const ValueId left = expression(left_id);
  const Environment before = locals().environment();
  assume(left_id, !is_and);
  const Environment skipped = locals().environment();
  locals().set_environment(before);
  assume(left_id, is_and);
  const ValueId right = expression(ast_.child(id, Field::right));
  const bool right_ends = !locals().is_reachable();
  locals().set_environment(locals().join(locals().environment(), skipped));
  const ValueId kept = builder_.refine(is_and ? ValueKind::falsy : ValueKind::truthy, left);
  return right_ends ? kept : builder_.join(kept, right);
}

ValueId Lowerer::unary(NodeId id) {
  const NodeId operand = ast_.child(id, Field::operand);
  const std::string_view op = ast_.text(ast_.child(id, Field::operator_));
  if (op == "defined?") return kUnknownValue;  // its operand is not evaluated
  if (op == "-" && ast_.kind(operand) == NodeKind::integer) return integer(operand, true);
  const ValueId value = expression(operand);
  if (op == "!" || op == "not") {
    return builder_.join(builder_.simple(ValueKind::true_), builder_.simple(ValueKind::false_));
  }
  return send(value, op == "-" ? "-@" : op == "+" ? "+@" : op, {}, id);
}

}  // namespace analyzer::infer
