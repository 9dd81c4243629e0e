#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

namespace hot_reload {

class Heap;
class Marker;

/// A garbage-collected object. It lives until a collection finds no way to it.
class Cell {
 public:
  Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;
  virtual ~Cell() = default;

 private:
  friend class Heap;
  friend class Marker;
  /// Marks what this cell refers to.
  virtual void visit_children(Marker& marker) const = 0;

  bool is_marked_ = false;
};

/// What a collection has found so far.
class Marker {
 public:
  void mark(Cell* cell);

 private:
  friend class Heap;
  /// Visits until nothing is left to visit.
  void drain();
  std::vector<Cell*> unvisited_;
};

/// Who holds cells and can name them.
class RootOwner {
 public:
  RootOwner() = default;
  RootOwner(const RootOwner&) = delete;
  RootOwner& operator=(const RootOwner&) = delete;
  virtual ~RootOwner() = default;
  virtual void visit_roots(Marker& marker) const = 0;
};

/// A mark-and-sweep heap of one thread. A cell survives a collection when it can be reached from
///   - a protected cell (protect() counts, and unprotect() counts back),
///   - a RootOwner,
///   - any word on the thread's stack or in its registers that looks like the address of a cell.
/// It does not survive because some object outside of the heap holds its address: nobody told the heap.
class Heap {
 public:
  /// `stack_base` is an address in the frame below which all cells are used. A collection is due whenever so
  /// many bytes have been allocated since the last one; with 0, always.
  Heap(const void* stack_base, std::size_t bytes_between_collections)
      : stack_base_(stack_base), bytes_between_collections_(bytes_between_collections) {}

  template <typename T, typename... Arguments>
  T* make(Arguments&&... arguments) {
    auto cell = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    T* const address = cell.get();
    allocated_bytes_ += sizeof(T);
    cells_.push_back(std::move(cell));
    return address;
  }

  void protect(Cell* cell) { ++protected_[cell]; }
  /// False when `cell` was not protected.
  bool unprotect(Cell* cell);
  [[nodiscard]] unsigned protect_count(Cell* cell) const;
  [[nodiscard]] std::size_t protected_cells() const { return protected_.size(); }

  /// `owner` must outlive the heap's last collection.
  void add_root_owner(const RootOwner* owner) { owners_.push_back(owner); }

  [[nodiscard]] bool is_collection_due() const { return allocated_bytes_ >= bytes_between_collections_; }
  void collect();
  [[nodiscard]] unsigned collections() const { return collections_; }

 private:
  void sweep();

  const void* stack_base_;
  std::size_t bytes_between_collections_;
  std::size_t allocated_bytes_ = 0;
  unsigned collections_ = 0;
  std::vector<std::unique_ptr<Cell>> cells_;
  std::map<Cell*, unsigned> protected_;
  std::vector<const RootOwner*> owners_;
};

/// Protects a cell for the time of a scope.
class ProtectedScope {
 public:
  ProtectedScope(Heap& heap, Cell* cell) : heap_(heap), cell_(cell) { heap_.protect(cell_); }
  ProtectedScope(const ProtectedScope&) = delete;
  ProtectedScope& operator=(const ProtectedScope&) = delete;
  ~ProtectedScope() { heap_.unprotect(cell_); }

 private:
  Heap& heap_;
  Cell* cell_;
};

}  // namespace hot_reload
