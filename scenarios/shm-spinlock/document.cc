#include "scenarios/shm-spinlock/document.h"

#include <stdexcept>

namespace shm_spinlock {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// Several rounds, so that a word costs about as much as formatting eight bytes of real data does (2 to 3 ns
/// per byte).
std::uint64_t mix_rounds(std::uint64_t z) {
  for (int round = 0; round < 4; ++round) z = mix(z + 0x9e3779b97f4a7c15U);
  return z;
}

/// Detects any mixture of two documents with a chance of error of 2^-64; cheap, because readers compute it
/// for every read.
class Digest {
 public:
  void add(std::uint64_t word) {
    value_ = (value_ ^ word) * 0x9e3779b97f4a7c15U;
    value_ ^= value_ >> 32U;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0x243f6a8885a308d3U;
};

// Memory orders of the entry's words, after Boehm, "Can seqlocks get along with programming language memory
// models?" (MSPC 2012): the readers' loads acquire, so the second look at the sequence cannot move before
// them; the writers' stores release, so they cannot move before the sequence turned odd. The usual
// formulation with two fences around relaxed accesses would do too, but ThreadSanitizer does not model
// fences. On x86-64 either compiles to plain moves.
constexpr auto kLoad = std::memory_order_acquire;
constexpr auto kStore = std::memory_order_release;

}  // namespace

Document::Document(std::uint32_t entry, std::uint64_t generation, std::uint64_t length)
    : generation_(generation),
      source_(length),
      state_(mix(generation * kMaximumWorkers * kEntriesPerWorker + entry)) {
  for (std::uint64_t& word : source_) word = state_ = mix_rounds(state_);
}

std::uint64_t Document::next_word() {
  state_ = mix_rounds(state_ ^ source_[rendered_++]);
  return state_;
}

std::uint64_t usual_length(std::uint32_t entry, std::uint64_t generation) {
  return kPayloadWords - mix(generation ^ entry) % (kPayloadWords / 4);
}

void render_into(Entry& entry, Document& document) {
  entry.generation.store(document.generation(), kStore);
  Digest digest;
  std::size_t length = 0;
  while (document.has_more()) {
    if (length == kPayloadWords) throw std::length_error("the document does not fit into its entry");
    const std::uint64_t word = document.next_word();
    digest.add(word);
    entry.payload[length++].store(word, kStore);
  }
  digest.add(length);
  digest.add(document.generation());
  entry.length.store(length, kStore);
  entry.end_generation.store(document.generation(), kStore);
  entry.checksum.store(digest.value(), kStore);
}

void copy_entry(const Entry& entry, EntryCopy& copy) {
  copy.generation = entry.generation.load(kLoad);
  copy.length = entry.length.load(kLoad);
  for (std::size_t i = 0; i < kPayloadWords; ++i) copy.payload[i] = entry.payload[i].load(kLoad);
  copy.end_generation = entry.end_generation.load(kLoad);
  copy.checksum = entry.checksum.load(kLoad);
}

bool EntryCopy::has_right_checksum() const {
  if (length > kPayloadWords) return false;
  Digest digest;
  for (std::size_t i = 0; i < length; ++i) digest.add(payload[i]);
  digest.add(length);
  digest.add(generation);
  return digest.value() == checksum;
}

void evict_torn_entries(Cache& cache) {
  EntryCopy copy;
  for (std::uint32_t i = 0; i < cache.entries_in_use.load(std::memory_order_relaxed); ++i) {
    Entry& entry = cache.entries[i];
    copy_entry(entry, copy);
    if (copy.is_empty() || copy.has_right_checksum()) continue;
    entry.generation.store(0, kStore);
    entry.end_generation.store(0, kStore);
  }
}

}  // namespace shm_spinlock
