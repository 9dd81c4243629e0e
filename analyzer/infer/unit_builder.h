#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/infer/unit.h"
#include "analyzer/syntax/ast.h"

namespace analyzer::infer {

/// Builds one FileUnit: interns names and adds values that are worth keeping. Names view the source while
/// building.
class UnitBuilder {
 public:
  UnitBuilder();

  [[nodiscard]] NameId intern(std::string_view name);
  /// A value without a class name or parts: nil, true_, false_.
  [[nodiscard]] ValueId simple(ValueKind kind) { return add({static_cast<std::uint32_t>(kind), 0, 0}, 0); }
  [[nodiscard]] ValueId literal(std::string_view class_name);
  [[nodiscard]] ValueId integer(bool is_known, std::int32_t number);
  [[nodiscard]] ValueId self(ValueKind kind, ScopeId scope) {
    return add({static_cast<std::uint32_t>(kind), scope, 0}, 0);
  }
  [[nodiscard]] ValueId constant(std::string_view path, ScopeId scope);
  /// One of the two; unknown if either is.
  [[nodiscard]] ValueId join(ValueId a, ValueId b);
  /// truthy, falsy or not_nil of `of`; unknown stays unknown.
  [[nodiscard]] ValueId refine(ValueKind kind, ValueId of);
  /// is_a or is_not_a. An unknown value that is_a C is known to be a C.
  [[nodiscard]] ValueId refine_class(ValueKind kind, ValueId of, ValueId class_value);
  /// Records the call and gives its result. The call must have a known receiver.
  [[nodiscard]] ValueId call(const Call& call);

  [[nodiscard]] FileUnit& unit() { return unit_; }
  [[nodiscard]] FileUnit take() && { return std::move(unit_); }

 private:
  [[nodiscard]] ValueId add(Value value, std::uint32_t depth);

  FileUnit unit_;
  std::unordered_map<std::string_view, NameId> name_ids_;
  std::vector<std::uint32_t> depths_;
};

}  // namespace analyzer::infer
