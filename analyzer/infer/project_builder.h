#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analyzer/infer/file_index.h"
#include "analyzer/infer/project.h"

namespace analyzer::infer {

/// The steps of Project::build, in the order in which they run; each needs the results of those before it.
class ProjectBuilder {
 public:
  explicit ProjectBuilder(Project& project) : project_(project), files_(project.paths_) {}
  void run();

 private:
  void find_missing_libraries();
  [[nodiscard]] bool is_of_missing_library(std::string_view constant) const;
  void add_signatures();
  void add_scopes();
  void add_scope(std::uint32_t unit, ScopeId scope, bool is_qualified);
  void add_reopened_scopes();
  [[nodiscard]] std::string qualified_name(ClassId parent, std::string_view path) const;
  void link_signatures();
  void link_declarations();
  void link_superclass(std::uint32_t unit, const ClassDecl& decl);
  void link_mixin(std::uint32_t unit, const Mixin& mixin);
  void default_superclasses();
  void add_constants();
  void add_methods();
  void add_method(ClassId owner, std::uint32_t unit, std::uint32_t index);
  void open_from_outside();
  void open_what_is_not_evident();
  void changes_core(std::uint32_t unit) { core_changers_.push_back(unit); }
  void find_foreign_code();
  void close_ancestors();
  void linearize(ClassId id, std::vector<ClassId>& in_progress);
  void spread_openness();
  [[nodiscard]] bool has_hook(const ClassNode& node) const;
  void open(ClassId id);
  ClassId add_node(const std::string& name);
  template <class Visit>
  void each_unit(Visit visit);

  /// What shows that the body of a class is in the project (see open_what_is_not_evident).
  enum class Evidence : std::uint8_t { none, weak, strong };

  Project& project_;
  FileIndex files_;
  std::unordered_set<std::string_view> missing_libraries_;  // standard ones that are needed and not here
  std::vector<std::uint32_t> core_changers_;                // files, some twice
  std::vector<ClassId> core_mixins_;                        // modules of the project in core classes
  std::vector<Evidence> evidence_;                          // by class
};

}  // namespace analyzer::infer
