#include "scenarios/async-mutex/teller.h"

#include <utility>

namespace async_mutex {

using actor_runtime::Step;

Teller::Teller(std::string name, unsigned coins, AsyncMutex& mutex, Account& account,
               actor_runtime::Countdown& done)
    : Task(std::move(name)), coins_(coins), mutex_(mutex), account_(account), done_(done) {}

void Teller::count_coins() {
  // Each step needs the one before, so that the compiler cannot shorten the count.
  for (unsigned i = 0; i < coins_; ++i) counted_ = (counted_ ^ i) * 0x9e3779b97f4a7c15U;
}

Step Teller::resume() {
  switch (state_) {
    case State::count:
      count_coins();
      state_ = State::read;
      // Either way the mutex is this task's when it runs on.
      return mutex_.try_lock() ? Step::again() : Step::park(mutex_);
    case State::read:
      balance_ = account_.balance;
      state_ = State::write;
      return Step::again();
    case State::write:
      account_.balance = balance_ + 1;
      account_.last_count = counted_;
      mutex_.unlock();
      done_.arrive();
      return Step::done();
  }
  return Step::done();
}

}  // namespace async_mutex
