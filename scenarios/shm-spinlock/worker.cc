#include "scenarios/shm-spinlock/worker.h"

#include <stdexcept>
#include <thread>
#include <vector>

#include "scenarios/shm-spinlock/document.h"
#include "scenarios/shm-spinlock/seqlock.h"
#include <unistd.h>

namespace shm_spinlock {
namespace {

void count(SharedWord& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

bool is_draining(const Cache& cache) { return cache.is_draining.load(std::memory_order_acquire) != 0; }

class Writer {
 public:
  Writer(Cache& cache, const Variant& variant, unsigned worker, WriterLock& lock)
      : cache_(cache), variant_(variant), worker_(worker), me_(cache.workers[worker]), lock_(lock) {}

  void serve(unsigned last_rounds) {
    while (!is_draining(cache_)) store_next();
    for (unsigned round = 0; round < last_rounds; ++round) store_next();
  }

 private:
  /// One request. A document that cannot be stored is the request's failure, not the server's: it is counted
  /// and the next one is served, as any server does.
  void store_next() {
    const std::uint64_t generation = me_.generation.fetch_add(1, std::memory_order_relaxed) + 1;
    const std::uint32_t index = worker_ * kEntriesPerWorker + generation % kEntriesPerWorker;
    me_.entry.store(index, std::memory_order_relaxed);
    try {
      store(index, generation);
      count(me_.writes);
    } catch (const std::length_error&) {
      count(me_.failed_writes);
    }
  }

  void store(std::uint32_t index, std::uint64_t generation) {
    switch (variant_.fetch) {
      case Fetch::before_lock: {
        Document document(index, generation, length_of(index, generation));
        enter_section(cache_, me_, lock_);
        render_and_leave(cache_.entries[index], document);
        return;
      }
      case Fetch::under_lock: {
        take_lock(me_, lock_);
        Document document(index, generation, length_of(index, generation));
        begin_writing(cache_, me_);
        render_and_leave(cache_.entries[index], document);
        answer_client(index, generation);
        return;
      }
    }
  }

  /// Whoever asked for the document gets it, rendered for him alone. As much work as there is under the lock:
  /// without it a writer that releases the lock takes it again at once, and the others starve (measured: a
  /// process that had been started again waited up to 8 s for its turn).
  void answer_client(std::uint32_t index, std::uint64_t generation) {
    Document document(index, generation, length_of(index, generation));
    std::uint64_t last = 0;
    while (document.has_more()) last = document.next_word();
    me_.answered.store(last, std::memory_order_relaxed);
  }

  void render_and_leave(Entry& entry, Document& document) {
    switch (variant_.discipline) {
      case Discipline::by_hand:
        render_into(entry, document);
        leave_section(cache_, me_, lock_);
        return;
      case Discipline::guard: {
        const SectionGuard guard(cache_, me_, lock_);
        render_into(entry, document);
        return;
      }
    }
  }

  [[nodiscard]] std::uint64_t length_of(std::uint32_t index, std::uint64_t generation) const {
    return is_too_long_for_cache(variant_.disaster, index) ? kTooLong : usual_length(index, generation);
  }

  Cache& cache_;
  const Variant& variant_;
  unsigned worker_;
  WorkerStatus& me_;
  WriterLock& lock_;
};

class Reader {
 public:
  Reader(Cache& cache, Trust trust, unsigned worker, WriterLock& lock)
      : cache_(cache), trust_(trust), me_(cache.workers[worker]), lock_(lock) {}

  void serve(unsigned last_rounds) {
    while (!is_draining(cache_)) read_all();
    for (unsigned round = 0; round < last_rounds; ++round) read_all();
  }

 private:
  void read_all() {
    const std::uint32_t entries = cache_.entries_in_use.load(std::memory_order_relaxed);
    for (std::uint32_t index = 0; index < entries; ++index) read(index);
  }

  void read(std::uint32_t index) {
    me_.reading.fetch_add(1, std::memory_order_release);
    read_entry(cache_, lock_, index, copy_);
    me_.reading.fetch_sub(1, std::memory_order_release);
    if (!copy_.is_empty() && trust_ == Trust::checksum && !copy_.has_right_checksum()) {
      count(cache_.entries[index].refused);
      return;
    }
    count(me_.reads);
    if (copy_.is_torn()) count(me_.torn_reads);
  }

  Cache& cache_;
  Trust trust_;
  WorkerStatus& me_;
  WriterLock& lock_;
  EntryCopy copy_;
};

}  // namespace

void run_worker(Cache& cache, const Options& options, unsigned index) {
  const Variant& variant = options.variant;
  const std::unique_ptr<WriterLock> lock = make_writer_lock(variant.lock, variant.repair, variant.rescuers,
                                                            cache, cache.workers[index], ::getpid());
  std::vector<std::thread> readers;
  for (unsigned i = 0; i < options.readers; ++i) {
    readers.emplace_back([&] { Reader(cache, variant.trust, index, *lock).serve(options.rounds); });
  }
  if (!only_reads(variant.disaster, index)) Writer(cache, variant, index, *lock).serve(options.rounds);
  for (std::thread& reader : readers) reader.join();
}

}  // namespace shm_spinlock
