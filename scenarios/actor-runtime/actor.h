#pragma once

// Actors: tasks with a mailbox, links and a life after a crash.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/actor-runtime/channel.h"
#include "scenarios/actor-runtime/message.h"
#include "scenarios/actor-runtime/task.h"

namespace actor_runtime {

/// What an actor tells whoever stopped it.
struct ActorReport {
  unsigned served = 0;        ///< documents since the last start
  unsigned restarts = 0;      ///< in its whole life
  unsigned peer_crashes = 0;  ///< of actors that it is linked to
};

/// The answer to one message, waited for by one thread.
class StopReply {
 public:
  void set(ActorReport report);
  /// Blocks until set() is called, for ever if nobody does.
  [[nodiscard]] ActorReport wait();

 private:
  std::mutex mutex_;
  std::condition_variable is_set_;
  std::optional<ActorReport> report_;  ///< under mutex_
};

/// A state machine around its mailbox: start, then receive and serve in turns until it is stopped. What it
/// does with a document is the subclass's.
///
/// A Panic while it serves is its crash. It is supervised: the actors linked to it are told, everything it
/// had built up is thrown away, and it begins again at `start`, with the mailbox as the crash left it.
class Actor : public Task {
 public:
  Actor(std::string name, std::unique_ptr<Channel> mailbox);

  /// Any thread.
  [[nodiscard]] Channel& mailbox() { return *mailbox_; }

  /// Links the two: each is told of the other's crashes. Before either runs.
  friend void link(Actor& left, Actor& right);

  Step resume() override;
  Step crashed(const Panic& panic) override;
  [[nodiscard]] std::string backlog() const override;

 protected:
  /// Forgets everything, as if newly made.
  virtual void start() = 0;
  /// May throw Panic.
  virtual void serve(const std::vector<std::uint64_t>& document) = 0;

 private:
  enum class State : std::uint8_t { start, receive, serve };

  std::unique_ptr<Channel> mailbox_;
  std::vector<Actor*> links_;
  std::atomic<unsigned> peer_crashes_{0};  ///< told by other workers; read when this actor next runs
  // The rest belongs to whoever runs the actor.
  State state_ = State::start;
  std::optional<Message> message_;  ///< in state `serve`
  unsigned served_ = 0;
  unsigned restarts_ = 0;
};

}  // namespace actor_runtime
