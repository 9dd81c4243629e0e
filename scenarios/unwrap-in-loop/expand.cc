#include "scenarios/unwrap-in-loop/expand.h"

#include <initializer_list>
#include <string_view>

namespace unwrap_in_loop {
namespace {

void append(std::vector<Token>& tokens, std::initializer_list<std::string_view> texts, int line) {
  for (const std::string_view text : texts) {
    const bool is_word = text.front() == '$' || (text.front() >= 'A' && text.front() <= 'z');
    tokens.push_back({is_word ? TokenKind::word : TokenKind::symbol, std::string(text), line});
  }
}

}  // namespace

ExprPtr expand_macro(const Expr& call, Unwrap unwrap) {
  const int line = call.tokens.front().line;
  std::vector<Token> tokens;
  if (unwrap == Unwrap::fresh_temp) append(tokens, {"let", "$subject", "="}, line);
  if (unwrap != Unwrap::fresh_temp) append(tokens, {"match"}, line);
  tokens.insert(tokens.end(), call.tokens.begin(), call.tokens.end());
  if (unwrap == Unwrap::fresh_temp) append(tokens, {"in", "match", "$subject"}, line);
  append(tokens, {"{", "Some", "(", "$it", ")", "=>", "$it", ",", "None", "=>", "panic", "}"}, line);
  return parse_expression(std::move(tokens), unwrap);
}

}  // namespace unwrap_in_loop
