#pragma once

// The bytes that all processes share.
//
// Every field is a lock-free atomic: those are address-free (C++20 [atomics.lockfree]), so they work between
// processes, and they keep their meaning when a process dies between any two instructions. A pthread mutex of
// the robust kind would solve the whole problem in the kernel; the cache that this scenario retells had none,
// and README.md says why somebody would still write it this way.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace shm_spinlock {

inline constexpr std::size_t kMaximumWorkers = 16;
inline constexpr std::size_t kEntriesPerWorker = 8;
inline constexpr std::size_t kCacheLine = 64;
/// 32 KiB per entry: rendering a document into it takes tens of microseconds, all of it inside the critical
/// section, as in a cache that serialises straight into the mapping instead of copying afterwards.
inline constexpr std::size_t kPayloadWords = 4090;

using SharedWord = std::atomic<std::uint64_t>;
static_assert(SharedWord::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

/// One cached document. Fields are written in this order, so a writer that dies halfway leaves a new
/// beginning before an old end.
struct alignas(kCacheLine) Entry {
  SharedWord generation;  ///< counts the documents stored here; 0: never written, or evicted
  SharedWord length;      ///< payload words in use
  std::array<SharedWord, kPayloadWords> payload;
  SharedWord end_generation;  ///< equals `generation` in a whole entry
  SharedWord checksum;        ///< of payload, length and generation

  SharedWord refused;  ///< reads that found the checksum wrong and took the entry for a miss
};

inline constexpr std::uint32_t kByWriter = 1;
inline constexpr std::uint32_t kByReader = 2;

/// What one worker process tells about itself. Nobody decides anything by it except the supervisor, which
/// looks at it to know whom it is about to kill and, afterwards, where the dead process stood.
struct alignas(kCacheLine) WorkerStatus {
  /// 1 while the process certainly stands between taking and releasing the lock: raised after the one,
  /// lowered before the other.
  std::atomic<std::uint32_t> in_section;
  /// Likewise, while it repairs after a dead owner: kByWriter or kByReader, the thread that does it.
  std::atomic<std::uint32_t> recovering;
  std::atomic<std::uint32_t> reading;  ///< how many of its readers are in the middle of a read
  std::atomic<std::uint32_t> entry;    ///< index of the entry that it writes or wrote last

  SharedWord generation;     ///< of its last document; goes on counting when the process is started again
  SharedWord writes;         ///< documents stored whole
  SharedWord answered;       ///< last word that a client was given
  SharedWord failed_writes;  ///< documents given up by an exception in the critical section
  SharedWord reads;          ///< entries read whole, or found empty
  SharedWord torn_reads;  ///< entries handed to the application although their parts do not belong together
  SharedWord recoveries;  ///< locks taken over from a dead owner and released
};

struct Cache {
  alignas(kCacheLine) std::atomic<std::uint32_t> lock_word;    ///< 0: free; else as the variant's lock says
  alignas(kCacheLine) SharedWord sequence;                     ///< odd while somebody writes
  alignas(kCacheLine) std::atomic<std::uint32_t> is_draining;  ///< 1: do the last rounds and end
  std::atomic<std::uint32_t> entries_in_use;  ///< the first so many; fixed before the workers start
  std::array<WorkerStatus, kMaximumWorkers> workers;
  std::array<Entry, kMaximumWorkers * kEntriesPerWorker> entries;
};

/// Maps a zeroed Cache that children created by fork() share and that leaves no file behind. Returns nullptr
/// with errno set when the system refuses. Never unmapped: it lives as long as the process.
[[nodiscard]] Cache* map_shared_cache();

}  // namespace shm_spinlock
