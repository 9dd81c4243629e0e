// From the tree to the intermediate form, and the place of the bug.
//
// A value of the intermediate form is written once. A variable that changes from one turn of a loop to the
// next therefore becomes a parameter of the loop's head block: the jump into the loop passes the first value,
// the jump back passes the next one. A variable that does not change needs no parameter; in the loop it
// simply is the value that it had before.
//
// Which variables need one? Those that the loop assigns. To keep the heads small, those that nobody reads are
// left out: a store that nobody reads is dead. Both questions are asked of the tree, before lowering. But
// macros are expanded while lowering, when the call is met, and until then the argument of a macro call is a
// row of tokens. So if the only reader of a variable is `subject!`, it has no reader, no parameter, and
// inside of the loop `subject` is the value from before the loop. That value is a constant, and constants are
// hoisted to the entry.
//
// Each phase is right by what it was told. No check fails; the answer is of the right type; it is wrong.

#include "scenarios/unwrap-in-loop/lower.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "scenarios/unwrap-in-loop/expand.h"

namespace unwrap_in_loop {
namespace {

bool mentions(const Expr& expr, const std::string& name) {
  if (expr.kind == ExprKind::name) return expr.text == name;
  return std::any_of(expr.children.begin(), expr.children.end(),
                     [&](const ExprPtr& child) { return mentions(*child, name); });
}

/// Names that `body` assigns, in the order of their first assignment; not those that it declares itself.
void collect_assigned(const std::vector<Statement>& body, std::vector<std::string>& names) {
  for (const Statement& statement : body) {
    if (statement.kind == StatementKind::assign &&
        std::find(names.begin(), names.end(), statement.name) == names.end()) {
      names.push_back(statement.name);
    }
    collect_assigned(statement.body, names);
  }
}

class Lowerer {
 public:
  Lowerer(const Program& program, Unwrap unwrap, Constants constants)
      : program_(program), unwrap_(unwrap), constants_(constants) {
    current_ = add_block("entry");
  }

  Function run() {
    statements(program_);
    if (is_open_) throw std::runtime_error("the program does not return");
    // The hoisted constants come before everything else of the entry.
    std::vector<Instruction>& entry = function_.blocks[0].instructions;
    entry.insert(entry.begin(), hoisted_.begin(), hoisted_.end());
    return std::move(function_);
  }

 private:
  using Environment = std::map<std::string, ValueId>;

  Block& block() { return function_.blocks[static_cast<std::size_t>(current_)]; }

  BlockId add_block(std::string label) {
    const auto id = static_cast<BlockId>(function_.blocks.size());
    if (id != 0) label += std::to_string(id);
    function_.blocks.push_back({});
    function_.blocks.back().label = std::move(label);
    function_.blocks.back().line = line_;
    return id;
  }

  ValueId add_value(const std::string& name) {
    const auto id = static_cast<ValueId>(function_.value_names.size());
    function_.value_names.push_back(name + std::to_string(id));
    return id;
  }

  ValueId emit(Op op, std::vector<ValueId> operands, std::int64_t number = 0) {
    const ValueId result = add_value("%");
    block().instructions.push_back({op, result, std::move(operands), number, line_});
    return result;
  }

  /// A constant; equal ones share one value when they are hoisted.
  ValueId constant(Op op, std::vector<ValueId> operands, std::int64_t number = 0) {
    if (constants_ == Constants::in_place) return emit(op, std::move(operands), number);
    for (const Instruction& known : hoisted_) {
      if (known.op == op && known.operands == operands && known.number == number) return known.result;
    }
    const ValueId result = add_value("%const");
    hoisted_.push_back({op, result, std::move(operands), number, 0});
    return result;
  }

  [[nodiscard]] bool is_hoisted(ValueId value) const {
    return std::any_of(hoisted_.begin(), hoisted_.end(),
                       [&](const Instruction& known) { return known.result == value; });
  }

  void end(EndKind kind, ValueId value, Edge first = {}, Edge second = {}) {
    block().end = {kind, value, std::move(first), std::move(second), line_};
  }

  // --- statements

  void statements(const std::vector<Statement>& list) {
    for (const Statement& statement : list) {
      line_ = statement.line;
      if (!is_open_)
        throw std::runtime_error("line " + std::to_string(line_) + ": nothing may follow a return");
      lower_statement(statement);
    }
  }

  void lower_statement(const Statement& statement) {
    switch (statement.kind) {
      case StatementKind::let:
        if (variables_.contains(statement.name)) wrong("'" + statement.name + "' exists already");
        variables_[statement.name] = value_of(*statement.value);
        return;
      case StatementKind::assign:
        if (!variables_.contains(statement.name)) wrong("there is no variable '" + statement.name + "'");
        variables_[statement.name] = value_of(*statement.value);
        return;
      case StatementKind::loop:
        lower_loop(statement);
        return;
      case StatementKind::give:
        end(EndKind::give, value_of(*statement.value));
        is_open_ = false;
        return;
    }
  }

