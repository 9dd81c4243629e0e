#pragma once

#include <cstdint>

namespace analyzer::syntax {

// One list for the enum and for the table of names: KIND(enumerator, name in the grammar).
#define ANALYZER_NODE_KINDS(KIND)                                    \
  KIND(alias, "alias")                                               \
  KIND(argument_list, "argument_list")                               \
  KIND(array, "array")                                               \
  KIND(array_pattern, "array_pattern")                               \
  KIND(as_pattern, "as_pattern")                                     \
  KIND(assignment, "assignment")                                     \
  KIND(bare_string, "bare_string")                                   \
  KIND(bare_symbol, "bare_symbol")                                   \
  KIND(begin, "begin")                                               \
  KIND(begin_block, "begin_block")                                   \
  KIND(binary, "binary")                                             \
  KIND(block, "block")                                               \
  KIND(block_argument, "block_argument")                             \
  KIND(block_body, "block_body")                                     \
  KIND(block_parameter, "block_parameter")                           \
  KIND(block_parameters, "block_parameters")                         \
  KIND(body_statement, "body_statement")                             \
  KIND(break_, "break")                                              \
  KIND(call, "call")                                                 \
  KIND(case_, "case")                                                \
  KIND(case_match, "case_match")                                     \
  KIND(chained_string, "chained_string")                             \
  KIND(character, "character")                                       \
  KIND(class_, "class")                                              \
  KIND(class_variable, "class_variable")                             \
  KIND(comment, "comment")                                           \
  KIND(complex, "complex")                                           \
  KIND(conditional, "conditional")                                   \
  KIND(constant, "constant")                                         \
  KIND(delimited_symbol, "delimited_symbol")                         \
  KIND(destructured_left_assignment, "destructured_left_assignment") \
  KIND(destructured_parameter, "destructured_parameter")             \
  KIND(do_, "do")                                                    \
  KIND(do_block, "do_block")                                         \
  KIND(element_reference, "element_reference")                       \
  KIND(else_, "else")                                                \
  KIND(elsif, "elsif")                                               \
  KIND(empty_statement, "empty_statement")                           \
  KIND(encoding, "encoding")                                         \
  KIND(end_block, "end_block")                                       \
  KIND(ensure, "ensure")                                             \
  KIND(exception_variable, "exception_variable")                     \
  KIND(exceptions, "exceptions")                                     \
  KIND(false_, "false")                                              \
  KIND(file, "file")                                                 \
  KIND(find_pattern, "find_pattern")                                 \
  KIND(float_, "float")                                              \
  KIND(for_, "for")                                                  \
  KIND(forward_argument, "forward_argument")                         \
  KIND(forward_parameter, "forward_parameter")                       \
  KIND(global_variable, "global_variable")                           \
  KIND(hash, "hash")                                                 \
  KIND(hash_key_symbol, "hash_key_symbol")                           \
  KIND(hash_pattern, "hash_pattern")                                 \
  KIND(hash_splat_argument, "hash_splat_argument")                   \
  KIND(hash_splat_nil, "hash_splat_nil")                             \
  KIND(hash_splat_parameter, "hash_splat_parameter")                 \
  KIND(heredoc_beginning, "heredoc_beginning")                       \
  KIND(heredoc_body, "heredoc_body")                                 \
  KIND(identifier, "identifier")                                     \
  KIND(if_, "if")                                                    \
  KIND(if_guard, "if_guard")                                         \
  KIND(if_modifier, "if_modifier")                                   \
  KIND(in, "in")                                                     \
  KIND(in_clause, "in_clause")                                       \
  KIND(instance_variable, "instance_variable")                       \
  KIND(integer, "integer")                                           \
  KIND(interpolation, "interpolation")                               \
  KIND(keyword_parameter, "keyword_parameter")                       \
  KIND(keyword_pattern, "keyword_pattern")                           \
  KIND(lambda, "lambda")                                             \
  KIND(lambda_parameters, "lambda_parameters")                       \
  KIND(left_assignment_list, "left_assignment_list")                 \
  KIND(line, "line")                                                 \
  KIND(match_pattern, "match_pattern")                               \
  KIND(method, "method")                                             \
  KIND(method_parameters, "method_parameters")                       \
  KIND(module, "module")                                             \
  KIND(next, "next")                                                 \
  KIND(nil, "nil")                                                   \
  KIND(operator_, "operator")                                        \
  KIND(operator_assignment, "operator_assignment")                   \
  KIND(optional_parameter, "optional_parameter")                     \
  KIND(pair, "pair")                                                 \
  KIND(parenthesized_statements, "parenthesized_statements")         \
  KIND(pattern, "pattern")                                           \
  KIND(program, "program")                                           \
  KIND(range, "range")                                               \
  KIND(rational, "rational")                                         \
  KIND(redo, "redo")                                                 \
  KIND(regex, "regex")                                               \
  KIND(rescue, "rescue")                                             \
  KIND(rescue_modifier, "rescue_modifier")                           \
  KIND(rest_assignment, "rest_assignment")                           \
  KIND(retry, "retry")                                               \
  KIND(return_, "return")                                            \
  KIND(right_assignment_list, "right_assignment_list")               \
  KIND(scope_resolution, "scope_resolution")                         \
  KIND(self, "self")                                                 \
  KIND(setter, "setter")                                             \
  KIND(simple_symbol, "simple_symbol")                               \
  KIND(singleton_class, "singleton_class")                           \
  KIND(singleton_method, "singleton_method")                         \
  KIND(splat_argument, "splat_argument")                             \
  KIND(splat_parameter, "splat_parameter")                           \
  KIND(string, "string")                                             \
  KIND(string_array, "string_array")                                 \
  KIND(string_content, "string_content")                             \
  KIND(subshell, "subshell")                                         \
  KIND(super, "super")                                               \
  KIND(superclass, "superclass")                                     \
  KIND(symbol_array, "symbol_array")                                 \
  KIND(test_pattern, "test_pattern")                                 \
  KIND(then, "then")                                                 \
  KIND(true_, "true")                                                \
  KIND(unary, "unary")                                               \
  KIND(undef, "undef")                                               \
  KIND(unless, "unless")                                             \
  KIND(unless_guard, "unless_guard")                                 \
  KIND(unless_modifier, "unless_modifier")                           \
  KIND(until, "until")                                               \
  KIND(until_modifier, "until_modifier")                             \
  KIND(when, "when")                                                 \
  KIND(while_, "while")                                              \
  KIND(while_modifier, "while_modifier")                             \
  KIND(yield, "yield")

/// The named nodes of the Ruby grammar that the analyzer tells apart.
enum class NodeKind : std::uint8_t {
  other,  ///< a named node that no pass looks at
  token,  ///< an anonymous node, kept because it fills a field (an operator)
  error,  ///< text that does not parse
#define KIND(enumerator, name) enumerator,
  ANALYZER_NODE_KINDS(KIND)
#undef KIND
};

// FIELD(enumerator, name in the grammar)
#define ANALYZER_FIELDS(FIELD)      \
  FIELD(alias, "alias")             \
  FIELD(alternative, "alternative") \
  FIELD(arguments, "arguments")     \
  FIELD(begin, "begin")             \
  FIELD(block, "block")             \
  FIELD(body, "body")               \
  FIELD(clauses, "clauses")         \
  FIELD(condition, "condition")     \
  FIELD(consequence, "consequence") \
  FIELD(else_, "else")              \
  FIELD(end, "end")                 \
  FIELD(exceptions, "exceptions")   \
  FIELD(guard, "guard")             \
  FIELD(handler, "handler")         \
  FIELD(key, "key")                 \
  FIELD(left, "left")               \
  FIELD(locals, "locals")           \
  FIELD(method, "method")           \
  FIELD(name, "name")               \
  FIELD(object, "object")           \
  FIELD(operand, "operand")         \
  FIELD(operator_, "operator")      \
  FIELD(parameters, "parameters")   \
  FIELD(pattern, "pattern")         \
  FIELD(receiver, "receiver")       \
  FIELD(right, "right")             \
  FIELD(scope, "scope")             \
  FIELD(superclass, "superclass")   \
  FIELD(value, "value")             \
  FIELD(variable, "variable")

/// The role of a node in its parent.
enum class Field : std::uint8_t {
  none,
#define FIELD(enumerator, name) enumerator,
  ANALYZER_FIELDS(FIELD)
#undef FIELD
};

}  // namespace analyzer::syntax
