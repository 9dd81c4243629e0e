#include "scenarios/async-rwlock/visitor.h"

#include <utility>

namespace async_rwlock {

using actor_runtime::Step;

Visitor::Visitor(std::string name, AsyncRwLock::Mode mode, AsyncRwLock& lock, Ledger& ledger, Round& round)
    : Task(std::move(name)), mode_(mode), lock_(lock), ledger_(ledger), round_(round) {}

Step Visitor::resume() {
  const std::size_t half = ledger_.words.size() / 2;
  switch (state_) {
    case State::lock:
      state_ = State::first_half;
      // Either way the lock is this task's when it runs on.
      return lock_.try_lock(mode_) ? Step::again() : Step::park(lock_.queue(mode_));
    case State::first_half:
      first_word_ = ledger_.words.front();
      visit(0, half);
      state_ = State::second_half;
      return Step::again();
    case State::second_half:
      visit(half, ledger_.words.size());
      lock_.unlock(mode_);
      if (is_torn_) round_.torn_readings.fetch_add(1, std::memory_order_relaxed);
      round_.done.arrive();
      return Step::done();
  }
  return Step::done();
}

void Visitor::visit(std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    switch (mode_) {
      case AsyncRwLock::Mode::shared:
        is_torn_ = is_torn_ || ledger_.words.at(i) != first_word_;
        break;
      case AsyncRwLock::Mode::exclusive:
        ledger_.words.at(i) = first_word_ + 1;
        break;
    }
  }
}

}  // namespace async_rwlock
