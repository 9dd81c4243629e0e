#pragma once

// What is cached: documents rendered word by word. The work is real (each word depends on the one before),
// and every word can be told from that of another generation, so an entry made of two of them is always
// noticed.

#include <cstdint>
#include <vector>

#include "scenarios/shm-spinlock/shared_cache.h"

namespace shm_spinlock {

/// A document that is being stored. Fetching it (the constructor) is work done outside the critical section
/// and rendering it word by word is about as much work inside: so the lock is free about half of the time and
/// other writers get their turn, as in a cache that is worth having.
class Document {
 public:
  /// `length` in words; how long it gets is known only when it ends, as with anything that is escaped or
  /// formatted on the way.
  Document(std::uint32_t entry, std::uint64_t generation, std::uint64_t length);

  [[nodiscard]] bool has_more() const { return rendered_ < source_.size(); }
  [[nodiscard]] std::uint64_t next_word();
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  std::uint64_t generation_;
  std::vector<std::uint64_t> source_;
  std::size_t rendered_ = 0;
  std::uint64_t state_;
};

/// A length between three quarters and the whole of what fits, varying with entry and generation.
[[nodiscard]] std::uint64_t usual_length(std::uint32_t entry, std::uint64_t generation);
/// A length that does not fit.
inline constexpr std::uint64_t kTooLong = kPayloadWords + 1;

/// Renders `document` into `entry`. The caller holds the lock and has made the sequence odd. Throws
/// std::length_error at the first word that does not fit; the entry is then half written.
void render_into(Entry& entry, Document& document);

/// An entry as a reader copied it.
struct EntryCopy {
  std::uint64_t generation = 0;
  std::uint64_t length = 0;
  std::vector<std::uint64_t> payload = std::vector<std::uint64_t>(kPayloadWords);
  std::uint64_t end_generation = 0;
  std::uint64_t checksum = 0;

  [[nodiscard]] bool is_empty() const { return generation == 0 && end_generation == 0; }
  [[nodiscard]] bool has_right_checksum() const;
  /// What an application notices that trusts the entry: its beginning and its end are of different documents.
  [[nodiscard]] bool is_torn() const { return generation != end_generation; }
};

/// Copies all fields. What comes out is a whole entry only if nobody wrote meanwhile: the caller asks the
/// sequence, before and after.
void copy_entry(const Entry& entry, EntryCopy& copy);

/// Marks every entry empty whose checksum is wrong. The caller holds the lock and has made the sequence odd.
void evict_torn_entries(Cache& cache);

}  // namespace shm_spinlock
