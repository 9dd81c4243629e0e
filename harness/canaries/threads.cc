#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "harness/canaries/canaries.h"

namespace canary {
namespace {

struct TwoLocks {
  std::mutex a;
  std::mutex b;
};

[[gnu::noinline]] void increment(int& counter) {
  for (int i = 0; i < 1000; ++i) {
    volatile int& shared = counter;  // or the loop becomes a single addition
    shared = shared + 1;
  }
}

[[gnu::noinline]] void lock_both(std::mutex& first, std::mutex& second) {
  const std::lock_guard<std::mutex> outer(first);
  const std::lock_guard<std::mutex> inner(second);
}

/// Takes the second lock only when both threads have their first.
[[gnu::noinline]] void lock_against_the_other(std::mutex& first, std::mutex& second,
                                              std::atomic<int>& arrived) {
  const std::lock_guard<std::mutex> outer(first);
  arrived.fetch_add(1);
  while (arrived.load() != 2) std::this_thread::yield();
  const std::lock_guard<std::mutex> inner(second);
}

[[gnu::noinline]] void increment_locked(int& counter, std::mutex& lock) {
  for (int i = 0; i < 1000; ++i) {
    const std::lock_guard<std::mutex> guard(lock);
    ++counter;
  }
}

}  // namespace

int race() {
  int counter = 0;
  std::thread other([&counter] { increment(counter); });
  increment(counter);
  other.join();
  return 0;
}

int lock_order() {
  TwoLocks locks;
  // One after the other, so that they cannot block each other: the order alone is the fault.
  std::thread([&locks] { lock_both(locks.a, locks.b); }).join();
  std::thread([&locks] { lock_both(locks.b, locks.a); }).join();
  return 0;
}

int hang() {
  TwoLocks locks;
  std::atomic<int> arrived = 0;
  std::thread other([&] { lock_against_the_other(locks.b, locks.a, arrived); });
  lock_against_the_other(locks.a, locks.b, arrived);
  other.join();
  return 0;
}

int clean() {
  const auto counter = std::make_unique<int>(0);
  std::mutex lock;
  std::thread other([&] { increment_locked(*counter, lock); });
  increment_locked(*counter, lock);
  other.join();
  return *counter == 2000 ? 0 : 1;
}

}  // namespace canary
