#pragma once

#include <cstdint>
#include <string>

#include "scenarios/actor-runtime/countdown.h"
#include "scenarios/actor-runtime/task.h"
#include "scenarios/async-mutex/async_mutex.h"

namespace async_mutex {

/// What the mutex guards: plain words, so that every failure to exclude is a lost deposit, and a race for
/// whoever looks for races.
struct Account {
  std::uint64_t balance = 0;
  std::uint64_t last_count = 0;  ///< of the teller that came last
};

/// Deposits 1: counts coins, takes the mutex, reads the balance, lets others run while it holds the mutex,
/// writes the new balance. The coins are what keeps tellers from arriving in step: each has another number of
/// them.
class Teller : public actor_runtime::Task {
 public:
  Teller(std::string name, unsigned coins, AsyncMutex& mutex, Account& account,
         actor_runtime::Countdown& done);

  actor_runtime::Step resume() override;

 private:
  enum class State : std::uint8_t { count, read, write };

  void count_coins();

  const unsigned coins_;
  AsyncMutex& mutex_;
  Account& account_;
  actor_runtime::Countdown& done_;
  State state_ = State::count;
  std::uint64_t counted_ = 0;
  std::uint64_t balance_ = 0;  ///< as read
};

}  // namespace async_mutex
