#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "scenarios/actor-runtime/countdown.h"
#include "scenarios/actor-runtime/task.h"
#include "scenarios/async-rwlock/async_rwlock.h"

namespace async_rwlock {

/// What the lock guards: the same number in every word. Plain words, so that every failure to exclude is a
/// lost or a torn entry, and a race for whoever looks for races.
struct Ledger {
  std::array<std::uint64_t, 4096> words{};
};

/// What main wants to know of some visits.
struct Round {
  explicit Round(unsigned visitors) : done(visitors) {}

  actor_runtime::Countdown done;
  std::atomic<unsigned> torn_readings{0};  ///< readers that saw two different numbers
};

/// One visit to the ledger, during which the task once lets others run while it holds the lock. A writer adds
/// 1 to every word; a reader reads them all.
class Visitor : public actor_runtime::Task {
 public:
  /// `round` must last until this visit has arrived at its countdown.
  Visitor(std::string name, AsyncRwLock::Mode mode, AsyncRwLock& lock, Ledger& ledger, Round& round);

  actor_runtime::Step resume() override;

 private:
  enum class State : std::uint8_t { lock, first_half, second_half };

  void visit(std::size_t from, std::size_t to);

  const AsyncRwLock::Mode mode_;
  AsyncRwLock& lock_;
  Ledger& ledger_;
  Round& round_;
  State state_ = State::lock;
  std::uint64_t first_word_ = 0;  ///< as it was at the beginning of the visit
  bool is_torn_ = false;
};

}  // namespace async_rwlock
