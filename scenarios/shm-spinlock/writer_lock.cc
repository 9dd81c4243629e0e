#include "scenarios/shm-spinlock/writer_lock.h"

#include "scenarios/shm-spinlock/document.h"
#include "scenarios/shm-spinlock/owner_probe.h"
#include "scenarios/shm-spinlock/spin_wait.h"

namespace shm_spinlock {
namespace {

class BareLock : public WriterLock {
 public:
  using WriterLock::WriterLock;
  void rescue(Waiter /*waiter*/) override {}

 private:
  [[nodiscard]] std::uint32_t held_word() const override { return kHeld; }
};

/// Both repairs: they differ in `stamp` only.
class RecoverableLock : public WriterLock {
 public:
  RecoverableLock(Cache& cache, WorkerStatus& me, pid_t self, std::uint32_t stamp, Repair repair,
                  Rescuers rescuers)
      : WriterLock(cache, me),
        self_(static_cast<std::uint32_t>(self)),
        stamp_(stamp),
        repair_(repair),
        rescuers_(rescuers) {}

  void rescue(Waiter waiter) override {
    if (!asks_after_owner(waiter)) return;
    std::uint32_t owner = cache_.lock_word.load(std::memory_order_relaxed);
    if (probe_owner(owner) != OwnerState::dead) return;
    // Several waiters see the same dead owner; one of them wins, the others go on waiting for the winner.
    if (!cache_.lock_word.compare_exchange_strong(owner, stamp_, std::memory_order_acquire)) return;
    me_.recovering.store(waiter == Waiter::reader ? kByReader : kByWriter, std::memory_order_release);
    repair_cache();
    me_.recoveries.fetch_add(1, std::memory_order_relaxed);
    me_.recovering.store(0, std::memory_order_release);
    cache_.lock_word.store(kFree, std::memory_order_release);
  }

 private:
  [[nodiscard]] std::uint32_t held_word() const override { return self_; }

  [[nodiscard]] bool asks_after_owner(Waiter waiter) const {
    switch (rescuers_) {
      case Rescuers::everybody:
        return true;
      case Rescuers::readers:
        return waiter == Waiter::reader;
      case Rescuers::writers:
        return waiter == Waiter::writer;
    }
    return false;
  }

  void repair_cache() {
    if (repair_ == Repair::next_number) {
      cache_.sequence.fetch_add(1, std::memory_order_release);
      return;
    }
    // The owner may have died before it made the sequence odd, or after it made it even again. Forward in any
    // case: a reader must not take what it began to read before the repair for something read after it.
    const std::uint64_t odd = cache_.sequence.load(std::memory_order_relaxed) | 1U;
    if (repair_ == Repair::evict_torn) {
      cache_.sequence.store(odd, std::memory_order_relaxed);
      evict_torn_entries(cache_);
    }
    cache_.sequence.store(odd + 1, std::memory_order_release);
  }

  std::uint32_t self_;
  std::uint32_t stamp_;
  Repair repair_;
  Rescuers rescuers_;
};

}  // namespace

void WriterLock::lock() {
  SpinWait wait;
  for (;;) {
    std::uint32_t expected = kFree;
    if (cache_.lock_word.compare_exchange_weak(expected, held_word(), std::memory_order_acquire)) return;
    if (wait.turn()) rescue(Waiter::writer);
  }
}

void WriterLock::unlock() { cache_.lock_word.store(kFree, std::memory_order_release); }

std::unique_ptr<WriterLock> make_writer_lock(LockKind kind, Repair repair, Rescuers rescuers, Cache& cache,
                                             WorkerStatus& me, pid_t self) {
  switch (kind) {
    case LockKind::bare:
      return std::make_unique<BareLock>(cache, me);
    case LockKind::sentinel:
      return std::make_unique<RecoverableLock>(cache, me, self, kRecovering, repair, rescuers);
    case LockKind::owner_pid:
      return std::make_unique<RecoverableLock>(cache, me, self, static_cast<std::uint32_t>(self), repair,
                                               rescuers);
  }
  return nullptr;
}

}  // namespace shm_spinlock
