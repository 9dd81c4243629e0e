#include "scenarios/hot-reload-promise/heap.h"

#include <algorithm>

#include "scenarios/hot-reload-promise/stack_scan.h"

namespace hot_reload {

void Marker::mark(Cell* cell) {
  if (cell == nullptr || cell->is_marked_) return;
  cell->is_marked_ = true;
  unvisited_.push_back(cell);
}

void Marker::drain() {
  while (!unvisited_.empty()) {
    const Cell* cell = unvisited_.back();
    unvisited_.pop_back();
    cell->visit_children(*this);
  }
}

bool Heap::unprotect(Cell* cell) {
  const auto found = protected_.find(cell);
  if (found == protected_.end()) return false;
  if (--found->second == 0) protected_.erase(found);
  return true;
}

unsigned Heap::protect_count(Cell* cell) const {
  const auto found = protected_.find(cell);
  return found == protected_.end() ? 0 : found->second;
}

void Heap::collect() {
  ++collections_;
  allocated_bytes_ = 0;
  Marker marker;
  for (const auto& [cell, count] : protected_) marker.mark(cell);
  for (const RootOwner* owner : owners_) owner->visit_roots(marker);

  std::unordered_set<const void*> addresses;
  addresses.reserve(cells_.size());
  for (const std::unique_ptr<Cell>& cell : cells_) addresses.insert(cell.get());
  for_each_word_on_stack(stack_base_, [&](void* word) {
    if (addresses.contains(word)) marker.mark(static_cast<Cell*>(word));
  });
  marker.drain();
  sweep();
}

void Heap::sweep() {
  std::erase_if(cells_, [](const std::unique_ptr<Cell>& cell) { return !cell->is_marked_; });
  for (const std::unique_ptr<Cell>& cell : cells_) cell->is_marked_ = false;
}

}  // namespace hot_reload
