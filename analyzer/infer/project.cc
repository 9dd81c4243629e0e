#include "analyzer/infer/project.h"

#include <algorithm>
#include <utility>

#include "analyzer/infer/project_builder.h"

namespace analyzer::infer {

std::shared_ptr<const Project> Project::build(std::shared_ptr<const rbs::Reflection> reflection,
                                              std::vector<std::string> paths, std::vector<UnitPtr> units) {
  std::shared_ptr<Project> project(new Project);  // NOLINT(*-owning-memory): the constructor is private
  project->reflection_ = std::move(reflection);
  project->paths_ = std::move(paths);
  project->units_ = std::move(units);
  project->scope_classes_.resize(project->units_.size());
  project->foreign_.resize(project->units_.size());
  ProjectBuilder(*project).run();
  return project;
}

ClassId Project::find(std::string_view full_name) const {
  const auto found = ids_.find(std::string(full_name));
  return found == ids_.end() ? kNoClass : found->second;
}

bool Project::is_subclass(ClassId descendant, ClassId ancestor) const {
  const std::vector<ClassId>& all = nodes_[descendant].ancestors;
  return std::find(all.begin(), all.end(), ancestor) != all.end();
}

bool Project::is_overridden(ClassId of, rbs::Side side, std::string_view name) const {
  const auto found = definers_.find(name);
  if (found == definers_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](ClassId definer) {
    if (is_subclass(of, definer)) return false;  // above, or itself
    const ClassNode& node = nodes_[definer];
    const auto has = [&](rbs::Side on) {
      return (on == rbs::Side::instance ? node.instance : node.singleton).contains(name) ||
             (node.signatures != nullptr && node.signatures->methods(on).contains(name));
    };
    // A module may be mixed into a class below; whether it is does not matter enough to look.
    return node.is_module ? has(rbs::Side::instance) : is_subclass(definer, of) && has(side);
  });
}

bool Project::has_member(std::string_view full_name) const {
  return find(full_name) != kNoClass || constants_.contains(std::string(full_name)) ||
         reflection_->constant(full_name) != nullptr;
}

ConstantMeaning Project::member(std::string_view full_name) const {
  ConstantMeaning meaning;
  const ClassId id = find(full_name);
  const auto assigned = constants_.find(std::string(full_name));
  if (assigned != constants_.end()) {
    // Assigned twice, or assigned and declared: which of them it is depends on what ran.
    if (id == kNoClass && assigned->second.assignments == 1) meaning.value = &assigned->second.value;
    return meaning;
  }
  meaning.class_id = id;
  if (id == kNoClass) meaning.type = reflection_->constant(full_name);
  return meaning;
}

std::optional<ConstantMeaning> Project::member_of_ancestors(ClassId of, std::string_view segment) const {
  for (const ClassId ancestor : nodes_[of].ancestors) {
    const ClassNode& node = nodes_[ancestor];
    // Behind an ancestor that is not known, its constants come first.
    if (node.has_unknown_ancestor) return ConstantMeaning{};
    // From Object on it is the top level, which `A::B` does not search and plain `B` searches last.
    if (ancestor == core_.object) break;
    const std::string full = node.name + "::" + std::string(segment);
    if (has_member(full)) return member(full);
  }
  return std::nullopt;
}

ConstantMeaning Project::first_segment(std::uint32_t unit, ScopeId scope, std::string_view segment) const {
  const FileUnit& in = *units_[unit];
  ClassId innermost = kNoClass;
  for (ScopeId at = scope; at != 0 && at != kNoIndex; at = in.scopes[at].parent) {
    const ScopeKind kind = in.scopes[at].scope_kind();
    if (kind == ScopeKind::singleton_class || kind == ScopeKind::reopened) continue;
    const ClassId id = scope_classes_[unit][at];
    if (id == kNoClass) return {};  // an opaque body may hold a constant of that name
    if (innermost == kNoClass) innermost = id;
    const std::string full = nodes_[id].name + "::" + std::string(segment);
    if (has_member(full)) return member(full);
  }
  if (innermost != kNoClass) {
    if (const auto inherited = member_of_ancestors(innermost, segment)) return *inherited;
  }
  return member(segment);
}

ConstantMeaning Project::constant(std::uint32_t unit, ScopeId scope, std::string_view path) const {
  const bool is_absolute = path.starts_with("::");
  if (is_absolute) path.remove_prefix(2);
  std::size_t cut = path.find("::");
  const std::string_view first = path.substr(0, cut);
  ConstantMeaning meaning = is_absolute ? member(first) : first_segment(unit, scope, first);
  while (cut != std::string_view::npos) {
    if (meaning.class_id == kNoClass) return {};
    path.remove_prefix(cut + 2);
    cut = path.find("::");
    meaning = member_of_ancestors(meaning.class_id, path.substr(0, cut)).value_or(ConstantMeaning{});
  }
  return meaning;
}

}  // namespace analyzer::infer
