#pragma once

// The seqlock around the cache: writers exclude each other by WriterLock and make the sequence odd while they
// write; readers take no lock, they copy and try again if the sequence was odd or has changed.

#include "scenarios/shm-spinlock/document.h"
#include "scenarios/shm-spinlock/shared_cache.h"
#include "scenarios/shm-spinlock/writer_lock.h"

namespace shm_spinlock {

/// Takes the lock; the sequence stays even.
void take_lock(WorkerStatus& me, WriterLock& lock);
/// Makes the sequence odd. The caller holds the lock.
void begin_writing(Cache& cache, WorkerStatus& me);
/// Both.
void enter_section(Cache& cache, WorkerStatus& me, WriterLock& lock);
/// Makes the sequence even and releases the lock.
void leave_section(Cache& cache, WorkerStatus& me, WriterLock& lock);

/// Leaves the section that its owner has entered, whichever way the scope ends, by exception too. It cannot
/// help a process that is killed: a dead process runs no destructors.
class SectionGuard {
 public:
  SectionGuard(Cache& cache, WorkerStatus& me, WriterLock& lock) : cache_(cache), me_(me), lock_(lock) {}
  SectionGuard(const SectionGuard&) = delete;
  SectionGuard& operator=(const SectionGuard&) = delete;
  ~SectionGuard() { leave_section(cache_, me_, lock_); }

 private:
  Cache& cache_;
  WorkerStatus& me_;
  WriterLock& lock_;
};

/// Copies the entry `index` as it was at one moment. Spins while somebody writes, for ever if the writer is
/// gone and `lock` cannot tell.
void read_entry(const Cache& cache, WriterLock& lock, std::uint32_t index, EntryCopy& copy);

}  // namespace shm_spinlock
