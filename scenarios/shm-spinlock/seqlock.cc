#include "scenarios/shm-spinlock/seqlock.h"

#include "scenarios/shm-spinlock/spin_wait.h"

namespace shm_spinlock {

void take_lock(WorkerStatus& me, WriterLock& lock) {
  lock.lock();
  me.in_section.store(1, std::memory_order_release);
}

void begin_writing(Cache& cache, WorkerStatus& me) {
  cache.sequence.fetch_add(
      1, std::memory_order_relaxed);  // the entry's stores are ordered behind it, see document.cc
  me.in_section.store(1, std::memory_order_release);
}

void enter_section(Cache& cache, WorkerStatus& me, WriterLock& lock) {
  lock.lock();
  begin_writing(cache, me);
}

void leave_section(Cache& cache, WorkerStatus& me, WriterLock& lock) {
  me.in_section.store(0, std::memory_order_release);
  cache.sequence.fetch_add(1, std::memory_order_release);
  lock.unlock();
}

void read_entry(const Cache& cache, WriterLock& lock, std::uint32_t index, EntryCopy& copy) {
  SpinWait wait;
  for (;;) {
    const std::uint64_t before = cache.sequence.load(std::memory_order_acquire);
    const bool is_being_written = before % 2 != 0;
    if (!is_being_written) {
      copy_entry(cache.entries[index], copy);
      if (cache.sequence.load(std::memory_order_relaxed) == before) return;
    }
    // A reader does not own the lock, but it waits for its owner like everybody else: in a cache that is read
    // more than written, readers are the first to notice a death.
    if (wait.turn() && is_being_written) lock.rescue(Waiter::reader);
  }
}

}  // namespace shm_spinlock
