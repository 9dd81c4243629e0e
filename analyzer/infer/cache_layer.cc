#include "analyzer/infer/cache_layer.h"

#include <algorithm>

namespace analyzer::infer {

Lookup CacheLayer::own(ClassId class_id, rbs::Side side, std::string_view name) const {
  const ClassNode& node = project_.node(class_id);
  Lookup found{LookupStatus::missing, class_id, nullptr, nullptr};
  const ProjectMethods& methods = side == rbs::Side::instance ? node.instance : node.singleton;
  if (const auto at = methods.find(name); at != methods.end()) {
    found.status = LookupStatus::found;
    found.project = &at->second;
  }
  if (node.signatures == nullptr) return found;
  const auto& signatures = node.signatures->methods(side);
  const auto at = signatures.find(name);
  if (at == signatures.end()) return found;
  found.status = LookupStatus::found;
  // Written twice, in the signatures and in the project: it exists, and which one runs cannot be told.
  found.signature = found.project == nullptr ? &at->second : nullptr;
  found.project = nullptr;
  return found;
}

Lookup CacheLayer::find_instance(ClassId class_id, std::string_view name) const {
  for (const ClassId ancestor : project_.node(class_id).ancestors) {
    if (project_.node(ancestor).is_open) return {};
    const Lookup found = own(ancestor, rbs::Side::instance, name);
    if (found.status == LookupStatus::found) return found;
  }
  return {LookupStatus::missing, kNoClass, nullptr, nullptr};
}

Lookup CacheLayer::find_singleton(ClassId class_id, std::string_view name) {
  const ClassNode& start = project_.node(class_id);
  for (const ClassId at : start.ancestors) {
    const ClassNode& node = project_.node(at);
    if (node.is_module && at != class_id) continue;
    if (node.is_singleton_open) return {};
    const Lookup found = own(at, rbs::Side::singleton, name);
    if (found.status == LookupStatus::found) return found;
    Lookup mixed_in;
    const bool is_mixed_in = std::any_of(node.extends.rbegin(), node.extends.rend(), [&](ClassId module) {
      mixed_in = find_instance(module, name);
      return mixed_in.status != LookupStatus::missing;
    });
    if (is_mixed_in) return mixed_in;
  }
  return find_instance(start.is_module ? project_.core().module : project_.core().class_, name);
}

const Lookup& CacheLayer::find(ClassId class_id, rbs::Side side, std::string_view name) {
  const Key key{std::uint64_t{class_id} * 2 + (side == rbs::Side::singleton ? 1 : 0), name};
  const auto found = memo_.find(key);
  if (found != memo_.end()) return found->second;
  const Lookup lookup =
      side == rbs::Side::instance ? find_instance(class_id, name) : find_singleton(class_id, name);
  return memo_.emplace(key, lookup).first->second;
}

}  // namespace analyzer::infer
