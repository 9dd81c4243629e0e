#include <utility>

#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

ScopeId Lowerer::add_scope(ScopeKind kind, std::string_view path, NodeId at) {
  unit().scopes.push_back(
      {static_cast<std::uint32_t>(kind), frame_->scope, builder_.intern(path), place(at)});
  return static_cast<ScopeId>(unit().scopes.size() - 1);
}

void Lowerer::open_scope(ScopeId scope, std::uint32_t flags) {
  unit().classes.push_back({scope, static_cast<std::uint32_t>(SuperclassKind::none), 0, flags});
}

void Lowerer::loose(std::string_view name) {
  if (!name.empty()) unit().loose_names.push_back(builder_.intern(name));
}

void Lowerer::class_or_module(NodeId id, ScopeKind kind) {
  const NodeId name = ast_.child(id, Field::name);
  const NodeId super = ast_.child(id, Field::superclass);
  ClassDecl decl;
  if (super != kNone) superclass(super, decl);
  // Inside a method or a block the nesting is not what the text shows: `Class.new do class X` and the like.
  const bool is_known = is_constant_path(name) && !frame_->target.is_opaque;
  decl.scope = add_scope(is_known ? kind : ScopeKind::opaque, is_known ? ast_.text(name) : "", name);
  unit().classes.push_back(decl);
  DefinitionTarget target;
  target.scope = decl.scope;
  target.is_opaque = !is_known;
  target.is_class_body = true;
  const ValueId self = is_known ? builder_.self(ValueKind::self_singleton, decl.scope) : kUnknownValue;
  body(ast_.child(id, Field::body), decl.scope, target, self);
}

void Lowerer::superclass(NodeId id, ClassDecl& decl) {
  const NodeId named = ast_.first(id);
  if (is_constant_path(named)) {
    decl.superclass_kind = static_cast<std::uint32_t>(SuperclassKind::path);
    decl.superclass = builder_.intern(ast_.text(named));
  } else {
    decl.superclass_kind = static_cast<std::uint32_t>(SuperclassKind::unknown);
    expression(named);
  }
}

void Lowerer::singleton_class(NodeId id) {
  const NodeId of = ast_.child(id, Field::value);
  DefinitionTarget target;
  target.is_class_body = true;
  target.is_singleton = true;
  const bool is_own = ast_.kind(of) == NodeKind::self && frame_->target.is_class_body &&
                      !frame_->target.is_opaque && !frame_->target.is_singleton;
  if (is_own) {
    target.scope = frame_->target.scope;
    const ScopeId scope = add_scope(ScopeKind::singleton_class, "", of);
    body(ast_.child(id, Field::body), scope, target, kUnknownValue);
    return;
  }
  const NodeId body_id = ast_.child(id, Field::body);
  const bool is_constant = is_constant_path(of);
  // `class << self; self; end` is how a method asks for the singleton class, and `class << A` is A's body
  // again.
  const NodeId only = ast_.first(body_id);
  const bool is_question = ast_.kind(only) == NodeKind::self && ast_.next(only) == kNone;
  if (!is_constant && !is_question) mutate("extend", of, kNone);
  expression(of);
  // `class << (x = y)`: the object gets methods that its class does not have.
  if (const std::uint32_t slot = local_slot(of); slot != kNoIndex) locals().refine(slot, kUnknownValue);
  target.is_opaque = !is_constant;
  target.scope =
      add_scope(is_constant ? ScopeKind::reopened : ScopeKind::opaque, is_constant ? ast_.text(of) : "", of);
  body(body_id, target.scope, target, kUnknownValue);
}

void Lowerer::body(NodeId body_id, ScopeId scope, DefinitionTarget target, ValueId self) {
  if (body_id == kNone) return;
  auto inner = std::make_unique<Frame>(ast_, body_id, builder_);
  inner->scope = scope;
  inner->target = target;
  inner->self = self;
  inner->statement_depth = frame_->statement_depth == 0 ? 0 : depth_ + 2;  // the body, then the statement
  std::swap(frame_, inner);
  expression(body_id);
  std::swap(frame_, inner);
}

ValueId Lowerer::method(NodeId id) {
  const DefinitionTarget& target = frame_->target;
  MethodDecl decl;
  decl.scope = target.scope;
  if (target.is_singleton) decl.flags |= kMethodSingleton;
  if (target.is_private || (target.scope == 0 && !target.is_class_body)) decl.flags |= kMethodPrivate;
  ValueId self = kUnknownValue;
  if (!target.is_opaque && target.is_class_body) {
    self = builder_.self(target.is_singleton ? ValueKind::self_singleton : ValueKind::self_instance,
                         target.scope);
  }
  add_method(id, decl);
  const std::size_t added = unit().methods.size() - 1;
  const bool is_kept = !target.is_opaque;
  const bool also_singleton = is_kept && target.is_module_function;
  DefinitionTarget inner;
  inner.scope = target.scope;
  inner.is_opaque = true;
  MethodDecl read = is_kept ? unit().methods[added] : MethodDecl{};
  read.result = method_body(id, read, self, inner);
  if (is_kept) {
    unit().methods[added] = read;
    if (also_singleton) {
      read.flags = (read.flags | kMethodSingleton) & ~std::uint32_t{kMethodPrivate};
      unit().methods.push_back(read);
    }
  }
  return builder_.literal("Symbol");
}

