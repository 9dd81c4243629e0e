#include "analyzer/rbs/type_parser.h"

#include <algorithm>
#include <utility>

namespace analyzer::rbs {
namespace {

constexpr std::pair<std::string_view, TypeKind> kWords[] = {
    {"untyped", TypeKind::untyped},    {"nil", TypeKind::nil},
    {"bool", TypeKind::bool_},         {"self", TypeKind::self},
    {"void", TypeKind::void_},         {"instance", TypeKind::instance_},
    {"class", TypeKind::class_},       {"top", TypeKind::top},
    {"bot", TypeKind::bottom},         {"true", TypeKind::true_literal},
    {"false", TypeKind::false_literal}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void TypeParser::skipped(std::string_view construct) {
  const auto found = skips_.find(construct);
  if (found != skips_.end()) {
    ++found->second;
  } else {
    skips_.emplace(construct, 1);
  }
}

std::optional<Type> TypeParser::type() {
  std::optional<Type> first = intersection();
  if (!first || !scanner_.looking_at("|")) return first;
  Type all{TypeKind::union_, {}, {}};
  all.arguments.push_back(*std::move(first));
  while (scanner_.take("|")) {
    std::optional<Type> more = intersection();
    if (!more) return std::nullopt;
    all.arguments.push_back(*std::move(more));
  }
  return all;
}

std::optional<Type> TypeParser::intersection() {
  std::optional<Type> first = result_type();
  if (!first || !scanner_.looking_at("&")) return first;
  Type all{TypeKind::intersection, {}, {}};
  all.arguments.push_back(*std::move(first));
  while (scanner_.take("&")) {
    std::optional<Type> more = result_type();
    if (!more) return std::nullopt;
    all.arguments.push_back(*std::move(more));
  }
  return all;
}

std::optional<Type> TypeParser::result_type() {
  scanner_.skip_space();
  const std::uint32_t begin = scanner_.position();
  std::optional<Type> inner = simple();
  // `?` directly behind a type; `?{` opens an optional block instead.
  while (inner && scanner_.looking_at("?") && scanner_.at(1) != '{' &&
         !(scanner_.at(1) == ' ' && scanner_.at(2) == '{')) {
    scanner_.advance(1);
    Type optional{TypeKind::optional, {}, {}};
    optional.arguments.push_back(*std::move(inner));
    inner = std::move(optional);
  }
  located(begin);
  return inner;
}

std::optional<Type> TypeParser::simple() {
  const char c = scanner_.peek();
  if (c == '(') {
    scanner_.advance(1);
    std::optional<Type> inner = type();
    return scanner_.take(")") ? inner : std::nullopt;
  }
  if (c == '[') {
    scanner_.advance(1);
    auto elements = list("]");
    if (!elements) return std::nullopt;
    return Type{TypeKind::tuple, {}, *std::move(elements)};
  }
  if (c == '{') return record();
  if (c == '^') return proc();
  if (c == '"' || c == '\'' || is_digit(c) || c == '-' || (c == ':' && scanner_.at(1) != ':'))
    return literal();
  for (const auto& [word, kind] : kWords) {
    if (scanner_.take_word(word)) return Type{kind, {}, {}};
  }
  if (scanner_.looking_at("singleton(")) {
    scanner_.advance(10);
    const std::string_view of = name();
    if (of.empty() || !scanner_.take(")")) return std::nullopt;
    return Type{TypeKind::singleton, of, {}};
  }
  return named();
}

std::string_view TypeParser::name() {
  scanner_.take("::");
  scanner_.skip_space();
  const std::uint32_t begin = scanner_.position();
  if (scanner_.identifier().empty()) return {};
  while (scanner_.at(0) == ':' && scanner_.at(1) == ':' && is_word_char(scanner_.at(2))) {
    scanner_.advance(2);
    scanner_.identifier();
  }
  return scanner_.since(begin);
}

std::optional<Type> TypeParser::named() {
  const std::string_view called = name();
  if (called.empty()) return std::nullopt;
  if (std::find(variables_.begin(), variables_.end(), called) != variables_.end()) {
    return Type{TypeKind::variable, called, {}};
  }
  Type type{TypeKind::instance, called, {}};
  if (scanner_.at(0) == '[') {
    scanner_.advance(1);
    auto arguments = list("]");
    if (!arguments) return std::nullopt;
    type.arguments = *std::move(arguments);
  }
  return type;
}

std::optional<std::vector<Type>> TypeParser::list(std::string_view close) {
  std::vector<Type> types;
  while (!scanner_.take(close)) {
    std::optional<Type> next = type();
    if (!next) return std::nullopt;
    types.push_back(*std::move(next));
    if (!scanner_.take(",") && !scanner_.looking_at(close)) return std::nullopt;
  }
  return types;
}

std::optional<Type> TypeParser::record() {
  scanner_.advance(1);
  Type type{TypeKind::record, {}, {}};
  while (!scanner_.take("}")) {
    scanner_.take("?");
    if (scanner_.identifier_length() > 0) {
      scanner_.identifier();
      if (scanner_.at(0) == '?' || scanner_.at(0) == '!') scanner_.advance(1);
      if (!scanner_.take(":")) return std::nullopt;
    } else if (!literal() || !(scanner_.take("=>") || scanner_.take(":"))) {
      return std::nullopt;
    }
    std::optional<Type> value = this->type();
    if (!value) return std::nullopt;
    type.arguments.push_back(*std::move(value));
    if (!scanner_.take(",") && !scanner_.looking_at("}")) return std::nullopt;
  }
  return type;
}

std::optional<Type> TypeParser::literal() {
  const char c = scanner_.peek();
  if (c == '"' || c == '\'') return Type{TypeKind::string_literal, scanner_.quoted(c), {}};
  if (c == ':') {
    scanner_.advance(1);
    if (scanner_.at(0) == '"' || scanner_.at(0) == '\'') {
      return Type{TypeKind::symbol_literal, scanner_.quoted(scanner_.at(0)), {}};
    }
    const std::uint32_t begin = scanner_.position();
    while (is_word_char(scanner_.at(0)) || scanner_.at(0) == '@' || scanner_.at(0) == '$')
      scanner_.advance(1);
    if (scanner_.position() == begin) {  // an operator, such as :+ or :[]=
      while (std::string_view("+-*/%<>=!~^&|[]").find(scanner_.at(0)) != std::string_view::npos &&
             scanner_.at(0) != '\0') {
        scanner_.advance(1);
      }
    } else if (scanner_.at(0) == '?' || scanner_.at(0) == '!' || scanner_.at(0) == '=') {
      scanner_.advance(1);
    }
    return Type{TypeKind::symbol_literal, scanner_.since(begin), {}};
  }
  const std::uint32_t begin = scanner_.position();
  if (c == '-') scanner_.advance(1);
  if (!is_digit(scanner_.at(0))) return std::nullopt;
  while (is_digit(scanner_.at(0)) || scanner_.at(0) == '_') scanner_.advance(1);
  return Type{TypeKind::integer_literal, scanner_.since(begin), {}};
}

std::optional<Type> TypeParser::proc() {
  scanner_.advance(1);
  std::optional<MethodType> signature = method_type();
  if (!signature) return std::nullopt;
  return Type{TypeKind::proc, {}, {}};
}

bool TypeParser::at_keyword() {
  std::size_t length = scanner_.identifier_length();
  if (length == 0) return false;
  if (scanner_.at(length) == '?' || scanner_.at(length) == '!') ++length;
  return scanner_.at(length) == ':' && scanner_.at(length + 1) != ':';
}

bool TypeParser::keyword(MethodType& method, bool required) {
  const std::uint32_t begin = scanner_.position();
  scanner_.identifier();
  if (scanner_.at(0) != ':') scanner_.advance(1);
  method.keywords.push_back({scanner_.since(begin), required});
  scanner_.advance(1);
  if (!type()) return false;
  parameter_name();
  return true;
}

void TypeParser::parameter_name() {
  if (scanner_.peek() == '`') {
    scanner_.quoted('`');
  } else {
    scanner_.identifier();
  }
}

bool TypeParser::parameter(MethodType& method) {
  if (scanner_.take("**")) {
    method.keyword_rest = true;
    if (!type()) return false;
    parameter_name();
    return true;
  }
  if (scanner_.take("*")) {
    method.rest = true;
    if (!type()) return false;
    parameter_name();
    return true;
  }
  const bool optional = scanner_.take("?");
  if (optional && scanner_.looking_at(")")) {
    method.untyped_parameters = true;
    return true;
  }
  if (at_keyword()) return keyword(method, !optional);
  std::optional<Type> read = type();
  if (!read) return false;
  method.parameters.push_back(*std::move(read));
  ++(optional ? method.optional : method.required);
  parameter_name();
  return true;
}

bool TypeParser::parameters(MethodType& method) {
  if (!scanner_.take("(")) return true;
  while (!scanner_.take(")")) {
    if (!parameter(method)) return false;
    if (!scanner_.take(",") && !scanner_.looking_at(")")) return false;
  }
  return true;
}

bool TypeParser::block(MethodType& method) {
  const bool optional = scanner_.take("?");
  if (!scanner_.take("{")) return !optional;
  method.block = optional ? BlockUse::optional : BlockUse::required;
  MethodType inner;
  if (!parameters(inner)) return false;
  if (scanner_.take("[")) {  // [self: Type]
    if (!scanner_.take_word("self") || !scanner_.take(":") || !type() || !scanner_.take("]")) return false;
    skipped("self type of a block");
  }
  return scanner_.take("->") && result_type() && scanner_.take("}");
}

std::optional<MethodType> TypeParser::method_type() {
  scanner_.skip_space();
  const std::uint32_t begin = scanner_.position();
  const std::size_t outer = variables_.size();
  auto own = type_parameters();
  if (!own) return std::nullopt;
  variables_.insert(variables_.end(), own->begin(), own->end());
  MethodType method;
  std::optional<Type> result;
  if (parameters(method) && block(method) && scanner_.take("->")) result = result_type();
  variables_.resize(outer);
  if (!result) return std::nullopt;
  method.result = *std::move(result);
  located(begin);
  return method;
}

std::optional<std::vector<std::string_view>> TypeParser::type_parameters() {
  std::vector<std::string_view> names;
  if (!scanner_.take("[")) return names;
  while (!scanner_.take("]")) {
    scanner_.take_word("unchecked");
    if (!scanner_.take_word("out")) scanner_.take_word("in");
    const std::string_view own = scanner_.identifier();
    if (own.empty()) return std::nullopt;
    names.push_back(own);
    if (scanner_.take("<")) {
      if (!type()) return std::nullopt;
      skipped("bound of a type parameter");
    }
    if (!scanner_.take(",") && !scanner_.looking_at("]")) return std::nullopt;
  }
  return names;
}

}  // namespace analyzer::rbs
