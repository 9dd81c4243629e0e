#pragma once

// The whole program as a graph of classes: signatures and all units merged, names resolved, then frozen.
//
// Built once between the two passes of a check, from the units in the order of the paths, so it is the same
// however the files were divided among workers. After that any number of threads read it without a lock.
//
// A class is *open* where methods may exist that no text shows: an unknown superclass or mixin,
// `method_missing`, `define_method` with a computed name, an unknown word in the class body, `class_eval`
// from outside, a hook such as `included`. Nothing is ever reported about an open class. Names defined where
// their class cannot be told ("loose" names: in blocks, in refinements, on single objects) are never reported
// as missing on anything.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/infer/unit.h"
#include "analyzer/rbs/reflection.h"

namespace analyzer::infer {

using ClassId = std::uint32_t;
inline constexpr ClassId kNoClass = 0xffffffff;

/// A method that the project defines.
struct MethodRef {
  std::uint32_t unit = 0;
  std::uint32_t method = 0;
};

/// A value in some unit.
struct ValueRef {
  std::uint32_t unit = 0;
  ValueId value = kUnknownValue;
};

using ProjectMethods = std::unordered_map<std::string_view, std::vector<MethodRef>>;

struct ClassNode {
  std::string name;
  bool is_module = false;
  bool is_open = false;            ///< instances
  bool is_singleton_open = false;  ///< the class object
  bool has_superclass = false;     ///< some declaration names one
  bool has_unknown_ancestor = false;
  bool has_open_descendant = false;
  const rbs::ClassEntry* signatures = nullptr;  ///< null for a class that only the project knows
  ClassId superclass = kNoClass;
  std::vector<ClassId> includes;  ///< in the order of the text
  std::vector<ClassId> prepends;
  std::vector<ClassId> extends;
  std::vector<ClassId> ancestors;  ///< in the order of method look-up, itself included
  ProjectMethods instance;
  ProjectMethods singleton;
};

/// Ids of the classes that the inference names itself.
struct CoreIds {
  ClassId object = kNoClass;
  ClassId class_ = kNoClass;
  ClassId module = kNoClass;
  ClassId nil = kNoClass;
  ClassId true_ = kNoClass;
  ClassId false_ = kNoClass;
  ClassId integer = kNoClass;
};

/// What a constant means. At most one of the three is set; none for one that cannot be told.
struct ConstantMeaning {
  ClassId class_id = kNoClass;
  const ValueRef* value = nullptr;
  const rbs::Type* type = nullptr;
};

using UnitPtr = std::shared_ptr<const FileUnit>;

class Project {
 public:
  /// `units[i]` belongs to `paths[i]`; a null unit is a file that could not be read.
  [[nodiscard]] static std::shared_ptr<const Project> build(std::shared_ptr<const rbs::Reflection> reflection,
                                                            std::vector<std::string> paths,
                                                            std::vector<UnitPtr> units);

  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;
  ~Project() = default;

  [[nodiscard]] const rbs::Reflection& reflection() const { return *reflection_; }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  [[nodiscard]] const FileUnit* unit(std::uint32_t index) const { return units_[index].get(); }
  [[nodiscard]] std::size_t size() const { return units_.size(); }
  [[nodiscard]] const std::vector<UnitPtr>& units() const { return units_; }
  [[nodiscard]] const ClassNode& node(ClassId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t class_count() const { return nodes_.size(); }
  [[nodiscard]] const CoreIds& core() const { return core_; }
  /// The class or module of that full name, or kNoClass.
  [[nodiscard]] ClassId find(std::string_view full_name) const;
  /// The class whose body the scope is, or kNoClass for an opaque one. The top of a file is Object.
  [[nodiscard]] ClassId scope_class(std::uint32_t unit, ScopeId scope) const {
    return scope_classes_[unit][scope];
  }
  /// What `path` means when read in that scope.
  [[nodiscard]] ConstantMeaning constant(std::uint32_t unit, ScopeId scope, std::string_view path) const;
  [[nodiscard]] bool is_subclass(ClassId descendant, ClassId ancestor) const;
  /// Does a class below `of` define a method of that name itself?
  [[nodiscard]] bool is_overridden(ClassId of, rbs::Side side, std::string_view name) const;
  [[nodiscard]] bool is_loose(std::string_view name) const { return loose_.contains(name); }
  /// May core classes have methods that this file's libraries add and no text of the project shows?
  [[nodiscard]] bool sees_foreign_code(std::uint32_t unit) const { return foreign_[unit]; }

 private:
  friend class ProjectBuilder;
  struct ConstantEntry {
    std::uint32_t assignments = 0;
    ValueRef value;
  };
  Project() = default;
  [[nodiscard]] ConstantMeaning member(std::string_view full_name) const;
  [[nodiscard]] bool has_member(std::string_view full_name) const;
  /// The constant of a class or of one of its ancestors; no meaning if an ancestor is not known, nothing if
  /// none has it.
  [[nodiscard]] std::optional<ConstantMeaning> member_of_ancestors(ClassId of,
                                                                   std::string_view segment) const;
  [[nodiscard]] ConstantMeaning first_segment(std::uint32_t unit, ScopeId scope,
                                              std::string_view segment) const;

  std::shared_ptr<const rbs::Reflection> reflection_;
  std::vector<std::string> paths_;
  std::vector<UnitPtr> units_;
  std::vector<ClassNode> nodes_;
  std::unordered_map<std::string, ClassId> ids_;
  std::unordered_map<std::string, ConstantEntry> constants_;
  std::vector<std::vector<ClassId>> scope_classes_;
  std::unordered_map<std::string_view, std::vector<ClassId>> definers_;
  std::unordered_set<std::string_view> loose_;
  std::vector<bool> foreign_;
  CoreIds core_;
};

}  // namespace analyzer::infer