ValueId Lowerer::singleton_method(NodeId id) {
  const NodeId object = ast_.child(id, Field::object);
  const DefinitionTarget& target = frame_->target;
  const ScopeId scope = target.scope;
  const std::string_view own_name = unit().names[unit().scopes[scope].path];
  const bool is_own = target.is_class_body && !target.is_opaque && !target.is_singleton &&
                      (ast_.kind(object) == NodeKind::self ||
                       (ast_.kind(object) == NodeKind::constant && ast_.text(object) == own_name));
  DefinitionTarget inner;
  inner.scope = scope;
  inner.is_opaque = true;
  MethodDecl decl;
  decl.scope = scope;
  decl.flags = kMethodSingleton;
  if (!is_own) {
    loose(ast_.text(ast_.child(id, Field::name)));
    // What one object can do besides its class is not followed; a constant's object is its class anyway.
    if (!is_constant_path(object)) mutate("extend", object, kNone);
    method_body(id, decl, kUnknownValue, inner);
    return builder_.literal("Symbol");
  }
  decl.name = builder_.intern(ast_.text(ast_.child(id, Field::name)));
  decl.place = place(ast_.child(id, Field::name));
  const std::size_t added = unit().methods.size();
  unit().methods.push_back(decl);
  decl.result = method_body(id, decl, builder_.self(ValueKind::self_singleton, scope), inner);
  unit().methods[added] = decl;
  return builder_.literal("Symbol");
}

void Lowerer::add_method(NodeId id, MethodDecl decl) {
  const NodeId name = ast_.child(id, Field::name);
  decl.name = builder_.intern(ast_.text(name));
  decl.place = place(name);
  if (frame_->target.is_opaque) {
    loose(ast_.text(name));
    return;
  }
  unit().methods.push_back(decl);
}

void Lowerer::add_opaque_method(std::string_view name, bool is_singleton, NodeId at) {
  if (frame_->target.is_opaque || !frame_->target.is_class_body) {
    loose(name);
    return;
  }
  MethodDecl decl;
  decl.scope = frame_->target.scope;
  decl.name = builder_.intern(name);
  decl.flags = kMethodOpaque;
  if (is_singleton || frame_->target.is_singleton) decl.flags |= kMethodSingleton;
  decl.place = place(at);
  unit().methods.push_back(decl);
}

ValueId Lowerer::method_body(NodeId id, MethodDecl& decl, ValueId self, DefinitionTarget inner_target) {
  auto inner = std::make_unique<Frame>(ast_, id, builder_);
  inner->scope = frame_->scope;
  inner->self = self;
  inner->target = inner_target;
  std::swap(frame_, inner);
  parameters(ast_.child(id, Field::parameters), decl);
  const NodeId body_id = ast_.child(id, Field::body);
  const ValueId last = body_id == kNone ? builder_.simple(ValueKind::nil) : expression(body_id);
  std::optional<ValueId> result = frame_->returned;
  if (locals().is_reachable()) result = result ? builder_.join(*result, last) : last;
  std::swap(frame_, inner);
  return result.value_or(kUnknownValue);
}

void Lowerer::parameters(NodeId id, MethodDecl& decl) {
  if (id == kNone) return;
  decl.keywords_begin = static_cast<std::uint32_t>(unit().parameter_keywords.size());
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) parameter(at, decl);
  decl.keywords_count = static_cast<std::uint32_t>(unit().parameter_keywords.size()) - decl.keywords_begin;
}

void Lowerer::parameter(NodeId id, MethodDecl& decl) {
  const NodeId name = ast_.child(id, Field::name);
  const std::string_view text = ast_.text(name);
  switch (ast_.kind(id)) {
    case NodeKind::identifier:
      ++decl.required;
      locals().declare(ast_.text(id), kUnknownValue);
      break;
    case NodeKind::destructured_parameter:
      ++decl.required;
      bind_pattern(id);
      break;
    case NodeKind::optional_parameter:
      ++decl.optional;
      expression(ast_.child(id, Field::value));
      locals().declare(text, kUnknownValue);
      break;
    case NodeKind::splat_parameter:
      decl.flags |= kMethodRest;
      locals().declare(text, builder_.literal("Array"));
      break;
    case NodeKind::hash_splat_parameter:
      decl.flags |= kMethodKeywordRest;
      locals().declare(text, builder_.literal("Hash"));
      break;
    case NodeKind::hash_splat_nil:
      decl.flags |= kMethodNoKeywords;
      break;
    case NodeKind::keyword_parameter: {
      const NodeId value = ast_.child(id, Field::value);
      unit().parameter_keywords.push_back({builder_.intern(text), value == kNone ? 1U : 0U});
      expression(value);
      locals().declare(text, kUnknownValue);
      break;
    }
    case NodeKind::forward_parameter:
      decl.flags |= kMethodAnyArguments;
      break;
    case NodeKind::block_parameter:
      locals().declare(text, kUnknownValue);
      break;
    default:
      decl.flags |= kMethodAnyArguments;
      break;
  }
}

void Lowerer::alias(NodeId id) {
  const NodeId name = ast_.child(id, Field::name);
  if (ast_.kind(name) == NodeKind::global_variable) return;
  add_opaque_method(literal_name(name), false, name);
  // An alias keeps the old method under a new name so that the old one can be replaced.
  add_opaque_method(literal_name(ast_.child(id, Field::alias)), false, name);
}

}  // namespace analyzer::infer
