#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/rbs/ast.h"
#include "analyzer/rbs/parser.h"
#include "analyzer/rbs/scanner.h"

namespace analyzer::rbs {

/// Reads types and method types. A nullopt result means: not RBS from here on; the position is then undefined
/// and the caller recovers. One per file, shared by all its declarations.
class TypeParser {
 public:
  TypeParser(Scanner& scanner, Skips& skips, LocationSink* locations)
      : scanner_(scanner), skips_(skips), locations_(locations) {}

  std::optional<Type> type();
  /// A type as it may stand after `->`: no union or intersection without parentheses.
  std::optional<Type> result_type();
  /// One overload: `[X] (parameters) { block } -> type`.
  std::optional<MethodType> method_type();
  /// `[T, out U < Bound]`; empty if no bracket comes next.
  std::optional<std::vector<std::string_view>> type_parameters();
  /// `::A::B`, `_Interface` or `a::name`, as written without a leading `::`; empty if no name comes next.
  std::string_view name();

  /// Type parameters in scope; the declaration parser pushes and pops those of its classes.
  std::vector<std::string_view>& variables() { return variables_; }
  void located(std::uint32_t begin) {
    if (locations_ != nullptr) locations_->on_location(begin, scanner_.end_of_word());
  }
  void skipped(std::string_view construct);

 private:
  std::optional<Type> intersection();
  std::optional<Type> simple();
  std::optional<Type> named();
  std::optional<Type> record();
  std::optional<Type> literal();
  std::optional<Type> proc();
  std::optional<std::vector<Type>> list(std::string_view close);
  bool parameters(MethodType& method);
  bool parameter(MethodType& method);
  bool keyword(MethodType& method, bool required);
  void parameter_name();
  bool block(MethodType& method);
  [[nodiscard]] bool at_keyword();

  Scanner& scanner_;
  Skips& skips_;
  LocationSink* locations_;
  std::vector<std::string_view> variables_;
};

}  // namespace analyzer::rbs
