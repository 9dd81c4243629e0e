#include "analyzer/infer/project_builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/infer/libraries.h"

namespace analyzer::infer {
namespace {

// Methods that Ruby calls when a module is mixed in or a class inherited; they usually add methods there.
constexpr std::array<std::string_view, 9> kHooks = {
    "included",      "extended",         "prepended",
    "inherited",     "method_added",     "append_features",
    "extend_object", "prepend_features", "singleton_method_added"};

bool answers_anything(std::string_view method) {
  return method == "method_missing" || method == "respond_to_missing?" || method == "respond_to?";
}

/// Is it a part of Ruby, whose signatures or names the analyzer has?
bool is_read_elsewhere(std::string_view required) {
  return !required.starts_with("./") && is_standard_library(without_extension(required));
}

}  // namespace

template <class Visit>
void ProjectBuilder::each_unit(Visit visit) {
  for (std::uint32_t index = 0; index < project_.units_.size(); ++index) {
    if (project_.units_[index] != nullptr) visit(index, *project_.units_[index]);
  }
}

void ProjectBuilder::run() {
  find_missing_libraries();
  add_signatures();
  add_scopes();
  link_signatures();
  add_constants();
  close_ancestors();  // for the constants that the next steps resolve
  add_reopened_scopes();
  link_declarations();
  default_superclasses();
  add_methods();
  close_ancestors();
  open_from_outside();
  find_foreign_code();
  open_what_is_not_evident();
  spread_openness();
}

void ProjectBuilder::find_missing_libraries() {
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    for (const Requirement& needed : unit.requires_) {
      const std::string_view name = unit.name(needed.name);
      if (needed.is_conditional == 0 && is_read_elsewhere(name) && files_.find(index, name) == nullptr) {
        missing_libraries_.insert(name.substr(0, name.find('/')));
      }
    }
  });
}

/// Does a library own this top-level constant that is not in the project, or not wholly? A class below it is
/// then shown in part.
bool ProjectBuilder::is_of_missing_library(std::string_view constant) const {
  if (is_native_constant(constant)) return true;
  const std::optional<std::string> feature = library_of_constant(constant);
  if (!feature) return false;
  return !files_.has(*feature) || missing_libraries_.contains(feature->substr(0, feature->find('/')));
}

ClassId ProjectBuilder::add_node(const std::string& name) {
  const auto [found, is_new] = project_.ids_.emplace(name, static_cast<ClassId>(project_.nodes_.size()));
  if (is_new) {
    project_.nodes_.emplace_back();
    project_.nodes_.back().name = name;
    evidence_.push_back(Evidence::none);
    if (is_of_missing_library(std::string_view(name).substr(0, name.find("::")))) open(found->second);
  }
  return found->second;
}

void ProjectBuilder::open(ClassId id) {
  project_.nodes_[id].is_open = true;
  project_.nodes_[id].is_singleton_open = true;
}

void ProjectBuilder::add_signatures() {
  for (const auto& entry : project_.reflection_->classes()) {
    if (entry->kind == rbs::DeclKind::interface) continue;
    ClassNode& node = project_.nodes_[add_node(entry->name)];
    node.signatures = entry.get();
    node.is_module = entry->kind == rbs::DeclKind::module;
    // Signatures of a native extension's class are as complete as those of any other class.
    node.is_open = false;
    node.is_singleton_open = false;
  }
  // Without signatures (an empty folder) there is still the root of everything, and nothing is known of it.
  for (const char* name : {"Object", "Class", "Module", "NilClass", "TrueClass", "FalseClass", "Integer"}) {
    const ClassId id = add_node(name);
    if (project_.nodes_[id].signatures == nullptr) open(id);
  }
  CoreIds& core = project_.core_;
  core.object = project_.find("Object");
  core.class_ = project_.find("Class");
  core.module = project_.find("Module");
  core.nil = project_.find("NilClass");
  core.true_ = project_.find("TrueClass");
  core.false_ = project_.find("FalseClass");
  core.integer = project_.find("Integer");
}

