#pragma once

// The entry of the seqlock, and its writers: they differ in nothing but what keeps the order of their stores.

#include <array>
#include <cstddef>
#include <cstdint>

namespace seqlock_fence {

enum class Writer : std::uint8_t {
  fence,        ///< relaxed stores, and a release fence behind the one that makes the sequence odd
  no_fence,     ///< the same without the fence: the bug
  plain_words,  ///< no atomics at all: what the bug was before somebody put atomics in
};

inline constexpr std::size_t kWords = 16;

/// A document is one number, repeated in every word: two words that differ are of two documents.
struct alignas(64) Entry {
  std::uint64_t sequence = 0;
  std::array<std::uint64_t, kWords> words{};
};

/// Stores `document`. One thread at a time.
void write_entry(Entry& entry, std::uint64_t document, Writer writer);

using Copy = std::array<std::uint64_t, kWords>;

/// One attempt to copy the entry; the same for all writers, and right: an acquire load of the sequence,
/// relaxed loads of the words, an acquire fence, and the sequence once more. False: somebody was writing, as
/// far as the sequence tells.
[[nodiscard]] bool read_entry(Entry& entry, Copy& copy);

}  // namespace seqlock_fence
