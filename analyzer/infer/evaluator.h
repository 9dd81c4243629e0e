#pragma once

// Turns values (infer/unit.h) into types, following calls through signatures and through the project's own
// methods.
//
// Methods call each other in cycles, and the type of a cycle must not depend on where a worker entered it:
// the equivalence contract of pool/worker_session.h would break. So the results of methods and constants are
// found with Tarjan's algorithm (Tarjan 1972, "Depth-first search and linear graph algorithms"): whatever
// lies on a cycle is unknown, all of it and always, and everything else has one value however it is reached.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analyzer/infer/cache_layer.h"
#include "analyzer/infer/project.h"
#include "analyzer/infer/type.h"

namespace analyzer::infer {

/// One per worker; not thread-safe. The project must outlive it.
class Evaluator {
 public:
  explicit Evaluator(const Project& project) : project_(project), cache_(project) {}

  /// The type of a value of that unit. Look-ups are remembered for the last unit asked about.
  [[nodiscard]] Type type_of(std::uint32_t unit, ValueId value);
  [[nodiscard]] const Lookup& find(const TypeAtom& atom, std::string_view name) {
    return cache_.find(atom.class_id, atom.side, name);
  }
  [[nodiscard]] const Project& project() const { return project_; }

 private:
  using Memo = std::unordered_map<ValueId, Type>;

  /// One method result or constant, as Tarjan's algorithm sees it.
  struct Shared {
    Type type;
    std::uint32_t index = 0;
    std::uint32_t low = 0;  ///< smallest index of an unfinished one that it reaches
    bool reaches_itself = false;
    bool is_settled = false;
  };

  [[nodiscard]] Type evaluate(std::uint32_t unit, ValueId id, Memo& memo);
  [[nodiscard]] Type compute(std::uint32_t unit, const Value& value, Memo& memo);
  [[nodiscard]] Type shared_result(ValueRef ref);
  [[nodiscard]] Type constant(std::uint32_t unit, const Value& value);
  [[nodiscard]] Type call(std::uint32_t unit, const Call& call, Memo& memo);
  [[nodiscard]] Type call_on(const TypeAtom& atom, std::uint32_t unit, const Call& call, Memo& memo);
  [[nodiscard]] Type project_result(const TypeAtom& atom, const Lookup& found, std::string_view name);
  [[nodiscard]] Type signature_result(const TypeAtom& atom, const rbs::MethodEntry& method,
                                      std::uint32_t unit, const Call& call, Memo& memo);
  [[nodiscard]] bool accepts(const rbs::MethodType& overload, const rbs::MethodEntry& method,
                             std::uint32_t unit, const Call& call, Memo& memo);
  [[nodiscard]] Type convert(const rbs::Type& type, std::string_view context, const TypeAtom& self,
                             int depth);
  [[nodiscard]] Type convert_name(const rbs::Type& type, std::string_view context, const TypeAtom& self,
                                  int depth);
  [[nodiscard]] Type instance_of(std::string_view class_name) const;
  [[nodiscard]] Type refine_class(const Type& type, const Type& class_type, bool holds) const;
  [[nodiscard]] Type singleton_new(const TypeAtom& atom, const Lookup& found) const;
  [[nodiscard]] bool is_too_general(ClassId id) const;

  const Project& project_;
  CacheLayer cache_;
  std::uint32_t memo_unit_ = kNoIndex;
  Memo memo_;
  std::unordered_map<std::uint64_t, Shared> shared_;
  std::vector<std::uint64_t> pending_;  // Tarjan's stack: begun, and their cycle is not closed yet
  std::uint64_t current_ = 0;           // the one being worked out; 0 outside of any
  std::uint32_t next_index_ = 0;
  std::uint32_t depth_ = 0;
};

}  // namespace analyzer::infer
