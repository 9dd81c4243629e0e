#include "analyzer/infer/locals.h"

#include <algorithm>

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::Node;
using syntax::NodeId;
using syntax::NodeKind;

namespace {

bool is_own_scope(NodeKind kind) {
  return kind == NodeKind::method || kind == NodeKind::singleton_method || kind == NodeKind::class_ ||
         kind == NodeKind::module || kind == NodeKind::singleton_class;
}

bool is_block(NodeKind kind) {
  return kind == NodeKind::block || kind == NodeKind::do_block || kind == NodeKind::lambda;
}

}  // namespace

Locals::Locals(const syntax::Ast& ast, NodeId body, UnitBuilder& builder) : ast_(ast), builder_(builder) {
  if (body != kNone) scan(body);
}

// Nodes are stored in preorder, so the body is one run of the array; only the ends of enclosing blocks and of
// nested definitions have to be remembered.
void Locals::scan(NodeId body) {
  const std::uint32_t end = ast_.node(body).end;
  std::vector<std::uint32_t> block_ends;
  for (NodeId id = body + (is_own_scope(ast_.kind(body)) ? 1 : 0); id < ast_.size(); ++id) {
    const Node& node = ast_.node(id);
    if (node.begin >= end) break;
    while (!block_ends.empty() && node.begin >= block_ends.back()) block_ends.pop_back();
    if (is_own_scope(node.kind)) {
      while (id + 1 < ast_.size() && ast_.node(id + 1).begin < node.end) ++id;
      continue;
    }
    if (is_block(node.kind)) block_ends.push_back(node.end);
    scan_node(id, static_cast<std::uint32_t>(block_ends.size()));
  }
}

void Locals::scan_node(NodeId id, std::uint32_t depth) {
  const Node& node = ast_.node(id);
  if (node.kind == NodeKind::identifier) {
    const std::string_view name = ast_.text(id);
    if (name == "binding" || name == "eval" || name == "instance_eval") has_eval_ = true;
    if (node.field == Field::left || node.field == Field::pattern || node.field == Field::name) {
      assignments_.push_back({name, node.begin, depth});
    }
    return;
  }
  const bool is_list = node.kind == NodeKind::left_assignment_list ||
                       node.kind == NodeKind::rest_assignment ||
                       node.kind == NodeKind::destructured_left_assignment ||
                       node.kind == NodeKind::exception_variable || node.kind == NodeKind::array_pattern ||
                       node.kind == NodeKind::in_clause || node.kind == NodeKind::find_pattern ||
                       node.kind == NodeKind::splat_parameter || node.kind == NodeKind::hash_splat_parameter;
  if (is_list) {
    for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) {
      if (ast_.kind(at) == NodeKind::identifier && ast_.node(at).field == Field::none) {
        assignments_.push_back({ast_.text(at), ast_.node(at).begin, depth});
      }
    }
  }
  if (node.kind == NodeKind::keyword_pattern) {  // `in {name:}` binds name
    const NodeId key = ast_.child(id, Field::key);
    assignments_.push_back({ast_.text(key), node.begin, depth});
  }
}

std::uint32_t Locals::find(std::string_view name) const {
  for (std::size_t i = locals_.size(); i > 0; --i) {
    if (locals_[i - 1].name == name) return locals_[i - 1].slot;
  }
  return kNoIndex;
}

bool Locals::is_assigned_in_nested_block(std::string_view name) const {
  return std::any_of(assignments_.begin(), assignments_.end(), [&](const Assignment& at) {
    return at.depth > block_depth_ && at.position >= block_begin_ && at.position < block_end_ &&
           at.name == name;
  });
}

void Locals::declare(std::string_view name, ValueId value) {
  const auto slot = static_cast<std::uint32_t>(volatile_slots_.size());
  const bool can_change = has_eval_ || is_assigned_in_nested_block(name);
  locals_.push_back({name, slot});
  volatile_slots_.push_back(can_change);
  // Slots of a block or branch that has ended are not in this environment any more.
  environment_.slots.resize(slot, kUnknownValue);
  environment_.slots.push_back(can_change ? kUnknownValue : value);
}

void Locals::assign(std::string_view name, ValueId value) {
  const std::uint32_t slot = find(name);
  if (slot == kNoIndex) {
    declare(name, value);
  } else {
    refine(slot, value);
  }
}

void Locals::refine(std::uint32_t slot, ValueId value) {
  if (environment_.slots.size() <= slot) environment_.slots.resize(slot + 1, kUnknownValue);
  environment_.slots[slot] = volatile_slots_[slot] ? kUnknownValue : value;
}

void Locals::forget_assigned(std::uint32_t begin, std::uint32_t end) {
  for (const Assignment& at : assignments_) {
    if (at.position < begin || at.position >= end || at.depth > block_depth_) continue;
    assign(at.name, kUnknownValue);
  }
}

Environment Locals::join(const Environment& a, const Environment& b) {
  if (!a.is_reachable) return b;
  if (!b.is_reachable) return a;
  Environment both;
  both.slots.resize(std::max(a.slots.size(), b.slots.size()), kUnknownValue);
  for (std::size_t slot = 0; slot < both.slots.size(); ++slot) {
    // Not declared on one of the paths: nil there in Ruby, but unknown here, because "assigned in one branch"
    // is how much Ruby code says "assigned when it matters".
    if (slot >= a.slots.size() || slot >= b.slots.size()) continue;
    both.slots[slot] = builder_.join(a.slots[slot], b.slots[slot]);
  }
  return both;
}

Locals::BlockMark Locals::enter_block(NodeId block) {
  BlockMark mark{locals_.size(), environment_, block_begin_, block_end_, block_depth_};
  block_begin_ = ast_.node(block).begin;
  block_end_ = ast_.node(block).end;
  ++block_depth_;
  for (const Assignment& at : assignments_) {
    if (at.position < block_begin_) continue;
    const std::uint32_t slot = find(at.name);
    if (slot != kNoIndex) refine(slot, kUnknownValue);
  }
  return mark;
}

void Locals::leave_block(BlockMark mark) {
  locals_.resize(mark.names);
  environment_ = std::move(mark.environment);
  block_begin_ = mark.outer_begin;
  block_end_ = mark.outer_end;
  block_depth_ = mark.outer_depth;
}

}  // namespace analyzer::infer
