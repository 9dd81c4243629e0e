#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace repro::campaign {

/// Threads that do nothing but take processor time, for as long as the object lives: `os+load:N`.
class LoadThreads {
 public:
  explicit LoadThreads(std::uint32_t count);
  LoadThreads(const LoadThreads&) = delete;
  LoadThreads& operator=(const LoadThreads&) = delete;
  ~LoadThreads();

 private:
  std::atomic<bool> is_over_{false};
  std::vector<std::thread> threads_;
};

}  // namespace repro::campaign
