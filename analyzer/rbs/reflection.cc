#include "analyzer/rbs/reflection.h"

#include <utility>

namespace analyzer::rbs {
namespace {

std::unordered_map<std::string_view, MethodEntry>& methods_of(ClassEntry& entry, Side side) {
  return side == Side::instance ? entry.instance : entry.singleton;
}

}  // namespace

std::shared_ptr<const Reflection> Reflection::build(std::vector<std::string> sources,
                                                    LocationSink* locations) {
  std::shared_ptr<Reflection> self(new Reflection);  // NOLINT(*-owning-memory): the constructor is private
  self->sources_ = std::move(sources);
  self->files_.reserve(self->sources_.size());
  for (const std::string& source : self->sources_) self->files_.push_back(parse(source, locations));
  self->merge_files();
  return self;
}

std::shared_ptr<const Reflection> Reflection::link(std::vector<File> files, std::deque<std::string> texts) {
  std::shared_ptr<Reflection> self(new Reflection);  // NOLINT(*-owning-memory): the constructor is private
  self->texts_ = std::move(texts);
  self->files_ = std::move(files);
  self->merge_files();
  return self;
}

void Reflection::merge_files() {
  for (const File& file : files_) {
    for (const Declaration& decl : file.declarations) merge(decl);
    for (const TypeAlias& alias : file.aliases) aliases_.emplace(alias.full_name, &alias.type);
    for (const NamedConstant& constant : file.constants)
      constants_.emplace(constant.full_name, &constant.type);
    for (const auto& [construct, count] : file.skips) counts_.skips[construct] += count;
  }
  for (const File& file : files_) {
    for (const Declaration& decl : file.declarations) apply_aliases(decl);
  }
  resolve_names();
  counts_.files = files_.size();
}

void Reflection::merge(const Declaration& decl) {
  ClassEntry*& entry = by_name_[decl.full_name];
  if (entry == nullptr) {
    classes_.push_back(std::make_unique<ClassEntry>());
    entry = classes_.back().get();
    entry->name = decl.full_name;
    entry->kind = decl.kind;
  }
  if (entry->superclass.empty()) entry->superclass = decl.superclass;
  for (const Mixin& mixin : decl.mixins) entry->mixins.push_back({mixin.kind, std::string(mixin.name)});
  for (const Method& method : decl.methods) {
    MethodEntry& merged = methods_of(*entry, method.side)[method.name];
    merged.overloads.insert(merged.overloads.end(), method.overloads.begin(), method.overloads.end());
    merged.visibility = method.visibility;
    merged.context = decl.full_name;
  }
}

void Reflection::apply_aliases(const Declaration& decl) {
  ClassEntry& entry = *by_name_.at(decl.full_name);
  for (const MethodAlias& alias : decl.aliases) {
    auto& methods = methods_of(entry, alias.side);
    const auto original = methods.find(alias.old_name);
    // An alias of an inherited method keeps its name but has no overloads: it exists, and nothing more is
    // said.
    MethodEntry copy = original == methods.end() ? MethodEntry{} : original->second;
    copy.context = decl.full_name;
    methods.emplace(alias.new_name, std::move(copy));
  }
}

void Reflection::resolve_names() {
  for (const std::unique_ptr<ClassEntry>& entry : classes_) {
    counts_.classes += 1;
    counts_.methods += entry->instance.size() + entry->singleton.size();
    if (entry->kind == DeclKind::class_ && entry->superclass.empty() && entry->name != "BasicObject") {
      entry->superclass = "Object";
    }
    if (const ClassEntry* super = resolve(entry->superclass, entry->name)) entry->superclass = super->name;
    for (MixinEntry& mixin : entry->mixins) {
      const ClassEntry* module = resolve(mixin.name, entry->name);
      mixin.name = module == nullptr ? std::string() : module->name;
    }
  }
}

const ClassEntry* Reflection::find(std::string_view full_name) const {
  const auto found = by_name_.find(full_name);
  return found == by_name_.end() ? nullptr : found->second;
}

const ClassEntry* Reflection::resolve(std::string_view name, std::string_view context) const {
  const ClassEntry* found = nullptr;
  for_each_nesting(name, context, [&](std::string_view full) { return (found = find(full)) != nullptr; });
  return found;
}

const Type* Reflection::alias(std::string_view name, std::string_view context) const {
  const Type* type = nullptr;
  for_each_nesting(name, context, [&](std::string_view full) {
    const auto found = aliases_.find(full);
    if (found != aliases_.end()) type = found->second;
    return type != nullptr;
  });
  return type;
}

const Type* Reflection::constant(std::string_view full_name) const {
  const auto found = constants_.find(full_name);
  return found == constants_.end() ? nullptr : found->second;
}

}  // namespace analyzer::rbs
