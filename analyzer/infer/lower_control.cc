#include <utility>

#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

namespace {

/// Joins the values of the paths that reach the end; a path that left adds nothing.
class PathValues {
 public:
  PathValues(UnitBuilder& builder, Locals& locals) : builder_(builder), locals_(locals) {}

  void end_path(ValueId value) {
    if (locals_.is_reachable()) {
      value_ = has_value_ ? builder_.join(value_, value) : value;
      has_value_ = true;
    }
    after_ = has_path_ ? locals_.join(after_, locals_.environment()) : locals_.environment();
    has_path_ = true;
  }
  /// Goes on from where the paths meet.
  ValueId meet() && {
    locals_.set_environment(std::move(after_));
    return has_value_ ? value_ : kUnknownValue;
  }

 private:
  UnitBuilder& builder_;
  Locals& locals_;
  Environment after_;
  ValueId value_ = kUnknownValue;
  bool has_value_ = false;
  bool has_path_ = false;
};

}  // namespace

ValueId Lowerer::alternative(NodeId id) {
  return id == kNone ? builder_.simple(ValueKind::nil) : expression(id);
}

ValueId Lowerer::if_else(NodeId id, bool negated) {
  const NodeId condition = ast_.child(id, Field::condition);
  expression(condition);
  const Environment before = locals().environment();
  PathValues paths(builder_, locals());
  assume(condition, !negated);
  paths.end_path(alternative(ast_.child(id, Field::consequence)));
  locals().set_environment(before);
  assume(condition, negated);
  paths.end_path(alternative(ast_.child(id, Field::alternative)));
  return std::move(paths).meet();
}

ValueId Lowerer::modifier(NodeId id, bool negated) {
  const NodeId condition = ast_.child(id, Field::condition);
  expression(condition);
  const Environment before = locals().environment();
  PathValues paths(builder_, locals());
  assume(condition, !negated);
  paths.end_path(expression(ast_.child(id, Field::body)));
  locals().set_environment(before);
  assume(condition, negated);
  paths.end_path(builder_.simple(ValueKind::nil));
  return std::move(paths).meet();
}

ValueId Lowerer::loop(NodeId id, bool until) {
  const NodeId condition = ast_.child(id, Field::condition);
  locals().forget_assigned(ast_.node(id).begin, ast_.node(id).end);
  expression(condition);
  const Environment before = locals().environment();
  assume(condition, !until);
  expression(ast_.child(id, Field::body));
  locals().set_environment(before);
  locals().forget_assigned(ast_.node(id).begin, ast_.node(id).end);
  return kUnknownValue;
}

ValueId Lowerer::for_loop(NodeId id) {
  expression(ast_.child(id, Field::value));
  locals().forget_assigned(ast_.node(id).begin, ast_.node(id).end);
  const Environment before = locals().environment();
  expression(ast_.child(id, Field::body));
  locals().set_environment(before);
  return kUnknownValue;
}

ValueId Lowerer::case_when(NodeId id) {
  const NodeId subject = ast_.child(id, Field::value);
  expression(subject);
  PathValues paths(builder_, locals());
  bool has_else = false;
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) == NodeKind::when) {
      Environment unmatched = locals().environment();
      when_clause(at, subject);
      paths.end_path(alternative(ast_.child(at, Field::body)));
      locals().set_environment(std::move(unmatched));
    } else if (ast_.kind(at) == NodeKind::else_) {
      has_else = true;
      paths.end_path(expression(at));
    }
  }
  if (!has_else) paths.end_path(builder_.simple(ValueKind::nil));
  return std::move(paths).meet();
}

void Lowerer::when_clause(NodeId id, NodeId subject) {
  NodeId only = kNone;
  std::size_t patterns = 0;
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) != NodeKind::pattern) continue;
    only = ast_.first(at);
    ++patterns;
    visit_children(at);
  }
  if (subject == kNone) {
    if (patterns == 1) assume(only, true);
  } else if (patterns == 1) {
    assume_when(subject, only);
  } else if (const std::uint32_t slot = local_slot(subject); slot != kNoIndex) {
    locals().refine(slot, kUnknownValue);
  }
}

