#pragma once

// The writers' spinlock, three times.
//
//                  word while held   what a waiter does that has waited for long
//   bare           1                 nothing: it cannot know whether the owner lives
//   sentinel       owner's pid       owner dead: stamps RECOVERING, repairs, releases
//   owner-pid      owner's pid       owner dead: stamps its own pid, repairs, releases
//
// All that separates the second from the third is the value stamped for the time of the repair. RECOVERING
// says that somebody repairs, not who, so nobody can find out that this somebody died too: it is a terminal
// state. A pid stays a question that can be asked again.

#include <cstdint>
#include <memory>

#include "scenarios/shm-spinlock/shared_cache.h"
#include <sys/types.h>

namespace shm_spinlock {

enum class LockKind : std::uint8_t { bare, sentinel, owner_pid };

/// What whoever takes over from a dead owner does before it releases the lock.
enum class Repair : std::uint8_t {
  sequence_only,  ///< makes the sequence even, so that readers go on
  evict_torn,     ///< also reads every entry and evicts those whose checksum is wrong
  next_number,    ///< adds one to the sequence, as the dead owner would have done had it died while writing
};

enum class Waiter : std::uint8_t { reader, writer };

/// Who asks after the owner of the lock when it has waited for long.
enum class Rescuers : std::uint8_t { everybody, readers, writers };

inline constexpr std::uint32_t kFree = 0;
inline constexpr std::uint32_t kHeld = 1;                 ///< bare
inline constexpr std::uint32_t kRecovering = 0xffffffff;  ///< sentinel; no pid has this value

/// One per process; its threads may share it. The cache and the status outlive it.
class WriterLock {
 public:
  WriterLock(Cache& cache, WorkerStatus& me) : cache_(cache), me_(me) {}
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  virtual ~WriterLock() = default;

  /// Spins until the lock is taken, for ever if nobody releases it.
  void lock();
  void unlock();

  /// For whoever has waited for long, writer or reader: releases the lock if its owner is dead and this kind
  /// of lock can tell.
  virtual void rescue(Waiter waiter) = 0;

 protected:
  /// The lock word while this process owns it.
  [[nodiscard]] virtual std::uint32_t held_word() const = 0;

  Cache& cache_;
  WorkerStatus& me_;
};

/// `self` is the calling process's id, which fork() changes and getpid() would ask the kernel for each time.
[[nodiscard]] std::unique_ptr<WriterLock> make_writer_lock(LockKind kind, Repair repair, Rescuers rescuers,
                                                           Cache& cache, WorkerStatus& me, pid_t self);

}  // namespace shm_spinlock