void ProjectBuilder::add_scopes() {
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    project_.scope_classes_[index].assign(unit.scopes.size(), kNoClass);
  });
  // `class A::B` needs A, which another file may declare: those wait for a second round.
  for (const bool is_qualified : {false, true}) {
    each_unit([&](std::uint32_t index, const FileUnit& unit) {
      for (ScopeId scope = 0; scope < unit.scopes.size(); ++scope) add_scope(index, scope, is_qualified);
    });
  }
}

void ProjectBuilder::add_scope(std::uint32_t unit, ScopeId scope, bool is_qualified) {
  ClassId& id = project_.scope_classes_[unit][scope];
  if (id != kNoClass) return;
  const FileUnit& in = *project_.units_[unit];
  const Scope& at = in.scopes[scope];
  const ScopeKind kind = at.scope_kind();
  if (kind == ScopeKind::top) {
    id = project_.core_.object;
    return;
  }
  const ClassId parent = project_.scope_classes_[unit][at.parent];
  if (kind == ScopeKind::opaque || kind == ScopeKind::reopened || parent == kNoClass) return;
  if (kind == ScopeKind::singleton_class) {
    id = parent;
    return;
  }
  const std::string_view path = in.name(at.path);
  if (path.find("::") != std::string_view::npos && !is_qualified) return;
  const ClassId added = add_node(qualified_name(parent, path));
  project_.scope_classes_[unit][scope] = added;
  if (project_.nodes_[added].signatures == nullptr)
    project_.nodes_[added].is_module = kind == ScopeKind::module;
}

void ProjectBuilder::add_reopened_scopes() {
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    for (ScopeId scope = 0; scope < unit.scopes.size(); ++scope) {
      const Scope& at = unit.scopes[scope];
      if (at.scope_kind() != ScopeKind::reopened) continue;
      project_.scope_classes_[index][scope] =
          project_.constant(index, at.parent, unit.name(at.path)).class_id;
    }
  });
}

std::string ProjectBuilder::qualified_name(ClassId parent, std::string_view path) const {
  if (path.starts_with("::")) return std::string(path.substr(2));
  const std::string_view context =
      parent == project_.core_.object ? "" : std::string_view(project_.node(parent).name);
  const std::size_t cut = path.rfind("::");
  if (cut == std::string_view::npos) {
    return context.empty() ? std::string(path) : std::string(context) + "::" + std::string(path);
  }
  std::string prefix(path.substr(0, cut));
  rbs::for_each_nesting(path.substr(0, cut), context, [&](std::string_view full) {
    if (project_.find(full) == kNoClass) return false;
    prefix = full;
    return true;
  });
  return prefix + std::string(path.substr(cut));
}

void ProjectBuilder::link_signatures() {
  for (ClassNode& node : project_.nodes_) {
    if (node.signatures == nullptr) continue;
    node.superclass = project_.find(node.signatures->superclass);
    node.has_superclass = node.superclass != kNoClass;
    for (const rbs::MixinEntry& mixin : node.signatures->mixins) {
      const ClassId module = project_.find(mixin.name);
      // An interface or an undeclared module: its methods are in the signatures of the class anyway.
      if (module == kNoClass) continue;
      auto& list = mixin.kind == rbs::MixinKind::include  ? node.includes
                   : mixin.kind == rbs::MixinKind::extend ? node.extends
                                                          : node.prepends;
      list.push_back(module);
    }
  }
}

void ProjectBuilder::link_declarations() {
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    for (const ClassDecl& decl : unit.classes) link_superclass(index, decl);
    for (const Mixin& mixin : unit.mixins) link_mixin(index, mixin);
  });
}