ValueId Lowerer::case_match(NodeId id) {
  // Patterns bind and test at once; what they bind is unknown, and so is everything that any branch assigns.
  const NodeId value = ast_.child(id, Field::value);
  expression(value);
  if (const std::uint32_t slot = local_slot(value); slot != kNoIndex) locals().refine(slot, kUnknownValue);
  locals().forget_assigned(ast_.node(id).begin, ast_.node(id).end);
  const Environment before = locals().environment();
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) == NodeKind::in_clause) expression(ast_.child(at, Field::body));
    if (ast_.kind(at) == NodeKind::else_) expression(at);
    locals().set_environment(before);
  }
  return kUnknownValue;
}

/// A body with rescue, else and ensure clauses; without any it is a list of statements.
ValueId Lowerer::rescue_body(NodeId id) {
  bool has_clause = false;
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    const NodeKind kind = ast_.kind(at);
    has_clause =
        has_clause || kind == NodeKind::rescue || kind == NodeKind::ensure || kind == NodeKind::else_;
  }
  if (!has_clause) return statements(id);
  const std::uint32_t begin = ast_.node(id).begin;
  const std::uint32_t end = ast_.node(id).end;
  if (contains(id, NodeKind::retry)) locals().forget_assigned(begin, end);
  const Environment before = locals().environment();
  PathValues paths(builder_, locals());
  ValueId last = builder_.simple(ValueKind::nil);
  bool in_body = true;
  NodeId ensure = kNone;
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    const NodeKind kind = ast_.kind(at);
    if (kind == NodeKind::ensure) {
      ensure = at;
    } else if (kind == NodeKind::rescue) {
      if (in_body) paths.end_path(last);
      in_body = false;
      // The body may have stopped anywhere.
      locals().set_environment(before);
      locals().forget_assigned(begin, ast_.node(at).begin);
      paths.end_path(rescue_clause(at));
    } else if (kind == NodeKind::else_) {
      in_body = false;
      locals().set_environment(before);
      locals().forget_assigned(begin, ast_.node(at).begin);
      paths.end_path(expression(at));
    } else {
      last = expression(at);
    }
  }
  if (in_body) paths.end_path(last);
  const ValueId value = std::move(paths).meet();
  if (ensure == kNone) return value;
  const bool was_reachable = locals().is_reachable();
  Environment any = before;
  any.slots = locals().environment().slots;
  locals().set_environment(std::move(any));
  locals().forget_assigned(begin, end);
  statements(ensure);
  if (!was_reachable) locals().leave();
  return value;
}

ValueId Lowerer::rescue_clause(NodeId id) {
  visit_children(ast_.child(id, Field::exceptions));
  const NodeId variable = ast_.child(id, Field::variable);
  if (variable != kNone) assign_unknown(variable);
  return alternative(ast_.child(id, Field::body));
}

ValueId Lowerer::rescue_modifier(NodeId id) {
  const NodeId body_id = ast_.child(id, Field::body);
  const Environment before = locals().environment();
  PathValues paths(builder_, locals());
  paths.end_path(expression(body_id));
  locals().set_environment(before);
  locals().forget_assigned(ast_.node(body_id).begin, ast_.node(body_id).end);
  paths.end_path(expression(ast_.child(id, Field::handler)));
  return std::move(paths).meet();
}

/// return, break, next, redo and retry.
void Lowerer::leave(NodeId id, bool returns) {
  ValueId value = builder_.simple(ValueKind::nil);
  const NodeId list = ast_.first(id);
  if (list != kNone) {
    const Arguments given = arguments(list);
    const bool is_single = given.positional.size() == 1 && given.flags == 0 && given.keywords.empty();
    value = is_single ? given.positional.front() : kUnknownValue;
  }
  if (returns && locals().is_reachable()) {
    frame_->returned = frame_->returned ? builder_.join(*frame_->returned, value) : value;
  }
  locals().leave();
}

/// Declares the names of a destructuring parameter.
void Lowerer::bind_pattern(NodeId id) {
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) == NodeKind::identifier) {
      locals().declare(ast_.text(at), kUnknownValue);
    } else {
      bind_pattern(at);
    }
  }
}

}  // namespace analyzer::infer
