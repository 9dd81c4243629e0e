#pragma once

// The state of one reading of one file, shared by the parts that each handle one kind of node:
//   lower.cc              entry, errors, mentions
//   lower_declarations.cc classes, modules, methods, parameters
//   lower_macros.cc       calls that change a class: attr_reader, include, private, define_method, ...
//   lower_calls.cc        calls, operators, arguments, blocks
//   lower_values.cc       literals, variables, assignments
//   lower_control.cc      branches, loops, exceptions
//   lower_conditions.cc   what a condition says about the variables in it

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/infer/locals.h"
#include "analyzer/infer/unit_builder.h"
#include "analyzer/syntax/ast.h"

namespace analyzer::infer {

/// Where a `def` goes and what the class-level words do at this point.
struct DefinitionTarget {
  ScopeId scope = 0;
  bool is_singleton = false;  ///< inside `class << self`
  bool is_opaque = false;     ///< the class is not known: inside a block, inside another method
  bool is_class_body = false;
  bool is_private = false;          ///< after a bare `private`
  bool is_module_function = false;  ///< after a bare `module_function`
};

/// Everything that starts anew inside a method, a class body or the file.
struct Frame {
  Frame(const syntax::Ast& ast, syntax::NodeId body, UnitBuilder& builder) : locals(ast, body, builder) {}

  Locals locals;
  ScopeId scope = 0;
  ValueId self = kUnknownValue;
  DefinitionTarget target;
  std::uint32_t statement_depth =
      0;  ///< of what runs whenever the file does; 0 in a method, where nothing does
  std::optional<ValueId> returned;  ///< join of all `return` values so far
};

class Lowerer {
 public:
  explicit Lowerer(const syntax::Ast& ast) : ast_(ast) {}
  [[nodiscard]] FileUnit run() &&;

 private:
  using NodeId = syntax::NodeId;

  // lower.cc
  ValueId expression(NodeId id);
  ValueId dispatch(NodeId id);
  ValueId statements(NodeId parent);
  void visit_children(NodeId id);
  void abandon(NodeId id);
  void record_errors();
  void record_mentions();

  // lower_declarations.cc
  void class_or_module(NodeId id, ScopeKind kind);
  void singleton_class(NodeId id);
  void body(NodeId body_id, ScopeId scope, DefinitionTarget target, ValueId self);
  void superclass(NodeId id, ClassDecl& decl);
  ValueId method(NodeId id);
  ValueId singleton_method(NodeId id);
  void add_method(NodeId id, MethodDecl decl);
  void parameters(NodeId id, MethodDecl& decl);
  void parameter(NodeId id, MethodDecl& decl);
  ValueId method_body(NodeId id, MethodDecl& decl, ValueId self, DefinitionTarget inner);
  void loose(std::string_view name);
  void add_opaque_method(std::string_view name, bool is_singleton, NodeId at);
  ScopeId add_scope(ScopeKind kind, std::string_view path, NodeId at);
  void open_scope(ScopeId scope, std::uint32_t flags);
  void alias(NodeId id);

  // lower_macros.cc
  void class_level_call(std::string_view name, NodeId arguments);
  bool visibility(std::string_view name, NodeId arguments);
  bool mixin(std::string_view name, NodeId arguments);
  bool attributes(std::string_view name, NodeId arguments);
  bool defining(std::string_view name, NodeId arguments);
  void make_module_functions(NodeId arguments);
  void mutate(std::string_view name, NodeId receiver, NodeId arguments);
  void requires_library(std::string_view name, NodeId arguments);
  void mutate_constant(std::string_view name, NodeId constant, NodeId first);
  void open_from_outside(NodeId constant);
  void loosen_symbols(NodeId first);
  [[nodiscard]] bool is_literal_name(NodeId id) const;
  [[nodiscard]] bool is_literal_list(NodeId first) const;
  [[nodiscard]] std::string_view literal_name(NodeId id) const;

  // lower_calls.cc
  struct Arguments {
    std::vector<ValueId> positional;
    std::vector<NameId> keywords;
    std::uint32_t flags = 0;
  };
  ValueId call(NodeId id);
  ValueId safe_call(NodeId id, NodeId receiver_id, ValueId receiver);
  ValueId send(ValueId receiver, std::string_view name, const Arguments& arguments, NodeId at);
  ValueId implicit_call(NodeId id);
  Arguments arguments(NodeId list);
  void argument(NodeId id, Arguments& into);
  void keyword(NodeId pair, Arguments& into);
  void block(NodeId id, std::string_view given_to);
  [[nodiscard]] static bool is_deferred(std::string_view name);
  bool reopening_block(std::string_view name, NodeId receiver, const Arguments& given, NodeId block_id);
  void block_parameters(NodeId id);
  ValueId lambda(NodeId id);
  ValueId element_reference(NodeId id);
  ValueId binary(NodeId id);
  ValueId logical(NodeId id, bool is_and);
  ValueId unary(NodeId id);
  [[nodiscard]] bool contains(NodeId id, syntax::NodeKind kind) const;

  // lower_values.cc
  ValueId identifier(NodeId id);
  ValueId constant(NodeId id);
  ValueId integer(NodeId id, bool is_negative);
  ValueId hash_or_array(NodeId id, std::string_view class_name);
  ValueId interpolated(NodeId id, std::string_view class_name);
  ValueId range(NodeId id);
  ValueId assignment(NodeId id);
  ValueId operator_assignment(NodeId id);
  void assign_to(NodeId left, ValueId value);
  void assign_unknown(NodeId left);
  void multiple_assignment(NodeId left, NodeId right);
  [[nodiscard]] bool is_constant_path(NodeId id) const;

  // lower_control.cc
  ValueId if_else(NodeId id, bool negated);
  ValueId modifier(NodeId id, bool negated);
  ValueId alternative(NodeId id);
  ValueId loop(NodeId id, bool until);
  ValueId for_loop(NodeId id);
  ValueId case_when(NodeId id);
  void when_clause(NodeId id, NodeId subject);
  ValueId case_match(NodeId id);
  ValueId rescue_body(NodeId id);
  ValueId rescue_clause(NodeId id);
  ValueId rescue_modifier(NodeId id);
  void leave(NodeId id, bool returns);
  void bind_pattern(NodeId id);

  // lower_conditions.cc
  void assume(NodeId condition, bool holds);
  void assume_call(NodeId call, bool holds);
  void assume_binary(NodeId id, bool holds);
  void assume_class(NodeId variable, NodeId class_id, bool holds);
  void assume_when(NodeId variable, NodeId pattern);
  [[nodiscard]] std::uint32_t local_slot(NodeId id) const;

  [[nodiscard]] Locals& locals() { return frame_->locals; }
  [[nodiscard]] FileUnit& unit() { return builder_.unit(); }
  [[nodiscard]] Place place(NodeId id) const { return {ast_.node(id).start.row, ast_.node(id).start.column}; }

  const syntax::Ast& ast_;
  std::deque<std::string> made_names_;  // names that stand nowhere in the source; the builder views them
  UnitBuilder builder_;
  std::unique_ptr<Frame> frame_;
  std::uint32_t depth_ = 0;
};

/// Sorted word tables: the few lists of names that the passes treat specially.
[[nodiscard]] bool is_iteration(std::string_view name);       ///< runs its block with the caller's self
[[nodiscard]] bool is_harmless_macro(std::string_view name);  ///< adds no method when called in a class body
[[nodiscard]] bool is_class_changer(std::string_view name);   ///< may add methods to its receiver

}  // namespace analyzer::infer
