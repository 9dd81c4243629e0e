#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/managed/node_classes.h"
#include "analyzer/rbs/parser.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::managed {

/// Reads signature files into managed syntax trees, in one isolate. A location object is made for every range
/// as the parser leaves it, and each node is an object built by its class's `initialize`.
class SignatureLoader final : private rbs::LocationSink {
 public:
  /// Both must outlive the loader.
  SignatureLoader(runtime::Isolate& isolate, const NodeClasses& classes)
      : isolate_(isolate), classes_(classes) {}

  /// The declarations, type aliases and constants of one file, as three managed arrays in one; the caller
  /// keeps it before its next safepoint. `path` names the buffer in locations. Whatever the managed program
  /// raises is passed on.
  [[nodiscard]] runtime::Completion<runtime::Value> load(std::string_view path, std::string_view source);

 private:
  using Value = runtime::Value;
  using Built = runtime::Completion<Value>;
  using Field = std::pair<runtime::SymbolId, Value>;

  void on_location(std::uint32_t begin, std::uint32_t end) override;
  Built construct(runtime::ManagedClass& klass, std::initializer_list<Field> fields);
  Built location(std::initializer_list<std::string_view> children);
  Value text(std::string_view text);

  template <class T>
  Built array(const std::vector<T>& items, Built (SignatureLoader::*build)(const T&));
  Built names(const std::vector<std::string_view>& items);

  Built type(const rbs::Type& type);
  Built keyword(const rbs::Keyword& keyword);
  Built function(const rbs::MethodType& type);
  Built method_type(const rbs::MethodType& type);
  Built method(const rbs::Method& method);
  Built alias(const rbs::MethodAlias& alias);
  Built mixin(const rbs::Mixin& mixin);
  Built declaration(const rbs::Declaration& declaration);
  Built type_alias(const rbs::TypeAlias& alias);
  Built constant(const rbs::NamedConstant& constant);

  runtime::Isolate& isolate_;
  const NodeClasses& classes_;
  std::string_view source_;
  Value buffer_;     // rooted while load() runs
  Value locations_;  // likewise
  std::optional<runtime::ManagedError> raised_while_parsing_;
};

}  // namespace analyzer::managed
