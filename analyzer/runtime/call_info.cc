#include "analyzer/runtime/call_info.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "analyzer/base/result.h"
#include "analyzer/runtime/heap.h"
#include "analyzer/runtime/isolate.h"

namespace analyzer::runtime {
namespace {

/// FNV-1a over the words of the shape: short keys, no seed wanted.
std::uint64_t hash_of(const CallShape& shape) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&hash](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3ULL; };
  mix(static_cast<std::uint64_t>(shape.method));
  mix((std::uint64_t{shape.flags} << 32U) | shape.argument_count);
  for (const SymbolId keyword : shape.keywords) mix(static_cast<std::uint64_t>(keyword));
  return hash ^ (hash >> 32U);
}

bool matches(const CallInfo& entry, const CallShape& shape) {
  return entry.method == shape.method && entry.flags == shape.flags &&
         entry.argument_count == shape.argument_count && std::ranges::equal(entry.keywords(), shape.keywords);
}

/// One block: the fields, then the keyword names, as CRuby keeps a call info and its rb_callinfo_kwarg.
CallInfo* new_entry(CallInfoTable* table, Slot* slot, std::uint64_t hash, const CallShape& shape) {
  void* memory = std::malloc(sizeof(CallInfo) + shape.keywords.size_bytes());
  ANALYZER_CHECK(memory != nullptr);
  auto* entry = new (memory) CallInfo{.next = nullptr,
                                      .hash = hash,
                                      .method = shape.method,
                                      .flags = shape.flags,
                                      .argument_count = shape.argument_count,
                                      .keyword_count = static_cast<std::uint32_t>(shape.keywords.size()),
                                      .slot = slot,
                                      .table = table};
  std::ranges::copy(shape.keywords, reinterpret_cast<SymbolId*>(entry + 1));  // NOLINT(*-reinterpret-cast)
  return entry;
}

}  // namespace

std::span<const SymbolId> CallInfo::keywords() const {
  return {reinterpret_cast<const SymbolId*>(this + 1),
          keyword_count};  // NOLINT(*-reinterpret-cast): see new_entry
}

const DataType& CallInfoTable::data_type() {
  static constexpr DataType kType{.name = "CallInfo", .sharing = Sharing::always, .free = &free_entry};
  return kType;
}

CallInfoTable::~CallInfoTable() {
  for (const std::atomic<CallInfo*>& bucket : buckets_) {
    for (CallInfo* entry = bucket.load(); entry != nullptr; entry = entry->next.load())
      entry->table = nullptr;
  }
}

const CallInfo* CallInfoTable::lookup(Isolate& isolate, const CallShape& shape) {
  const std::uint64_t hash = hash_of(shape);
  if (const CallInfo* entry = find(hash, shape)) return entry;
  return insert(isolate, hash, shape);
}

CallInfo* CallInfoTable::find(std::uint64_t hash, const CallShape& shape) const {
  CallInfo* entry = buckets_[hash % kBuckets].load(std::memory_order_acquire);
  while (entry != nullptr) {
    // Dead but unswept entries are passed over: handing one out would bring it back to life under the sweep.
    if (!heap_.is_garbage(*entry->slot) && entry->hash == hash && matches(*entry, shape)) return entry;
    entry = entry->next.load(std::memory_order_acquire);
  }
  return nullptr;
}

const CallInfo* CallInfoTable::insert(Isolate& isolate, std::uint64_t hash, const CallShape& shape) {
  Slot* slot = heap_.allocate(isolate, data_type(), nullptr);  // before the mutex: it may collect
  const std::lock_guard lock(mutex_);
  if (const CallInfo* entry = find(hash, shape))
    return entry;  // another isolate was faster; the slot dies unused
  CallInfo* entry = new_entry(this, slot, hash, shape);
  slot->data = entry;
  std::atomic<CallInfo*>* link = &buckets_[hash % kBuckets];
  while (CallInfo* next = link->load(std::memory_order_relaxed)) link = &next->next;
  link->store(entry, std::memory_order_release);  // at the end: the shapes met first are the ones met most
  ++size_;
  return entry;
}

void CallInfoTable::free_entry(void* data) {
  auto* entry = static_cast<CallInfo*>(data);
  if (entry->table != nullptr) entry->table->unlink(*entry);
  std::free(entry);
}

void CallInfoTable::unlink(CallInfo& entry) {
  const std::lock_guard lock(mutex_);
  std::atomic<CallInfo*>* link = &buckets_[entry.hash % kBuckets];
  while (link->load(std::memory_order_relaxed) != &entry) link = &link->load(std::memory_order_relaxed)->next;
  link->store(entry.next.load(std::memory_order_relaxed), std::memory_order_release);
  --size_;
}

std::size_t CallInfoTable::size() {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace analyzer::runtime
