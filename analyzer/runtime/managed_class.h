#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/runtime/call_info.h"
#include "analyzer/runtime/completion.h"
#include "analyzer/runtime/value.h"

namespace analyzer::runtime {

/// What a native method sees of its call. `arguments` are rooted by the caller: the positional ones, then one
/// per keyword of `info`, in its order.
struct Call {
  Value self;
  std::span<const Value> arguments;
  const CallInfo* info = nullptr;

  [[nodiscard]] Value positional(std::size_t index) const { return arguments[index]; }
  /// The argument of that keyword, nil when the call does not give it.
  [[nodiscard]] Value keyword(SymbolId name) const;
};

using NativeMethod = Completion<Value> (*)(Isolate& isolate, const Call& call);

/// A method and what it accepts. Immutable once its class is in use.
struct Method {
  SymbolId name{};
  NativeMethod body = nullptr;
  const ManagedClass* owner = nullptr;
  std::uint32_t required = 0;
  std::uint32_t optional = 0;
  bool takes_any_keyword = false;       ///< **options
  std::vector<SymbolId> keywords = {};  ///< accepted keywords when it does not take any
};

/// A class: its place in the hierarchy, its methods and constants. Built on the main isolate before any
/// worker starts, read-only from then on, never collected. Always shareable; its constants need not be.
class ManagedClass {
 public:
  ManagedClass(std::string name, const ManagedClass* superclass)
      : name_(std::move(name)), superclass_(superclass) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const ManagedClass* superclass() const { return superclass_; }

  void define_method(Method method);
  /// Looks here and then upwards; null when nobody defines it.
  [[nodiscard]] const Method* find_method(SymbolId name) const;

  /// Adds an instance variable; definition time only, and before a subclass adds its own. Returns its index.
  std::size_t define_field(SymbolId name);
  /// Instance variables of this class alone, in order; the first has index `superclass()->field_count()`.
  [[nodiscard]] const std::vector<SymbolId>& own_fields() const { return fields_; }
  [[nodiscard]] std::size_t field_count() const;
  /// Index of an instance variable of this class or of one above it.
  [[nodiscard]] std::optional<std::size_t> field_index(SymbolId name) const;

  void define_constant(SymbolId name, Value value) { constants_[name] = value; }
  [[nodiscard]] const std::unordered_map<SymbolId, Value>& constants() const { return constants_; }

 private:
  std::string name_;
  const ManagedClass* superclass_;
  std::unordered_map<SymbolId, Method> methods_;
  std::vector<SymbolId> fields_;
  std::unordered_map<SymbolId, Value> constants_;
};

}  // namespace analyzer::runtime
