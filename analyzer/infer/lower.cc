#include "analyzer/infer/lower.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

namespace {

// Nested deeper than this, an expression is unknown and is not looked into: the stack is bounded. The deepest
// tree in Ruby's library has 74 levels.
constexpr std::uint32_t kMaxNesting = 400;

}  // namespace

FileUnit lower(const syntax::Ast& ast) { return Lowerer(ast).run(); }

FileUnit Lowerer::run() && {
  unit().scopes.push_back({static_cast<std::uint32_t>(ScopeKind::top), kNoIndex, 0, {}});
  record_errors();
  if (unit().errors.empty() && ast_.size() > 0) {
    frame_ = std::make_unique<Frame>(ast_, 0, builder_);
    frame_->statement_depth = 1;
    statements(0);
    record_mentions();
  }
  return std::move(builder_).take();
}

void Lowerer::record_errors() {
  for (const syntax::SyntaxError& error : ast_.errors()) {
    unit().errors.push_back({{error.start.row, error.start.column}, builder_.intern(error.missing)});
  }
}

void Lowerer::record_mentions() {
  std::unordered_map<NameId, std::size_t> seen;
  for (syntax::NodeId id = 0; id < ast_.size(); ++id) {
    const NodeKind kind = ast_.kind(id);
    std::string_view name;
    if (kind == NodeKind::identifier || kind == NodeKind::hash_key_symbol) name = ast_.text(id);
    if (kind == NodeKind::simple_symbol || kind == NodeKind::bare_symbol) name = literal_name(id);
    // The name of a definition is not a use of it.
    if (name.empty() || (ast_.node(id).field == Field::name && kind == NodeKind::identifier)) continue;
    const bool is_call = kind == NodeKind::identifier;
    const auto [found, is_new] = seen.emplace(builder_.intern(name), unit().mentions.size());
    if (is_new) unit().mentions.push_back({found->first, is_call ? 1U : 0U, place(id)});
    Mention& mention = unit().mentions[found->second];
    if (is_call && mention.is_call == 0) mention = {found->first, 1, place(id)};
  }
}

ValueId Lowerer::statements(NodeId parent) {
  ValueId last = kNone;
  for (NodeId at = ast_.first(parent); at != kNone; at = ast_.next(at)) {
    if (ast_.kind(at) == NodeKind::heredoc_body) {
      visit_children(at);
    } else {
      last = expression(at);
    }
  }
  return last == kNone ? builder_.simple(ValueKind::nil) : last;
}

void Lowerer::visit_children(NodeId id) {
  for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) expression(at);
}

// What stands too deep is not read, but the methods it may define must not be reported as missing.
void Lowerer::abandon(NodeId id) {
  const std::uint32_t end = ast_.node(id).end;
  for (NodeId at = id; at < ast_.size() && ast_.node(at).begin < end; ++at) {
    const NodeKind kind = ast_.kind(at);
    if (kind == NodeKind::identifier || kind == NodeKind::simple_symbol) loose(literal_name(at));
  }
}

ValueId Lowerer::expression(NodeId id) {
  if (id == kNone) return kUnknownValue;
  if (depth_ >= kMaxNesting) {
    abandon(id);
    return kUnknownValue;
  }
  ++depth_;
  const ValueId value = dispatch(id);
  --depth_;
  return value;
}

ValueId Lowerer::dispatch(NodeId id) {
  switch (ast_.kind(id)) {
    case NodeKind::nil:
      return builder_.simple(ValueKind::nil);
    case NodeKind::true_:
      return builder_.simple(ValueKind::true_);
    case NodeKind::false_:
      return builder_.simple(ValueKind::false_);
    case NodeKind::self:
      return frame_->self;
    case NodeKind::integer:
      return integer(id, false);
    case NodeKind::line:
      return builder_.integer(false, 0);
    case NodeKind::float_:
      return builder_.literal("Float");
    case NodeKind::rational:
      return builder_.literal("Rational");
    case NodeKind::complex:
      return builder_.literal("Complex");
    case NodeKind::character:
    case NodeKind::file:
    case NodeKind::heredoc_beginning:
      return builder_.literal("String");
    case NodeKind::string:
    case NodeKind::bare_string:
    case NodeKind::chained_string:
    case NodeKind::subshell:
      return interpolated(id, "String");
    case NodeKind::regex:
      return interpolated(id, "Regexp");
    case NodeKind::simple_symbol:
    case NodeKind::hash_key_symbol:
    case NodeKind::bare_symbol:
    case NodeKind::delimited_symbol:
      return interpolated(id, "Symbol");
    case NodeKind::string_array:
    case NodeKind::symbol_array:
    case NodeKind::array:
      return hash_or_array(id, "Array");
    case NodeKind::hash:
      return hash_or_array(id, "Hash");
    case NodeKind::range:
      return range(id);
    case NodeKind::identifier:
      return identifier(id);
    case NodeKind::constant:
    case NodeKind::scope_resolution:
      return constant(id);
    case NodeKind::assignment:
      return assignment(id);
    case NodeKind::operator_assignment:
      return operator_assignment(id);
    case NodeKind::call:
      return call(id);
    case NodeKind::element_reference:
      return element_reference(id);
    case NodeKind::binary:
      return binary(id);
    case NodeKind::unary:
      return unary(id);
    case NodeKind::lambda:
      return lambda(id);
    case NodeKind::if_:
    case NodeKind::elsif:
    case NodeKind::conditional:
      return if_else(id, false);
    case NodeKind::unless:
      return if_else(id, true);
    case NodeKind::if_modifier:
      return modifier(id, false);
    case NodeKind::unless_modifier:
      return modifier(id, true);
    case NodeKind::while_:
    case NodeKind::while_modifier:
      return loop(id, false);
    case NodeKind::until:
    case NodeKind::until_modifier:
      return loop(id, true);
    case NodeKind::for_:
      return for_loop(id);
    case NodeKind::case_:
      return case_when(id);
    case NodeKind::case_match:
    case NodeKind::match_pattern:
    case NodeKind::test_pattern:
      return case_match(id);
    case NodeKind::begin:
    case NodeKind::body_statement:
      return rescue_body(id);
    case NodeKind::rescue_modifier:
      return rescue_modifier(id);
    case NodeKind::program:
    case NodeKind::parenthesized_statements:
    case NodeKind::then:
    case NodeKind::do_:
    case NodeKind::else_:
    case NodeKind::block_body:
      return statements(id);
    case NodeKind::return_:
      leave(id, true);
      return kUnknownValue;
    case NodeKind::break_:
    case NodeKind::next:
    case NodeKind::redo:
    case NodeKind::retry:
      leave(id, false);
      return kUnknownValue;
    case NodeKind::class_:
      class_or_module(id, ScopeKind::class_);
      return kUnknownValue;
    case NodeKind::module:
      class_or_module(id, ScopeKind::module);
      return kUnknownValue;
    case NodeKind::singleton_class:
      singleton_class(id);
      return kUnknownValue;
    case NodeKind::method:
      return method(id);
    case NodeKind::singleton_method:
      return singleton_method(id);
    case NodeKind::alias:
      alias(id);
      return kUnknownValue;
    case NodeKind::undef:
      for (NodeId at = ast_.first(id); at != kNone; at = ast_.next(at)) loose(literal_name(at));
      return kUnknownValue;
    default:
      // Nodes that hold expressions but have no value that could be followed: yield, interpolation, patterns,
      // BEGIN.
      visit_children(id);
      return kUnknownValue;
  }
}

}  // namespace analyzer::infer
