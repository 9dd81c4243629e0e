#include "analyzer/runtime/symbol_table.h"

#include <mutex>

namespace analyzer::runtime {

SymbolId SymbolTable::intern(std::string_view name) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  }
  const std::unique_lock lock(mutex_);
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  const auto id = static_cast<SymbolId>(names_.size());
  ids_.emplace(names_.emplace_back(name), id);
  return id;
}

std::string_view SymbolTable::name(SymbolId id) const {
  const std::shared_lock lock(mutex_);
  return names_[static_cast<std::size_t>(id)];
}

std::size_t SymbolTable::size() const {
  const std::shared_lock lock(mutex_);
  return names_.size();
}

}  // namespace analyzer::runtime
