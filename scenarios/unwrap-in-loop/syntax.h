#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace unwrap_in_loop {

enum class TokenKind : std::uint8_t { end, word, number, symbol };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  int line = 0;
};

enum class ExprKind : std::uint8_t {
  number,
  name,
  none,    ///< None
  some,    ///< Some(child)
  binary,  ///< text is one of + * <
  match,   ///< match child 0 { Some(binding) => child 1, None => child 2 }
  let_in,  ///< let text = child 0 in child 1; only macros write it
  panic,   ///< ends the program; only a match's last arm
  macro,   ///< a call of the macro `text`; its argument is `tokens`, which nobody has read yet
  unwrap,  ///< child! as a node of its own, if the language has one (see Lowering::intrinsic)
};

/// An expression. Which fields mean something depends on the kind.
struct Expr {
  ExprKind kind = ExprKind::number;
  std::int64_t number = 0;
  std::string text;
  std::string binding;
  std::vector<Token> tokens;
  std::vector<std::unique_ptr<Expr>> children;
};
using ExprPtr = std::unique_ptr<Expr>;

enum class StatementKind : std::uint8_t { let, assign, loop, give };  ///< `give` is return

struct Statement {
  StatementKind kind = StatementKind::give;
  int line = 0;
  std::string name;  ///< let and assign
  ExprPtr value;     ///< of a loop: its condition
  std::vector<Statement> body;
};

using Program = std::vector<Statement>;

/// What the postfix `!` becomes.
enum class Unwrap : std::uint8_t {
  macro_match,  ///< a macro, which rewrites it to a match when it is lowered
  fresh_temp,   ///< the same macro, which puts its argument into a variable of its own first
  intrinsic,    ///< a node of the language, like + or Some
};

/// Throws std::runtime_error with a line number if `source` is not a program.
[[nodiscard]] Program parse_program(const std::string& source, Unwrap unwrap);

/// Parses one whole expression out of tokens: what a macro has built. Throws as above.
[[nodiscard]] ExprPtr parse_expression(std::vector<Token> tokens, Unwrap unwrap);

}  // namespace unwrap_in_loop
