#pragma once

// Units of files that were read before, found by the digest of their text.
//
// One file per entry, DIR/v<version>/<2 hex digits>/<62 hex digits>: 48 bytes of header (magic, version,
// sizes, digest of the payload) and the payload. An entry is written beside its place and renamed into it,
// under a lock file that writers share and clear() has for itself, so a reader sees a whole entry or none,
// and so does the next process after a crash. Whatever a reader finds that is not exactly a whole entry of
// this version for this key (cut, flipped, foreign) counts as a miss and is written anew. The version is part
// of the path: an older program never reads a newer one's entries.
//
// In front stands a memo in memory, for a process that checks the same text more than once.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analyzer/base/digest.h"
#include "analyzer/base/result.h"
#include "analyzer/infer/unit.h"

namespace analyzer::cache {

/// Raised whenever reading a file can give another unit: a new grammar, a change in infer/lower*.cc or
/// infer/unit.h.
inline constexpr std::uint32_t kEntryVersion = 3;

/// How often each thing happened. Plain numbers: those of workers are added up.
struct Counters {
  std::uint64_t hits = 0;
  std::uint64_t memo_hits = 0;  ///< of the hits, those that did not touch the disk
  std::uint64_t misses = 0;
  std::uint64_t damaged = 0;  ///< of the misses, those that found something that is not an entry
  std::uint64_t writes = 0;
  std::uint64_t failed_writes = 0;

  Counters& operator+=(const Counters& other);
};

struct DiskUse {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

/// Safe to use from any number of threads and processes at once.
class Store {
 public:
  /// Makes the directory if it is missing. Errors: kind usage when it cannot be made or is not ours (it holds
  /// files but not our tag), kind io for the rest.
  [[nodiscard]] static Result<std::shared_ptr<Store>> open(const std::string& directory);

  /// Only the memo: nothing is read from or written to a disk, and it ends with the process.
  [[nodiscard]] static std::shared_ptr<Store> in_memory();

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() = default;

  /// The unit stored for a text of that digest, or null. Adds to `counters`.
  [[nodiscard]] std::shared_ptr<const infer::FileUnit> load(const Digest& key, Counters& counters);
  /// Stores it, replacing what is there. A failure (disk full) is counted and otherwise ignored: the cache
  /// may always be empty.
  void save(const Digest& key, std::shared_ptr<const infer::FileUnit> unit, Counters& counters);

  /// Removes every entry of every version, and nothing that is not ours.
  [[nodiscard]] Result<DiskUse> clear();
  [[nodiscard]] Result<DiskUse> disk_use() const;
  /// Empty for a store in memory.
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  explicit Store(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::string entry_path(const Digest& key) const;
  [[nodiscard]] Result<void> write_entry(const Digest& key, std::string_view payload);

  std::string directory_;
  std::mutex memo_mutex_;
  std::unordered_map<Digest, std::shared_ptr<const infer::FileUnit>, DigestHash> memo_;
};

}  // namespace analyzer::cache
