#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace repro::campaign {

/// A bounded queue from the workers to the campaign's thread. Any thread may push; one thread pops.
template <class T>
class ResultQueue {
 public:
  ResultQueue(std::size_t capacity, std::size_t producers) : capacity_(capacity), producers_(producers) {}

  /// Blocks while the queue is full.
  void push(T item) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [&] { return items_.size() < capacity_; });
    items_.push_back(std::move(item));
    lock.unlock();
    has_items_.notify_one();
  }

  /// Each producer calls this once, as its last act.
  void producer_finished() {
    {
      const std::lock_guard lock(mutex_);
      --producers_;
    }
    has_items_.notify_one();
  }

  /// The oldest item; nothing after `patience` without one, or at once when all producers are finished.
  [[nodiscard]] std::optional<T> pop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    has_items_.wait_for(lock, patience, [&] { return !items_.empty() || producers_ == 0; });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    lock.unlock();
    has_room_.notify_one();
    return item;
  }

  /// Whether nothing will come any more.
  [[nodiscard]] bool is_drained() {
    const std::lock_guard lock(mutex_);
    return items_.empty() && producers_ == 0;
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable has_items_;
  std::condition_variable has_room_;
  std::deque<T> items_;
  std::size_t producers_;
};

}  // namespace repro::campaign
