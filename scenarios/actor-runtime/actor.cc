#include "scenarios/actor-runtime/actor.h"

#include <utility>

namespace actor_runtime {

void StopReply::set(ActorReport report) {
  const std::scoped_lock lock(mutex_);
  report_ = report;
  // Under the lock: the one who waits destroys this object as soon as it has the report.
  is_set_.notify_one();
}

ActorReport StopReply::wait() {
  std::unique_lock lock(mutex_);
  is_set_.wait(lock, [this] { return report_.has_value(); });
  return *report_;
}

Actor::Actor(std::string name, std::unique_ptr<Channel> mailbox)
    : Task(std::move(name)), mailbox_(std::move(mailbox)) {}

void link(Actor& left, Actor& right) {
  left.links_.push_back(&right);
  right.links_.push_back(&left);
}

Step Actor::resume() {
  for (;;) {
    switch (state_) {
      case State::start:
        served_ = 0;
        start();
        state_ = State::receive;
        break;
      case State::receive:
        message_ = mailbox_->try_receive();
        if (!message_) return Step::park(*mailbox_);
        state_ = State::serve;
        break;
      case State::serve:
        if (message_->stop != nullptr) {
          message_->stop->set({served_, restarts_, peer_crashes_.load(std::memory_order_acquire)});
          return Step::done();
        }
        serve(message_->document);
        ++served_;
        state_ = State::receive;
        break;
    }
  }
}

Step Actor::crashed(const Panic& /*panic*/) {
  for (Actor* peer : links_) peer->peer_crashes_.fetch_add(1, std::memory_order_release);
  ++restarts_;
  message_.reset();
  state_ = State::start;
  return Step::again();
}

std::string Actor::backlog() const {
  const std::size_t messages = mailbox_->size();
  return std::to_string(messages) + (messages == 1 ? " message" : " messages") + " in its mailbox";
}

}  // namespace actor_runtime