void ProjectBuilder::link_superclass(std::uint32_t unit, const ClassDecl& decl) {
  const FileUnit& in = *project_.units_[unit];
  const ClassId id = project_.scope_class(unit, decl.scope);
  if (id == kNoClass) return;
  ClassNode& node = project_.nodes_[id];
  if (decl.open != 0 && node.signatures != nullptr) changes_core(unit);
  if (node.signatures == nullptr) {
    node.is_open = node.is_open || (decl.open & kOpenInstance) != 0;
    node.is_singleton_open = node.is_singleton_open || (decl.open & kOpenSingleton) != 0;
  }
  const auto kind = static_cast<SuperclassKind>(decl.superclass_kind);
  if (kind == SuperclassKind::none || node.signatures != nullptr) return;
  ClassId super = kNoClass;
  if (kind == SuperclassKind::path) {
    // Evaluated where the class stands, not inside it.
    super = project_.constant(unit, in.scopes[decl.scope].parent, in.name(decl.superclass)).class_id;
  }
  evidence_[id] = Evidence::strong;
  const bool contradicts = node.superclass != kNoClass && node.superclass != super;
  if (super == kNoClass || super == id || contradicts) {
    open(id);
    node.has_unknown_ancestor = true;
    return;
  }
  node.superclass = super;
  node.has_superclass = true;
}

void ProjectBuilder::link_mixin(std::uint32_t unit, const Mixin& mixin) {
  const FileUnit& in = *project_.units_[unit];
  const ClassId into = mixin.target == 0
                           ? project_.scope_class(unit, mixin.into)
                           : project_.constant(unit, mixin.into, in.name(mixin.target)).class_id;
  if (into == kNoClass) return;
  const ClassId module =
      mixin.path == 0 ? into : project_.constant(unit, mixin.into, in.name(mixin.path)).class_id;
  ClassNode& node = project_.nodes_[into];
  const auto way = static_cast<MixinWay>(mixin.way);
  if (node.signatures != nullptr && (module == kNoClass || project_.nodes_[module].signatures == nullptr)) {
    changes_core(unit);
    if (module != kNoClass) core_mixins_.push_back(module);
  }
  if (module == kNoClass) {
    if (node.signatures != nullptr) return;
    if (way != MixinWay::extend) {
      node.is_open = true;
      node.has_unknown_ancestor = true;
    }
    node.is_singleton_open = true;
    return;
  }
  auto& list = way == MixinWay::include  ? node.includes
               : way == MixinWay::extend ? node.extends
                                         : node.prepends;
  if (std::find(list.begin(), list.end(), module) == list.end()) list.push_back(module);
}

void ProjectBuilder::default_superclasses() {
  for (ClassId id = 0; id < project_.nodes_.size(); ++id) {
    ClassNode& node = project_.nodes_[id];
    if (node.signatures != nullptr || node.is_module || node.superclass != kNoClass) continue;
    if (id != project_.core_.object) node.superclass = project_.core_.object;
  }
}

void ProjectBuilder::add_constants() {
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    for (const ConstantDecl& decl : unit.constants) {
      const ClassId parent = project_.scope_class(index, decl.scope);
      if (parent == kNoClass) continue;
      Project::ConstantEntry& entry = project_.constants_[qualified_name(parent, unit.name(decl.path))];
      ++entry.assignments;
      entry.value = {index, decl.value};
    }
  });
}

void ProjectBuilder::add_methods() {
  for (ClassId id = 0; id < project_.nodes_.size(); ++id) {
    const rbs::ClassEntry* const signatures = project_.nodes_[id].signatures;
    if (signatures == nullptr) continue;
    for (const auto& [name, method] : signatures->instance) project_.definers_[name].push_back(id);
    for (const auto& [name, method] : signatures->singleton) project_.definers_[name].push_back(id);
  }
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    for (std::uint32_t method = 0; method < unit.methods.size(); ++method) {
      const ClassId owner = project_.scope_class(index, unit.methods[method].scope);
      if (owner == kNoClass) {
        project_.loose_.insert(unit.name(unit.methods[method].name));
      } else {
        add_method(owner, index, method);
      }
    }
    for (const NameId name : unit.loose_names) project_.loose_.insert(unit.name(name));
  });
}

