#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/managed/node_classes.h"
#include "analyzer/rbs/ast.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::managed {

/// Reads a managed syntax tree back into plain data, asking each node for its parts by calling its readers.
/// What the managed program got wrong is wrong in the answer, and what it raises is passed on: the inference
/// works from nothing else.
class SignatureExport {
 public:
  /// Both must outlive the export. Names in the answers are views into `texts`, which only grows.
  SignatureExport(runtime::Isolate& isolate, const NodeClasses& classes, std::deque<std::string>& texts)
      : isolate_(isolate), classes_(classes), texts_(texts) {}

  /// `tree` is what SignatureLoader::load answered, rooted by the caller. File::skips stays empty.
  [[nodiscard]] runtime::Completion<rbs::File> read(runtime::Value tree);

 private:
  using Value = runtime::Value;

  [[nodiscard]] runtime::Completion<Value> ask(Value node, runtime::SymbolId name);
  [[nodiscard]] runtime::Completion<std::string_view> text(Value node, runtime::SymbolId name);
  [[nodiscard]] runtime::Completion<std::int64_t> number(Value node, runtime::SymbolId name);
  [[nodiscard]] runtime::Completion<bool> truth(Value node, runtime::SymbolId name);
  template <class T>
  [[nodiscard]] runtime::Completion<std::vector<T>> list(
      Value node, runtime::SymbolId name, runtime::Completion<T> (SignatureExport::*read)(Value));

  [[nodiscard]] runtime::Completion<std::string_view> word(Value string);
  [[nodiscard]] runtime::Completion<rbs::Type> type(Value node);
  [[nodiscard]] runtime::Completion<rbs::Keyword> keyword(Value node);
  [[nodiscard]] runtime::Completion<rbs::MethodType> method_type(Value node);
  [[nodiscard]] runtime::Completion<rbs::Method> method(Value node);
  [[nodiscard]] runtime::Completion<rbs::MethodAlias> alias(Value node);
  [[nodiscard]] runtime::Completion<rbs::Mixin> mixin(Value node);
  [[nodiscard]] runtime::Completion<rbs::Declaration> declaration(Value node);
  [[nodiscard]] runtime::Completion<rbs::TypeAlias> type_alias(Value node);
  [[nodiscard]] runtime::Completion<rbs::NamedConstant> constant(Value node);

  runtime::Isolate& isolate_;
  const NodeClasses& classes_;
  std::deque<std::string>& texts_;
};

}  // namespace analyzer::managed