  [[nodiscard]] std::vector<std::string> carried_by(const Statement& loop) const {
    std::vector<std::string> names;
    collect_assigned(loop.body, names);
    std::erase_if(names, [&](const std::string& name) {
      return !variables_.contains(name) || !reads_variable(program_, name);
    });
    return names;
  }

  void lower_loop(const Statement& loop) {
    const std::vector<std::string> carried = carried_by(loop);
    const auto current_values = [&] {
      std::vector<ValueId> values;
      values.reserve(carried.size());
      for (const std::string& name : carried) values.push_back(variables_.at(name));
      return values;
    };
    const BlockId head = add_block("loop");
    end(EndKind::jump, 0, {head, current_values()});
    current_ = head;
    for (const std::string& name : carried) {
      variables_[name] = add_value("%" + name);
      block().parameters.push_back(variables_[name]);
    }
    const Environment at_head = variables_;
    const ValueId condition = value_of(*loop.value);
    const BlockId test = current_;
    const BlockId body = add_block("body");
    current_ = body;
    statements(loop.body);
    if (!is_open_) wrong("a loop may not return");
    line_ = -loop.line;  // its closing brace
    end(EndKind::jump, 0, {head, current_values()});
    const BlockId after = add_block("after");
    current_ = test;
    line_ = loop.line;
    end(EndKind::nonzero, condition, {body, {}}, {after, {}});
    current_ = after;
    variables_ = at_head;
  }

  // --- expressions

  ValueId value_of(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::number:
        return constant(Op::number, {}, expr.number);
      case ExprKind::none:
        return constant(Op::none, {});
      case ExprKind::name:
        return variable(expr.text);
      case ExprKind::some:
        return some(value_of(*expr.children[0]));
      case ExprKind::binary:
        return binary(expr);
      case ExprKind::match:
        return match(expr);
      case ExprKind::let_in:
        return with(expr.text, value_of(*expr.children[0]), *expr.children[1]);
      case ExprKind::panic:
        return panic();
      case ExprKind::macro:
        return value_of(*expand_macro(expr, unwrap_));
      case ExprKind::unwrap:
        return emit(Op::unwrap, {value_of(*expr.children[0])});
    }
    throw std::logic_error("no such kind of expression");
  }

  ValueId variable(const std::string& name) {
    const auto found = variables_.find(name);
    if (found == variables_.end()) wrong("there is no variable '" + name + "'");
    return found->second;
  }

  ValueId some(ValueId payload) {
    return is_hoisted(payload) ? constant(Op::some, {payload}) : emit(Op::some, {payload});
  }

  ValueId binary(const Expr& expr) {
    const ValueId left = value_of(*expr.children[0]);
    const ValueId right = value_of(*expr.children[1]);
    const Op op = expr.text == "+" ? Op::add : expr.text == "*" ? Op::multiply : Op::less;
    return emit(op, {left, right});
  }

  /// `body` with one more name in scope.
  ValueId with(const std::string& name, ValueId value, const Expr& body) {
    const Environment outside = variables_;
    variables_[name] = value;
    const ValueId result = value_of(body);
    variables_ = outside;
    return result;
  }

  ValueId match(const Expr& expr) {
    const ValueId subject = value_of(*expr.children[0]);
    const BlockId some_arm = add_block("some");
    const BlockId none_arm = add_block("none");
    const BlockId join = add_block("join");
    end(EndKind::is_some, subject, {some_arm, {}}, {none_arm, {}});
    current_ = some_arm;
    const ValueId payload = emit(Op::payload, {subject});
    finish_arm(with(expr.binding, payload, *expr.children[1]), join);
    current_ = none_arm;
    finish_arm(value_of(*expr.children[2]), join);
    current_ = join;
    const ValueId result = add_value("%");
    block().parameters.push_back(result);
    return result;
  }

  void finish_arm(ValueId value, BlockId join) {
    if (value == kNever) return;
    end(EndKind::jump, 0, {join, {value}});
  }

  ValueId panic() {
    end(EndKind::panic, 0);
    return kNever;
  }

  [[noreturn]] void wrong(const std::string& what) const {
    throw std::runtime_error("line " + std::to_string(line_) + ": " + what);
  }

  static constexpr ValueId kNever = -1;  ///< of an expression that does not come back

  const Program& program_;
  Unwrap unwrap_;
  Constants constants_;
  Function function_;
  std::vector<Instruction> hoisted_;
  Environment variables_;
  BlockId current_ = 0;
  int line_ = 0;
  bool is_open_ = true;
};

}  // namespace

bool reads_variable(const Program& program, const std::string& name) {
  return std::any_of(program.begin(), program.end(), [&](const Statement& statement) {
    return mentions(*statement.value, name) || reads_variable(statement.body, name);
  });
}

Function lower(const Program& program, Unwrap unwrap, Constants constants) {
  return Lowerer(program, unwrap, constants).run();
}

}  // namespace unwrap_in_loop
