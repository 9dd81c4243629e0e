#pragma once

#include <cstddef>
#include <deque>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analyzer/runtime/value.h"

namespace analyzer::runtime {

/// Names to small numbers and back, for method ids, keywords and symbols. Process-wide, any thread. Symbols
/// are never collected: the set of names in a program is bounded by its text, and a collected symbol would
/// make ids ambiguous.
class SymbolTable {
 public:
  [[nodiscard]] SymbolId intern(std::string_view name);
  /// Valid as long as the table.
  [[nodiscard]] std::string_view name(SymbolId id) const;
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::string> names_;  // a deque: the map's keys point into it
  std::unordered_map<std::string_view, SymbolId> ids_;
};

}  // namespace analyzer::runtime
