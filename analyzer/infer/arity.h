#pragma once

#include <cstdint>
#include <limits>

#include "analyzer/infer/unit.h"
#include "analyzer/rbs/ast.h"

namespace analyzer::infer {

/// How many positional arguments a method takes.
struct Arity {
  static constexpr std::uint32_t kNoLimit = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t minimum = 0;
  std::uint32_t maximum = 0;

  [[nodiscard]] bool accepts(std::uint32_t count) const { return count >= minimum && count <= maximum; }
};

[[nodiscard]] inline Arity arity_of(const rbs::MethodType& type) {
  if (type.untyped_parameters) return {0, Arity::kNoLimit};
  const std::uint32_t required = type.required;
  return {required, type.rest ? Arity::kNoLimit : required + type.optional};
}

[[nodiscard]] inline Arity arity_of(const MethodDecl& method) {
  if ((method.flags & (kMethodAnyArguments | kMethodOpaque)) != 0) return {0, Arity::kNoLimit};
  const bool has_rest = (method.flags & kMethodRest) != 0;
  return {method.required, has_rest ? Arity::kNoLimit : method.required + method.optional};
}

/// Does the call end in a braceless hash? For a method without keywords that is one more positional argument.
[[nodiscard]] inline bool has_hash_arguments(const Call& call) {
  return call.keywords_count > 0 || (call.flags & (kCallHasKeywordSplat | kCallHasStringKeys)) != 0;
}

}  // namespace analyzer::infer
