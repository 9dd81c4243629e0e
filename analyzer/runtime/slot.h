#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/runtime/value.h"

namespace analyzer::runtime {

class ManagedClass;

/// Sees every reference that a typed data object holds. The collector marks through it, freezing and the
/// shareable check walk through it, so one function per type answers all three.
class ReferenceVisitor {
 public:
  ReferenceVisitor() = default;
  ReferenceVisitor(const ReferenceVisitor&) = delete;
  ReferenceVisitor& operator=(const ReferenceVisitor&) = delete;
  virtual void visit(Value value) = 0;

 protected:
  ~ReferenceVisitor() = default;
};

/// When an object of a type may be seen by several isolates.
enum class Sharing {
  always,              ///< nothing in it can change and it refers to shareable things only: class, call info
  when_deeply_frozen,  ///< it and everything it refers to is frozen: string, array, hash, range, object
  never,               ///< it stands for something of its isolate: a proc with its captured locals
};

/// The behaviour of one kind of typed data object, in the manner of CRuby's rb_data_type_t. Constant, static
/// storage.
struct DataType {
  std::string_view name;
  Sharing sharing = Sharing::never;
  /// Shows every reference to the visitor; null when the type holds none. Never allocates.
  void (*visit_references)(const void* data, ReferenceVisitor& visitor) = nullptr;
  /// Gives the memory of `data` back; called by the sweep of whichever isolate comes upon the dead slot.
  void (*free)(void* data) = nullptr;
};

/// One cell of a heap page. `type` null means that the cell is free and `next_free` is valid.
struct Slot {
  const DataType* type = nullptr;
  std::uint32_t epoch = 0;  ///< collection that last found it alive, or that it was allocated in
  bool frozen = false;
  ManagedClass* klass = nullptr;
  union {
    void* data = nullptr;  ///< owned through type->free; null until the object is complete
    Slot* next_free;
  };
};

}  // namespace analyzer::runtime
