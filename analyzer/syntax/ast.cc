#include "analyzer/syntax/ast.h"

namespace analyzer::syntax {

NodeId Ast::child(NodeId id, Field field) const {
  if (id == kNone) return kNone;
  for (NodeId at = nodes_[id].first_child; at != kNone; at = nodes_[at].next) {
    if (nodes_[at].field == field) return at;
  }
  return kNone;
}

NodeId Ast::first(NodeId id) const {
  if (id == kNone) return kNone;
  return nodes_[id].first_child;
}

NodeId Ast::next(NodeId id) const { return nodes_[id].next; }

}  // namespace analyzer::syntax