void ProjectBuilder::add_method(ClassId owner, std::uint32_t unit, std::uint32_t index) {
  const MethodDecl& decl = project_.units_[unit]->methods[index];
  const std::string_view name = project_.units_[unit]->name(decl.name);
  ClassNode& node = project_.nodes_[owner];
  const bool is_singleton = (decl.flags & kMethodSingleton) != 0;
  (is_singleton ? node.singleton : node.instance)[name].push_back({unit, index});
  if (answers_anything(name)) {
    if (node.signatures != nullptr) {
      changes_core(unit);
    } else {
      (is_singleton ? node.is_singleton_open : node.is_open) = true;
    }
  }
  evidence_[owner] = std::max(evidence_[owner], name == "initialize" ? Evidence::strong : Evidence::weak);
  std::vector<ClassId>& definers = project_.definers_[name];
  if (definers.empty() || definers.back() != owner) definers.push_back(owner);
}

void ProjectBuilder::open_from_outside() {
  each_unit([this](std::uint32_t index, const FileUnit& unit) {
    for (const OpenedConstant& opened : unit.opened) {
      const ClassId id = project_.constant(index, opened.scope, unit.name(opened.path)).class_id;
      if (id == kNoClass) continue;
      if (project_.nodes_[id].signatures != nullptr) {
        changes_core(index);
      } else {
        open(id);
      }
    }
  });
}

// A file that needs a library which is neither in the project nor in Ruby's distribution shares its process
// with code that nobody has read: it may extend core classes, and a class without `initialize` and without a
// superclass may be a patch of one that lives there. So do the files that need such a file, and those that it
// needs itself. So is a file that changes a core class in a way that cannot be followed: opening the class
// itself would silence every check of the project for one line. What is needed under a condition (`begin
// require 'x' rescue LoadError`, in a method) may be missing, so only the file that asks for it can build on
// it.
void ProjectBuilder::find_foreign_code() {
  std::vector<std::vector<std::uint32_t>> needed_by(project_.units_.size());
  std::vector<std::vector<std::uint32_t>> needs(project_.units_.size());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> conditional;
  std::vector<std::uint32_t> foreign = core_changers_;
  each_unit([&](std::uint32_t index, const FileUnit& unit) {
    for (const Requirement& needed : unit.requires_) {
      const std::vector<std::uint32_t>* const found = files_.find(index, unit.name(needed.name));
      if (found == nullptr) {
        if (is_read_elsewhere(unit.name(needed.name))) continue;
        if (needed.is_conditional == 0 && !project_.foreign_[index]) foreign.push_back(index);
        project_.foreign_[index] = true;
        continue;
      }
      for (const std::uint32_t other : *found) {
        if (needed.is_conditional != 0) {
          conditional.emplace_back(index, other);
        } else {
          needed_by[other].push_back(index);
          needs[index].push_back(other);
        }
      }
    }
  });
  std::vector<bool> has_spread(project_.units_.size());
  for (const std::uint32_t index : foreign) has_spread[index] = true;
  for (std::size_t at = 0; at < foreign.size(); ++at) {
    for (const std::uint32_t index : needed_by[foreign[at]]) {
      if (!has_spread[index]) foreign.push_back(index);
      has_spread[index] = true;
    }
  }
  for (const std::uint32_t index : foreign) {
    project_.foreign_[index] = true;
    for (const std::uint32_t other : needs[index]) project_.foreign_[other] = true;
  }
  for (const auto& [index, other] : conditional) {
    if (has_spread[other]) project_.foreign_[index] = true;
  }
}

// Part of a program is often checked by itself, and then `class Parser` in one of its files may be no more
// than a name to nest things in, or a patch of a class that the rest defines. A class without any method of
// its own may have methods elsewhere; so may, where the project needs files that are not there, one that
// shows neither a superclass nor an `initialize`.
void ProjectBuilder::open_what_is_not_evident() {
  std::vector<bool> is_foreign(project_.nodes_.size());
  each_unit([&](std::uint32_t index, const FileUnit&) {
    for (const ClassId id : project_.scope_classes_[index]) {
      if (id != kNoClass && project_.foreign_[index]) is_foreign[id] = true;
    }
  });
  for (ClassId id = 0; id < project_.nodes_.size(); ++id) {
    const Evidence needed = is_foreign[id] ? Evidence::strong : Evidence::weak;
    if (project_.nodes_[id].signatures == nullptr && evidence_[id] < needed) open(id);
  }
}

