#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/infer/project.h"

namespace analyzer::infer {

enum class LookupStatus : std::uint8_t {
  missing,  ///< no ancestor has it, and all are known
  unknown,  ///< an open class stands before the first that has it
  found,
};

/// `signature` and `project` are both null for a method that exists but whose parameters cannot be told.
struct Lookup {
  LookupStatus status = LookupStatus::unknown;
  ClassId owner = kNoClass;
  const rbs::MethodEntry* signature = nullptr;
  const std::vector<MethodRef>* project = nullptr;
};

/// Method look-up through ancestors, remembered per worker in front of the frozen Project, so that workers
/// neither lock nor share. Not thread-safe.
class CacheLayer {
 public:
  explicit CacheLayer(const Project& project) : project_(project) {}

  /// Finds what a call of `name` on an instance of the class (or on the class object) runs. `name` must live
  /// as long as the project: all names of units and signatures do.
  [[nodiscard]] const Lookup& find(ClassId class_id, rbs::Side side, std::string_view name);

 private:
  struct Key {
    std::uint64_t class_and_side;
    std::string_view name;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    [[nodiscard]] std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>()(key.name) ^ (key.class_and_side * 0x9e3779b97f4a7c15U);
    }
  };
  [[nodiscard]] Lookup find_instance(ClassId class_id, std::string_view name) const;
  [[nodiscard]] Lookup find_singleton(ClassId class_id, std::string_view name);
  /// Own methods of one class; missing if it has none of that name.
  [[nodiscard]] Lookup own(ClassId class_id, rbs::Side side, std::string_view name) const;

  const Project& project_;
  std::unordered_map<Key, Lookup, KeyHash> memo_;
};

}  // namespace analyzer::infer
