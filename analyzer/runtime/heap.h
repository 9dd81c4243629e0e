#pragma once

// The managed heap: slots in pages, mark and sweep, one heap for all isolates.
//
// Marking stops the world. What differs is when the sweep runs, and that choice is the subject of the
// scenario `ractor-pool-uaf`:
//
//   Sweep::lazy     The world runs again as soon as marking is done; dead slots are freed page by page, by
//                   whichever isolate next needs free slots. A dead object cannot be reached, so nobody
//                   should notice. That is true of every object but one kind: those that a weak table still
//                   leads to. CRuby sweeps so too, and met the consequence more than once ("the Ractor
//                   barrier is not executed for incremental sweeping", github.com/ruby/ruby/pull/4755).
//   Sweep::stopped  The whole sweep is part of the pause. Weak tables then never show a dead entry to running
//   code.
//
// A slot is alive when its epoch is that of the last collection; allocation stamps the current epoch, so that
// what is allocated while pages are still unswept survives them. Rejected: a mark bit, which would have to be
// cleared page by page at a moment when other isolates read it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "analyzer/runtime/safepoint.h"
#include "analyzer/runtime/slot.h"

namespace analyzer::runtime {

class Isolate;

enum class Sweep { lazy, stopped };

struct HeapOptions {
  Sweep sweep = Sweep::stopped;
  /// Slots handed out between two collections, at least.
  std::size_t collect_after_slots = 4096;
  /// Collects at every allocation: finds references that nobody rooted. For tests.
  bool stress = false;
};

/// Where the collector asks for the references that no object holds. Implemented by the Runtime.
class RootSource {
 public:
  RootSource() = default;
  RootSource(const RootSource&) = delete;
  RootSource& operator=(const RootSource&) = delete;
  /// Called with the world stopped.
  virtual void visit_roots(ReferenceVisitor& visitor) = 0;
  /// Called with the world stopped: every isolate gives up its cached free slots.
  virtual void surrender_free_slots() = 0;

 protected:
  ~RootSource() = default;
};

class Heap {
 public:
  /// `safepoint` and `roots` must outlive the heap.
  Heap(HeapOptions options, Safepoint& safepoint, RootSource& roots);
  /// Frees every object. No isolate may be running.
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// A slot for `isolate` with null data, which the caller fills before its next safepoint or leaves null. A
  /// safepoint itself: may collect, so every reference of the caller must be rooted. Aborts when the machine
  /// has no memory.
  [[nodiscard]] Slot* allocate(Isolate& isolate, const DataType& type, ManagedClass* klass);

  /// Collects now, unless another isolate is doing so; then waits for it. A safepoint.
  void collect();

  /// Was this object found dead by the last collection and merely not been swept yet?
  [[nodiscard]] bool is_garbage(const Slot& slot) const { return slot.epoch != epoch_; }

  struct Statistics {
    std::uint64_t collections = 0;
    std::uint64_t swept_objects = 0;
    std::size_t pages = 0;
    std::size_t live_after_last_mark = 0;
  };
  [[nodiscard]] Statistics statistics();

 private:
  struct Page;

  Slot* refill(Isolate& isolate);
  [[nodiscard]] bool collection_due();
  void mark_from_roots();
  void sweep_all();
  std::size_t sweep_page(Page& page);

  const HeapOptions options_;
  Safepoint& safepoint_;
  RootSource& roots_;
  std::uint32_t epoch_ = 1;  // written with the world stopped

  std::mutex mutex_;  // everything below
  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<Page*> swept_with_room_;
  std::size_t sweep_cursor_ = 0;  // pages_[sweep_cursor_, sweep_end_) still await the sweep
  std::size_t sweep_end_ = 0;
  std::size_t slots_since_collection_ = 0;
  std::size_t live_ = 0;
  Statistics statistics_;
};

}  // namespace analyzer::runtime
