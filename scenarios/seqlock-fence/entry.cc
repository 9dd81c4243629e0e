#include "scenarios/seqlock-fence/entry.h"

#include <atomic>

// g++ says that its ThreadSanitizer does not model fences. That is so, and README.md tells what it means
// here.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

namespace seqlock_fence {
namespace {

using Word = std::atomic_ref<std::uint64_t>;
constexpr auto kRelaxed = std::memory_order_relaxed;

void write_atomically(Entry& entry, std::uint64_t document, Writer writer) {
  const Word sequence(entry.sequence);
  const std::uint64_t even = sequence.load(kRelaxed);
  sequence.store(even + 1, kRelaxed);
  if (writer == Writer::fence) std::atomic_thread_fence(std::memory_order_release);
  for (std::uint64_t& word : entry.words) Word(word).store(document, kRelaxed);
  sequence.store(even + 2, std::memory_order_release);
}

/// Its own function so that a disassembly of it is short: README.md shows one.
[[gnu::noinline]] void write_plainly(Entry& entry, std::uint64_t document) {
  entry.sequence += 1;
  entry.words.fill(document);
  entry.sequence += 1;
}

}  // namespace

void write_entry(Entry& entry, std::uint64_t document, Writer writer) {
  switch (writer) {
    case Writer::fence:
    case Writer::no_fence:
      write_atomically(entry, document, writer);
      return;
    case Writer::plain_words:
      write_plainly(entry, document);
      return;
  }
}

bool read_entry(Entry& entry, Copy& copy) {
  const Word sequence(entry.sequence);
  const std::uint64_t before = sequence.load(std::memory_order_acquire);
  if (before % 2 != 0) return false;
  for (std::size_t i = 0; i < kWords; ++i) copy[i] = Word(entry.words[i]).load(kRelaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  return sequence.load(kRelaxed) == before;
}

}  // namespace seqlock_fence
