#pragma once

// The process-global call-info table.
//
// A call info is the shape of a call site: method name, flags, number of arguments, keyword names. Dispatch
// works from it (which method to look for, how to bind the arguments), and one shape is interned once in the
// process, because a program has thousands of sites and a few hundred shapes. `super` takes its shape from
// the running method and so asks the table each time, as CRuby's vm_search_super_method does
// (vm_ci_new_runtime; since changed, see github.com/ruby/ruby/pull/17154).
//
// The table refers to its entries weakly: an entry lives while a frame uses it, and the sweep takes it out of
// the table and frees its memory. Lookups are the hottest path of the runtime and therefore take no lock:
// buckets are chains of entries that never change after they are published, insertion and removal take the
// mutex.
//
// What this rests on. A lookup reads entries that nothing keeps alive. That is sound exactly when no sweep
// runs between two safepoints of the looking isolate, i.e. with Sweep::stopped. With Sweep::lazy the lookup
// does refuse to return an entry that the last mark found dead, and yet has to read it to find that out,
// while another isolate may be freeing it: the defect of `ractor-pool-uaf`. Taking the mutex in the lookup
// would repair it too; it was measured and rejected, see scenarios/ractor-pool-uaf/README.md.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "analyzer/runtime/slot.h"

namespace analyzer::runtime {

class CallInfoTable;
class Heap;
class Isolate;

/// Bits of CallShape::flags.
inline constexpr std::uint32_t kCallOrdinary = 0;
inline constexpr std::uint32_t kCallSuper = 1;

/// What a lookup asks for.
struct CallShape {
  SymbolId method{};
  std::uint32_t flags = kCallOrdinary;
  std::uint32_t argument_count = 0;  ///< positional
  std::span<const SymbolId> keywords = {};
};

/// An interned shape. Immutable once published, but for `next`. The keyword names follow in the same block of
/// memory.
struct CallInfo {
  std::atomic<CallInfo*> next;  ///< chain of the bucket
  std::uint64_t hash;
  SymbolId method;
  std::uint32_t flags;
  std::uint32_t argument_count;
  std::uint32_t keyword_count;
  Slot* slot;            ///< the managed object that owns this memory
  CallInfoTable* table;  ///< null once the table is gone

  [[nodiscard]] std::span<const SymbolId> keywords() const;
};

class CallInfoTable {
 public:
  /// `heap` must outlive the table.
  explicit CallInfoTable(Heap& heap) : heap_(heap) {}
  /// Lets go of the entries, which the heap frees. No isolate may be running.
  ~CallInfoTable();
  CallInfoTable(const CallInfoTable&) = delete;
  CallInfoTable& operator=(const CallInfoTable&) = delete;

  /// The one entry of this shape, made if there is none. The caller puts it into a frame before its next
  /// safepoint. A safepoint itself when the entry has to be made; `shape.keywords` must not point into
  /// managed memory.
  [[nodiscard]] const CallInfo* lookup(Isolate& isolate, const CallShape& shape);

  [[nodiscard]] std::size_t size();  ///< entries now in the table
  [[nodiscard]] static const DataType& data_type();

 private:
  // Fixed, because a table that grows would need its own protocol with lock-free lookups. Few, so that chains
  // are long where a program has many shapes: the defect was met in 60 of 60 runs of a prototype with 16 and
  // in 49 of 60 with 64.
  static constexpr std::size_t kBuckets = 16;

  [[nodiscard]] CallInfo* find(std::uint64_t hash, const CallShape& shape) const;
  const CallInfo* insert(Isolate& isolate, std::uint64_t hash, const CallShape& shape);
  static void free_entry(void* data);
  void unlink(CallInfo& entry);

  Heap& heap_;
  std::mutex mutex_;  // changes to chains; lookups do not take it
  std::size_t size_ = 0;
  std::array<std::atomic<CallInfo*>, kBuckets> buckets_{};
};

}  // namespace analyzer::runtime
