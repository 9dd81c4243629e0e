// A lock that prefers readers: whoever wants to read gets in while others read. With enough readers there is
// always one inside, and the writer waits for ever although nobody does anything wrong. This is what
// pthread_rwlock_t does unless it is told otherwise, and with it std::shared_mutex of libstdc++. Repaired:
// the lock is made so that readers queue up behind a writer that waits.
//
// The readers here go on until the writer has been there, so the outcome does not depend on a number of
// seconds that somebody thought long. There are several per processor: those that the scheduler has set
// aside keep the lock meanwhile, which is also how it happens in servers.

#include <algorithm>
#include <atomic>
#include <numeric>

#include "scenarios/classics/classic.h"
#include <pthread.h>

namespace classics {
namespace {

/// Reading takes some ten microseconds, far longer than coming and going does.
constexpr std::size_t kTableRows = 65'536;

class SharedTable {
 public:
  explicit SharedTable(Code code) {
    pthread_rwlockattr_t kind{};
    pthread_rwlockattr_init(&kind);
    if (code == Code::repaired) {
      pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    }
    pthread_rwlock_init(&lock_, &kind);
    pthread_rwlockattr_destroy(&kind);
  }
  SharedTable(const SharedTable&) = delete;
  SharedTable& operator=(const SharedTable&) = delete;
  ~SharedTable() { pthread_rwlock_destroy(&lock_); }

  unsigned sum() {
    pthread_rwlock_rdlock(&lock_);
    const unsigned sum = std::accumulate(rows_.begin(), rows_.end(), 0U);
    pthread_rwlock_unlock(&lock_);
    return sum;
  }
  void replace(std::vector<unsigned>& rows) {
    pthread_rwlock_wrlock(&lock_);
    rows_.swap(rows);
    pthread_rwlock_unlock(&lock_);
  }

 private:
  pthread_rwlock_t lock_{};
  std::vector<unsigned> rows_ = std::vector<unsigned>(kTableRows);
};

}  // namespace

Verdict reader_writer_starvation(Code code) {
  constexpr unsigned kReadersPerProcessor = 4;
  constexpr unsigned kMostReaders = 64;
  const unsigned processors = std::max(2U, std::thread::hardware_concurrency());
  const unsigned readers = std::min(kMostReaders, kReadersPerProcessor * processors);
  constexpr unsigned kUpdates = 30;
  SharedTable table(code);
  std::atomic<bool> is_updated{false};
  run_together(static_cast<int>(readers) + 1, [&](int who) {
    if (who == 0) {
      for (unsigned update = 1; update <= kUpdates; ++update) {
        std::vector<unsigned> rows(kTableRows, update);
        table.replace(rows);
      }
      is_updated.store(true);
      return;
    }
    while (!is_updated.load()) table.sum();
  });
  return table.sum() == kUpdates * kTableRows ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
