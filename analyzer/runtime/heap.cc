#include "analyzer/runtime/heap.h"

#include <array>

#include "analyzer/base/result.h"
#include "analyzer/runtime/isolate.h"

namespace analyzer::runtime {
namespace {

/// 16 KiB of slots a page, CRuby's figure before variable-width allocation: large enough that handing pages
/// out is rare, small enough that one isolate's idle page wastes little.
constexpr std::size_t kSlotsPerPage = 16384 / sizeof(Slot);

class Marker final : public ReferenceVisitor {
 public:
  explicit Marker(std::uint32_t epoch) : epoch_(epoch) {}

  void visit(Value value) override {
    if (!value.is_object()) return;
    Slot* slot = value.slot();
    if (slot->epoch == epoch_) return;
    slot->epoch = epoch_;
    ++marked_;
    if (slot->type->visit_references != nullptr && slot->data != nullptr) pending_.push_back(slot);
  }

  void drain() {
    while (!pending_.empty()) {
      const Slot* slot = pending_.back();
      pending_.pop_back();
      slot->type->visit_references(slot->data, *this);
    }
  }

  [[nodiscard]] std::size_t marked() const { return marked_; }

 private:
  std::uint32_t epoch_;
  std::size_t marked_ = 0;
  std::vector<const Slot*> pending_;
};

void release(Slot& slot) {
  if (slot.type->free != nullptr && slot.data != nullptr) slot.type->free(slot.data);
  slot.type = nullptr;
}

}  // namespace

struct Heap::Page {
  std::array<Slot, kSlotsPerPage> slots;
  Slot* free_slots = nullptr;
};

Heap::Heap(HeapOptions options, Safepoint& safepoint, RootSource& roots)
    : options_(options), safepoint_(safepoint), roots_(roots) {}

Heap::~Heap() {
  for (const std::unique_ptr<Page>& page : pages_) {
    for (Slot& slot : page->slots) {
      if (slot.type != nullptr) release(slot);
    }
  }
}

Slot* Heap::allocate(Isolate& isolate, const DataType& type, ManagedClass* klass) {
  safepoint_.poll();
  if (options_.stress) collect();
  Slot* slot = isolate.take_free_slot();
  if (slot == nullptr) slot = refill(isolate);
  slot->type = &type;
  slot->epoch = epoch_;
  slot->frozen = false;
  slot->klass = klass;
  slot->data = nullptr;
  return slot;
}

Slot* Heap::refill(Isolate& isolate) {
  if (collection_due()) collect();
  const std::lock_guard lock(mutex_);
  Slot* free_slots = nullptr;
  while (free_slots == nullptr && sweep_cursor_ < sweep_end_) {
    Page& page = *pages_[sweep_cursor_++];
    slots_since_collection_ += sweep_page(page);
    free_slots = page.free_slots;
  }
  if (free_slots == nullptr && !swept_with_room_.empty()) {
    free_slots = swept_with_room_.back()->free_slots;
    swept_with_room_.pop_back();
    slots_since_collection_ +=
        kSlotsPerPage / 2;  // pages are half full on average; counting them would cost a walk
  }
  if (free_slots == nullptr) {
    pages_.push_back(std::make_unique<Page>());
    sweep_page(*pages_.back());
    free_slots = pages_.back()->free_slots;
    slots_since_collection_ += kSlotsPerPage;
  }
  isolate.give_free_slots(free_slots);
  return isolate.take_free_slot();
}

bool Heap::collection_due() {
  const std::lock_guard lock(mutex_);
  return sweep_cursor_ == sweep_end_ && slots_since_collection_ >= options_.collect_after_slots;
}

void Heap::collect() {
  if (!safepoint_.stop_world()) return;
  {
    const std::lock_guard lock(mutex_);
    sweep_all();  // what the previous collection left, while its epoch still tells dead from alive
    roots_.surrender_free_slots();
    ++epoch_;
    mark_from_roots();
    swept_with_room_.clear();
    slots_since_collection_ = 0;
    sweep_cursor_ = 0;
    sweep_end_ = pages_.size();
    ++statistics_.collections;
    if (options_.sweep == Sweep::stopped) sweep_all();
  }
  safepoint_.resume_world();
}

void Heap::mark_from_roots() {
  Marker marker(epoch_);
  roots_.visit_roots(marker);
  marker.drain();
  live_ = marker.marked();
}

void Heap::sweep_all() {
  for (; sweep_cursor_ < sweep_end_; ++sweep_cursor_) {
    Page& page = *pages_[sweep_cursor_];
    if (sweep_page(page) > 0) swept_with_room_.push_back(&page);
  }
}

/// Frees the dead objects of a page that no isolate allocates from, and threads all its free slots. Their
/// number.
std::size_t Heap::sweep_page(Page& page) {
  page.free_slots = nullptr;
  std::size_t room = 0;
  for (Slot& slot : page.slots) {
    if (slot.type != nullptr) {
      if (!is_garbage(slot)) continue;
      release(slot);
      ++statistics_.swept_objects;
    }
    slot.next_free = page.free_slots;
    page.free_slots = &slot;
    ++room;
  }
  return room;
}

Heap::Statistics Heap::statistics() {
  const std::lock_guard lock(mutex_);
  Statistics result = statistics_;
  result.pages = pages_.size();
  result.live_after_last_mark = live_;
  return result;
}

}  // namespace analyzer::runtime