void ProjectBuilder::close_ancestors() {
  for (ClassNode& node : project_.nodes_) node.ancestors.clear();
  std::vector<ClassId> in_progress;
  for (ClassId id = 0; id < project_.nodes_.size(); ++id) linearize(id, in_progress);
}

/// Fills in the ancestors of one class after those of what it is made of. A class that is its own ancestor
/// (the text is wrong then) is open.
void ProjectBuilder::linearize(ClassId id, std::vector<ClassId>& in_progress) {
  if (!project_.nodes_[id].ancestors.empty()) return;
  if (std::find(in_progress.begin(), in_progress.end(), id) != in_progress.end()) {
    open(id);
    return;
  }
  in_progress.push_back(id);
  const ClassNode& node = project_.nodes_[id];
  std::vector<ClassId> order;
  const auto append = [&](ClassId other) {
    if (other == kNoClass || other == id) return;
    linearize(other, in_progress);
    for (const ClassId at : project_.nodes_[other].ancestors) {
      if (std::find(order.begin(), order.end(), at) == order.end()) order.push_back(at);
    }
  };
  std::for_each(node.prepends.rbegin(), node.prepends.rend(), append);
  order.push_back(id);
  std::for_each(node.includes.rbegin(), node.includes.rend(), append);
  append(node.superclass);
  in_progress.pop_back();
  project_.nodes_[id].ancestors = std::move(order);
}

bool ProjectBuilder::has_hook(const ClassNode& node) const {
  return std::any_of(kHooks.begin(), kHooks.end(), [&](std::string_view hook) {
    if (node.singleton.contains(hook)) return true;
    return std::any_of(node.extends.begin(), node.extends.end(), [&](ClassId id) {
      const auto& ancestors = project_.nodes_[id].ancestors;
      return std::any_of(ancestors.begin(), ancestors.end(),
                         [&](ClassId ancestor) { return project_.nodes_[ancestor].instance.contains(hook); });
    });
  });
}

// A class is as open as what it is made of; hooks of a module or superclass may add anything. Repeated until
// nothing changes: as often as the deepest chain of mixins is long.
void ProjectBuilder::spread_openness() {
  const auto opens_others = [this](ClassId id) {
    const ClassNode& node = project_.nodes_[id];
    if (node.signatures != nullptr) return false;
    return node.is_singleton_open || has_hook(node);
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (ClassId id = 0; id < project_.nodes_.size(); ++id) {
      ClassNode& node = project_.nodes_[id];
      if (node.signatures != nullptr || (node.is_open && node.is_singleton_open)) continue;
      const auto differs = [&](ClassId other) { return other != id && opens_others(other); };
      bool opens = node.superclass != kNoClass && differs(node.superclass);
      for (const auto* list : {&node.includes, &node.prepends, &node.extends}) {
        opens = opens || std::any_of(list->begin(), list->end(), differs);
      }
      if (!opens) continue;
      open(id);
      changed = true;
    }
  }
  // Everything is below a core class: what one has of an open module is known to those who need that file.
  for (const ClassId module : core_mixins_) {
    for (const ClassId ancestor : project_.nodes_[module].ancestors)
      project_.nodes_[ancestor].is_open = false;
  }
  for (ClassId id = 0; id < project_.nodes_.size(); ++id) {
    if (!project_.nodes_[id].is_open && !project_.nodes_[id].is_singleton_open) continue;
    for (const ClassId ancestor : project_.nodes_[id].ancestors) {
      if (ancestor != id) project_.nodes_[ancestor].has_open_descendant = true;
    }
  }
}

}  // namespace analyzer::infer
