#pragma once

// Local variables of one method (or class body, or file) and what is known of each at the current point.
//
// Trust decides every choice here: whenever a variable may be changed by code that does not stand between two
// points in the text, it is unknown there. A variable that any nested block assigns is unknown everywhere,
// since the block may run at any time. A block sees as unknown what is assigned anywhere behind its start. A
// loop starts with everything that it assigns unknown, so one pass is enough and no fixed point is sought.

#include <string_view>
#include <vector>

#include "analyzer/infer/unit_builder.h"
#include "analyzer/syntax/ast.h"

namespace analyzer::infer {

/// What each local holds at one point.
struct Environment {
  std::vector<ValueId> slots;
  bool is_reachable = true;
};

class Locals {
 public:
  /// Scans `body` (kNone: nothing) for assignments. `builder` must outlive this.
  Locals(const syntax::Ast& ast, syntax::NodeId body, UnitBuilder& builder);

  /// The slot of a variable that is in scope, or kNoIndex.
  [[nodiscard]] std::uint32_t find(std::string_view name) const;
  [[nodiscard]] ValueId value(std::uint32_t slot) const {
    return slot < environment_.slots.size() ? environment_.slots[slot] : kUnknownValue;
  }
  /// Declares the variable if it is new and sets it, unless it can change behind our back.
  void assign(std::string_view name, ValueId value);
  /// Declares a parameter of a method or block: it hides an outer variable of that name.
  void declare(std::string_view name, ValueId value);
  /// Replaces what is known of a slot, unless it can change behind our back.
  void refine(std::uint32_t slot, ValueId value);
  /// Makes unknown whatever [begin, end) of the text assigns, declaring it if it is new.
  void forget_assigned(std::uint32_t begin, std::uint32_t end);

  [[nodiscard]] const Environment& environment() const { return environment_; }
  void set_environment(Environment environment) { environment_ = std::move(environment); }
  [[nodiscard]] bool is_reachable() const { return environment_.is_reachable; }
  void leave() { environment_.is_reachable = false; }
  /// What holds where two paths meet; an unreachable one adds nothing.
  [[nodiscard]] Environment join(const Environment& a, const Environment& b);

  /// State to come back to when a block ends.
  struct BlockMark {
    std::size_t names = 0;
    Environment environment;
    std::uint32_t outer_begin = 0;
    std::uint32_t outer_end = 0;
    std::uint32_t outer_depth = 0;
  };
  [[nodiscard]] BlockMark enter_block(syntax::NodeId block);
  void leave_block(BlockMark mark);

 private:
  struct Assignment {
    std::string_view name;
    std::uint32_t position;
    std::uint32_t depth;  ///< number of blocks around it
  };
  struct Local {
    std::string_view name;
    std::uint32_t slot;
  };
  void scan(syntax::NodeId body);
  void scan_node(syntax::NodeId id, std::uint32_t depth);
  [[nodiscard]] bool is_assigned_in_nested_block(std::string_view name) const;

  const syntax::Ast& ast_;
  UnitBuilder& builder_;
  std::vector<Assignment> assignments_;  // in the order of the text
  std::vector<Local> locals_;            // in scope, innermost last
  std::vector<bool> volatile_slots_;
  Environment environment_;
  bool has_eval_ = false;
  std::uint32_t block_begin_ = 0;  // of the innermost block, or of the whole body
  std::uint32_t block_end_ = 0xffffffff;
  std::uint32_t block_depth_ = 0;
};

}  // namespace analyzer::infer
