// A pointer is read without the lock first; only who finds it null takes the lock. The pointer is no atomic,
// so nothing says that what it points to has been written before it. On x86-64 the hardware happens to keep
// the order: wrong only for ThreadSanitizer, which goes by the language. Repaired: an atomic with release and
// acquire.

#include <atomic>
#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Config {
  int port = 8080;
};

struct Holder {
  std::mutex mutex;
  Config* plain = nullptr;
  std::atomic<Config*> published{nullptr};
};

Config* get_broken(Holder& holder) {
  if (holder.plain == nullptr) {
    const std::lock_guard lock(holder.mutex);
    if (holder.plain == nullptr) holder.plain = new Config;
  }
  return holder.plain;
}

Config* get_repaired(Holder& holder) {
  Config* config = holder.published.load(std::memory_order_acquire);
  if (config != nullptr) return config;
  const std::lock_guard lock(holder.mutex);
  config = holder.published.load(std::memory_order_relaxed);
  if (config == nullptr) {
    config = new Config;
    holder.published.store(config, std::memory_order_release);
  }
  return config;
}

}  // namespace

Verdict double_checked_locking(Code code) {
  constexpr int kRounds = 200;
  int right = 0;
  for (int round = 0; round < kRounds; ++round) {
    Holder holder;
    int ports[2] = {0, 0};
    run_together(2, [&](int who) {
      ports[who] = (code == Code::broken ? get_broken(holder) : get_repaired(holder))->port;
    });
    right += ports[0] == 8080 && ports[1] == 8080 ? 1 : 0;
    delete holder.plain;
    delete holder.published.load();
  }
  return right == kRounds ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
