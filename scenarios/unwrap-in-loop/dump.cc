#include "scenarios/unwrap-in-loop/dump.h"

#include <algorithm>
#include <map>

#include "scenarios/unwrap-in-loop/expand.h"

namespace unwrap_in_loop {
namespace {

/// Lines of text by the line of the source that they belong to; the brace that ends a loop counts as minus
/// its line.
using Lines = std::map<int, std::vector<std::string>>;

// --- the tree

std::string spelled(const std::vector<Token>& tokens) {
  std::string text;
  for (const Token& token : tokens) text += (text.empty() ? "" : " ") + token.text;
  return text;
}

std::string head_of(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::number:
      return "number " + std::to_string(expr.number);
    case ExprKind::name:
      return "name " + expr.text;
    case ExprKind::none:
      return "None";
    case ExprKind::some:
      return "Some";
    case ExprKind::binary:
      return "binary " + expr.text;
    case ExprKind::match:
      return "match, payload as " + expr.binding;
    case ExprKind::let_in:
      return "let " + expr.text + " in";
    case ExprKind::panic:
      return "panic";
    case ExprKind::macro:
      return "macro " + expr.text + "! of tokens [" + spelled(expr.tokens) + "]";
    case ExprKind::unwrap:
      return "unwrap";
  }
  return "";
}

void write_tree(const Expr& expr, Unwrap unwrap, std::size_t depth, std::vector<std::string>& lines) {
  lines.push_back(std::string(depth * 2, ' ') + head_of(expr));
  if (expr.kind == ExprKind::macro) {
    lines.push_back(std::string(depth * 2, ' ') + "expanded, later, to");
    write_tree(*expand_macro(expr, unwrap), unwrap, depth + 1, lines);
  }
  for (const ExprPtr& child : expr.children) write_tree(*child, unwrap, depth + 1, lines);
}

/// Fills `lines` and appends the keys in the order of the source.
void write_trees(const Program& program, Unwrap unwrap, std::size_t depth, Lines& lines,
                 std::vector<int>& order) {
  for (const Statement& statement : program) {
    const char* word = "";
    switch (statement.kind) {
      case StatementKind::let:
        word = "let ";
        break;
      case StatementKind::assign:
        word = "assign ";
        break;
      case StatementKind::loop:
        word = "while";
        break;
      case StatementKind::give:
        word = "return";
        break;
    }
    order.push_back(statement.line);
    std::vector<std::string>& mine = lines[statement.line];
    mine.push_back(std::string(depth * 2, ' ') + word + statement.name);
    write_tree(*statement.value, unwrap, depth + 1, mine);
    write_trees(statement.body, unwrap, depth + 1, lines, order);
    if (statement.kind == StatementKind::loop) {
      order.push_back(-statement.line);
      lines[-statement.line].push_back(std::string(depth * 2, ' ') + "end of while");
    }
  }
}

// --- the intermediate form

class FormWriter {
 public:
  explicit FormWriter(const Function& function) : function_(function) {}

  Lines write() {
    for (const Block& block : function_.blocks) {
      lines_[block.line].push_back(block.label + list(block.parameters) + ":");
      for (const Instruction& instruction : block.instructions) {
        lines_[instruction.line].push_back("  " + text_of(instruction));
      }
      lines_[block.end.line].push_back("  " + text_of(block.end));
    }
    return std::move(lines_);
  }

 private:
  [[nodiscard]] const std::string& name(ValueId id) const {
    return function_.value_names[static_cast<std::size_t>(id)];
  }

  [[nodiscard]] std::string list(const std::vector<ValueId>& values) const {
    std::string text;
    for (const ValueId value : values) text += (text.empty() ? "" : ", ") + name(value);
    return "(" + text + ")";
  }

  [[nodiscard]] std::string target(const Edge& edge) const {
    return function_.blocks[static_cast<std::size_t>(edge.to)].label + list(edge.arguments);
  }

  [[nodiscard]] std::string text_of(const Instruction& instruction) const {
    std::string text = name(instruction.result) + " = ";
    switch (instruction.op) {
      case Op::number:
        return text + "number " + std::to_string(instruction.number);
      case Op::none:
        return text + "none";
      case Op::some:
        text += "some";
        break;
      case Op::add:
        text += "add";
        break;
      case Op::multiply:
        text += "multiply";
        break;
      case Op::less:
        text += "less";
        break;
      case Op::payload:
        text += "payload";
        break;
      case Op::unwrap:
        text += "unwrap";
        break;
    }
    for (const ValueId operand : instruction.operands) text += " " + name(operand);
    return text;
  }

  [[nodiscard]] std::string text_of(const End& end) const {
    switch (end.kind) {
      case EndKind::jump:
        return "jump " + target(end.first);
      case EndKind::nonzero:
        return "if " + name(end.value) + " then " + target(end.first) + " else " + target(end.second);
      case EndKind::is_some:
        return "if some " + name(end.value) + " then " + target(end.first) + " else " + target(end.second);
      case EndKind::give:
        return "return " + name(end.value);
      case EndKind::panic:
        return "panic";
    }
    return "";
  }

  const Function& function_;
  Lines lines_;
};

// --- the page

void trim_and_end(std::string& line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  line += '\n';
}

std::string line_at(const std::vector<std::string>& lines, std::size_t row) {
  return row < lines.size() ? lines[row] : std::string();
}

}  // namespace

std::string dump(const Program& program, const Function& function, Unwrap unwrap, DumpColumns columns) {
  Lines tree{{0, {"(hoisted to the entry)"}}};
  std::vector<int> order{0};
  write_trees(program, unwrap, 0, tree, order);
  Lines form = FormWriter(function).write();
  std::size_t width = 0;
  for (const auto& [key, lines] : tree) {
    for (const std::string& line : lines) width = std::max(width, line.size());
  }
  std::string page;
  for (const int key : order) {
    const std::vector<std::string>& left = tree[key];
    const std::vector<std::string>& right = form[key];
    const std::size_t rows = std::max(columns.ast ? left.size() : 0, columns.ir ? right.size() : 0);
    for (std::size_t row = 0; row < rows; ++row) {
      std::string line = columns.ast ? line_at(left, row) : "";
      if (columns.ast && columns.ir) line += std::string(width - line.size(), ' ') + " | ";
      if (columns.ir) line += line_at(right, row);
      trim_and_end(line);
      page += line;
    }
  }
  return page;
}

}  // namespace unwrap_in_loop
