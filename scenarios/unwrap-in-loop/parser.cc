// The front end: characters to tokens to a tree, by recursive descent.
//
//   program    = statement*
//   statement  = "let" NAME "=" expr ";" | NAME "=" expr ";" | "return" expr ";" | "while" expr "{"
//   statement* "}" expr       = sum [ "<" sum ]        sum = product { "+" product }        product = postfix
//   { "*" postfix } postfix    = primary { "!" } primary    = NUMBER | NAME | "None" | "Some" "(" expr ")" |
//   "(" expr ")" | "let" NAME "=" expr "in" expr
//              | "match" expr "{" "Some" "(" NAME ")" "=>" expr "," "None" "=>" ( expr | "panic" ) "}"

#include <cctype>
#include <stdexcept>

#include "scenarios/unwrap-in-loop/syntax.h"

namespace unwrap_in_loop {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::vector<Token> tokens_of(const std::string& source) {
  std::vector<Token> tokens;
  int line = 1;
  for (std::size_t at = 0; at < source.size();) {
    const char c = source[at];
    if (c == '\n') ++line;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    TokenKind kind = TokenKind::symbol;
    if (is_letter(c)) {
      kind = TokenKind::word;
      while (end < source.size() && (is_letter(source[end]) || is_digit(source[end]))) ++end;
    } else if (is_digit(c)) {
      kind = TokenKind::number;
      while (end < source.size() && is_digit(source[end])) ++end;
    } else if (c == '=' && end < source.size() && source[end] == '>') {
      ++end;
    }
    tokens.push_back({kind, source.substr(at, end - at), line});
    at = end;
  }
  return tokens;
}

ExprPtr make(ExprKind kind, std::string text = "") {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->text = std::move(text);
  return expr;
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, Unwrap unwrap) : tokens_(std::move(tokens)), unwrap_(unwrap) {
    tokens_.push_back({TokenKind::end, "the end", tokens_.empty() ? 1 : tokens_.back().line});
  }

  Program whole_program() {
    Program program;
    while (peek().kind != TokenKind::end) program.push_back(statement());
    return program;
  }

  ExprPtr whole_expression() {
    ExprPtr expr = expression();
    if (peek().kind != TokenKind::end) wrong("the end");
    return expr;
  }

 private:
  [[nodiscard]] const Token& peek() const { return tokens_[at_]; }
  [[nodiscard]] bool is_next(const char* text) const {
    return peek().kind != TokenKind::end && peek().text == text;
  }

  bool accept(const char* text) {
    if (!is_next(text)) return false;
    ++at_;
    return true;
  }

  void expect(const char* text) {
    if (!accept(text)) wrong("'" + std::string(text) + "'");
  }

  [[noreturn]] void wrong(const std::string& wanted) const {
    throw std::runtime_error("line " + std::to_string(peek().line) + ": " + wanted + " expected, not '" +
                             peek().text + "'");
  }

  std::string name() {
    if (peek().kind != TokenKind::word) wrong("a name");
    return tokens_[at_++].text;
  }

  Statement statement() {
    Statement result;
    result.line = peek().line;
    if (accept("while")) {
      result.kind = StatementKind::loop;
      result.value = expression();
      expect("{");
      while (!is_next("}") && peek().kind != TokenKind::end) result.body.push_back(statement());
      expect("}");
      return result;
    }
    if (accept("return")) {
      result.kind = StatementKind::give;
    } else {
      result.kind = accept("let") ? StatementKind::let : StatementKind::assign;
      result.name = name();
      expect("=");
    }
    result.value = expression();
    expect(";");
    return result;
  }

  ExprPtr binary(const char* op, ExprPtr left, ExprPtr right) {
    ExprPtr expr = make(ExprKind::binary, op);
    expr->children.push_back(std::move(left));
    expr->children.push_back(std::move(right));
    return expr;
  }

  ExprPtr expression() {
    ExprPtr left = sum();
    return accept("<") ? binary("<", std::move(left), sum()) : std::move(left);
  }

  ExprPtr sum() {
    ExprPtr left = product();
    while (accept("+")) left = binary("+", std::move(left), product());
    return left;
  }

  ExprPtr product() {
    ExprPtr left = postfix();
    while (accept("*")) left = binary("*", std::move(left), postfix());
    return left;
  }

  /// Where the bug begins. As an intrinsic, `x!` is a node whose child is x. As a macro it is a call whose
  /// argument stays a row of tokens until somebody expands it: nobody else sees that it mentions x.
  ExprPtr postfix() {
    const std::size_t start = at_;
    ExprPtr expr = primary();
    while (is_next("!")) {
      if (unwrap_ == Unwrap::intrinsic) {
        ExprPtr node = make(ExprKind::unwrap);
        node->children.push_back(std::move(expr));
        expr = std::move(node);
      } else {
        expr = make(ExprKind::macro, "unwrap");
        expr->tokens.assign(tokens_.begin() + static_cast<std::ptrdiff_t>(start),
                            tokens_.begin() + static_cast<std::ptrdiff_t>(at_));
      }
      ++at_;
    }
    return expr;
  }

  ExprPtr primary() {
    if (peek().kind == TokenKind::number) {
      ExprPtr expr = make(ExprKind::number);
      if (peek().text.size() > 9) wrong("a number below 1000000000");
      expr->number = std::stoll(tokens_[at_++].text);
      return expr;
    }
    if (accept("(")) return closed(expression());
    if (accept("None")) return make(ExprKind::none);
    if (accept("match")) return match();
    if (accept("let")) return let_in();
    if (accept("Some")) {
      expect("(");
      ExprPtr expr = make(ExprKind::some);
      expr->children.push_back(closed(expression()));
      return expr;
    }
    return make(ExprKind::name, name());
  }

  ExprPtr closed(ExprPtr expr) {
    expect(")");
    return expr;
  }

  ExprPtr match() {
    ExprPtr expr = make(ExprKind::match);
    expr->children.push_back(expression());
    for (const char* symbol : {"{", "Some", "("}) expect(symbol);
    expr->binding = name();
    for (const char* symbol : {")", "=>"}) expect(symbol);
    expr->children.push_back(expression());
    for (const char* symbol : {",", "None", "=>"}) expect(symbol);
    expr->children.push_back(accept("panic") ? make(ExprKind::panic) : expression());
    expect("}");
    return expr;
  }

  ExprPtr let_in() {
    ExprPtr expr = make(ExprKind::let_in, name());
    expect("=");
    expr->children.push_back(expression());
    expect("in");
    expr->children.push_back(expression());
    return expr;
  }

  std::vector<Token> tokens_;
  Unwrap unwrap_;
  std::size_t at_ = 0;
};

}  // namespace

Program parse_program(const std::string& source, Unwrap unwrap) {
  return Parser(tokens_of(source), unwrap).whole_program();
}

ExprPtr parse_expression(std::vector<Token> tokens, Unwrap unwrap) {
  return Parser(std::move(tokens), unwrap).whole_expression();
}

}  // namespace unwrap_in_loop
