#include "analyzer/runtime/managed_class.h"

#include <algorithm>

namespace analyzer::runtime {

Value Call::keyword(SymbolId name) const {
  const std::span<const SymbolId> names = info->keywords();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return {};
  return arguments[info->argument_count + static_cast<std::size_t>(found - names.begin())];
}

void ManagedClass::define_method(Method method) {
  method.owner = this;
  const SymbolId name = method.name;
  methods_[name] = std::move(method);
}

const Method* ManagedClass::find_method(SymbolId name) const {
  for (const ManagedClass* klass = this; klass != nullptr; klass = klass->superclass_) {
    if (const auto found = klass->methods_.find(name); found != klass->methods_.end()) return &found->second;
  }
  return nullptr;
}

std::size_t ManagedClass::define_field(SymbolId name) {
  fields_.push_back(name);
  return field_count() - 1;
}

std::size_t ManagedClass::field_count() const {
  return fields_.size() + (superclass_ == nullptr ? 0 : superclass_->field_count());
}

std::optional<std::size_t> ManagedClass::field_index(SymbolId name) const {
  if (const auto found = std::ranges::find(fields_, name); found != fields_.end()) {
    const std::size_t inherited = superclass_ == nullptr ? 0 : superclass_->field_count();
    return inherited + static_cast<std::size_t>(found - fields_.begin());
  }
  return superclass_ == nullptr ? std::nullopt : superclass_->field_index(name);
}

}  // namespace analyzer::runtime
