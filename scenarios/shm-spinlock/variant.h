#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "scenarios/shm-spinlock/writer_lock.h"

namespace shm_spinlock {

/// How a writer makes sure that it leaves its critical section.
enum class Discipline : std::uint8_t {
  by_hand,  ///< a call at the end, which an exception jumps over
  guard,    ///< a destructor
};

/// Whether a reader believes an entry.
enum class Trust : std::uint8_t {
  checksum,  ///< only if its checksum is right; otherwise it is a miss
  blind,
};

/// When a writer fetches what it stores.
enum class Fetch : std::uint8_t {
  before_lock,
  under_lock,  ///< so that nobody else fetches it too; the sequence is even meanwhile, and readers go on
};

/// What happens to the workers.
enum class Disaster : std::uint8_t {
  kill_writers,               ///< two writers die in their critical sections, one after the other
  kill_writer,                ///< one does
  kill_writer_in_entry,       ///< one does, and leaves an entry whose beginning is newer than its end
  kill_writer_and_recoverer,  ///< one does, and then whoever repairs dies in the middle of the repair
  kill_writer_at_even,        ///< one does, with the lock taken and the sequence even
  kill_only_writer,           ///< one does, and all the others only read
  kill_reader,                ///< a process that only reads dies in the middle of a read
  document_too_long,          ///< nobody dies; rendering some documents throws in the critical section
};

struct Variant {
  std::string_view name;
  LockKind lock;
  Repair repair;
  Rescuers rescuers;
  Fetch fetch;
  Discipline discipline;
  Trust trust;
  Disaster disaster;
};

[[nodiscard]] std::span<const Variant> all_variants();
[[nodiscard]] std::optional<Variant> find_variant(std::string_view name);
/// Processes that the variant's disaster kills.
[[nodiscard]] unsigned deaths(Disaster disaster);

/// Whether the worker `index` has no writing thread.
[[nodiscard]] bool only_reads(Disaster disaster, unsigned index);

/// Whether the documents of the entry `index` are too long to be cached.
[[nodiscard]] bool is_too_long_for_cache(Disaster disaster, std::uint32_t index);

}  // namespace shm_spinlock
