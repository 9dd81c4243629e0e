#pragma once

// The syntax tree that the passes read: tree-sitter's tree, flattened once into one array.
//
// tree-sitter answers "which child fills field F" and "what is child N" by scanning the children again, and
// every step goes through a 32-byte handle. The passes ask those questions for every node, so the tree is
// copied once, in one cursor walk, into nodes of 28 bytes linked by index. Anonymous nodes (parentheses,
// `end`, commas) are dropped unless they fill a field. Nothing outside analyzer/syntax knows tree-sitter.

#include <cstdint>
#include <string_view>
#include <vector>

#include "analyzer/syntax/node_kind.h"

namespace analyzer::syntax {

/// Index into Ast::nodes; 0 is the root, and kNone where there is no node.
using NodeId = std::uint32_t;
inline constexpr NodeId kNone = 0xffffffff;

/// Zero-based line and column (in bytes), as tree-sitter counts.
struct Position {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

struct Node {
  std::uint32_t begin = 0;  ///< first byte
  std::uint32_t end = 0;    ///< one past the last byte
  Position start;
  NodeId first_child = kNone;
  NodeId next = kNone;  ///< next sibling
  NodeKind kind = NodeKind::other;
  Field field = Field::none;
};

/// A place where the text is not Ruby; `text` views static storage or the source.
struct SyntaxError {
  Position start;
  std::string_view missing;  ///< what the parser had to invent, empty for text that it had to skip
};

/// One parsed file. Keeps a view of its source, which must outlive it. Immutable after parsing: any thread
/// may read.
class Ast {
 public:
  Ast(std::string_view source, std::vector<Node> nodes, std::vector<SyntaxError> errors)
      : source_(source), nodes_(std::move(nodes)), errors_(std::move(errors)) {}

  [[nodiscard]] const Node& node(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] NodeKind kind(NodeId id) const { return id == kNone ? NodeKind::other : nodes_[id].kind; }
  [[nodiscard]] std::string_view text(NodeId id) const {
    return id == kNone ? std::string_view()
                       : source_.substr(nodes_[id].begin, nodes_[id].end - nodes_[id].begin);
  }
  /// The child in that role, or kNone (also for kNone).
  [[nodiscard]] NodeId child(NodeId id, Field field) const;
  /// The first child without comments, or kNone.
  [[nodiscard]] NodeId first(NodeId id) const;
  /// The next sibling without comments, or kNone.
  [[nodiscard]] NodeId next(NodeId id) const;
  [[nodiscard]] std::string_view source() const { return source_; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// In the order of the text; empty for a file that parses.
  [[nodiscard]] const std::vector<SyntaxError>& errors() const { return errors_; }

 private:
  std::string_view source_;
  std::vector<Node> nodes_;
  std::vector<SyntaxError> errors_;
};

}  // namespace analyzer::syntax
