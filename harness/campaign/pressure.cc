#include "harness/campaign/pressure.h"

namespace repro::campaign {

LoadThreads::LoadThreads(std::uint32_t count) {
  threads_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    threads_.emplace_back([this] {
      while (!is_over_.load(std::memory_order_relaxed)) {
      }
    });
  }
}

LoadThreads::~LoadThreads() {
  is_over_.store(true, std::memory_order_relaxed);
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace repro::campaign
