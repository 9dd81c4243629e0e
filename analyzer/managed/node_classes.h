#pragma once

// The classes of the signature reader as the managed program knows them.
//
// They mirror the syntax tree of the RBS library: a Location for every range, a Node below which
// declarations, members, types and parameters stand. Every class has its own `initialize` that takes its own
// fields as keywords and hands the others to `super`, so that making one node is two or three `super` calls
// with as many call shapes. That is the allocation and dispatch load that a worker of the Ruby original has
// while it builds its environment.

#include <array>
#include <cstddef>

#include "analyzer/rbs/ast.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::managed {

inline constexpr std::size_t kTypeKinds = static_cast<std::size_t>(rbs::TypeKind::bottom) + 1;

/// Instance variables and methods by name, interned once.
struct NodeNames {
  runtime::SymbolId initialize, location, buffer, start, end, name, names, kind, type, arguments, result,
      required, optional, rest, untyped, keywords, keyword_rest, block, parameters, type_parameters,
      overloads, visibility, old_name, superclass, aliases, mixins, methods;
};

/// Defined once per runtime, on its main isolate before any worker exists; read by all.
struct NodeClasses {
  explicit NodeClasses(runtime::Runtime& runtime);

  NodeNames names;
  runtime::ManagedClass* location = nullptr;
  std::array<runtime::ManagedClass*, kTypeKinds> types{};
  runtime::ManagedClass* keyword = nullptr;
  runtime::ManagedClass* function = nullptr;
  runtime::ManagedClass* method_type = nullptr;
  runtime::ManagedClass* method = nullptr;
  runtime::ManagedClass* method_alias = nullptr;
  std::array<runtime::ManagedClass*, 3> mixins{};        ///< by rbs::MixinKind
  std::array<runtime::ManagedClass*, 3> declarations{};  ///< by rbs::DeclKind
  runtime::ManagedClass* type_alias = nullptr;
  runtime::ManagedClass* constant = nullptr;
};

}  // namespace analyzer::managed
