#pragma once

// Mailboxes: an unbounded buffer, and a way to wake the receiver that found it empty. Two kinds.
//
// NotifyPipeChannel makes a mailbox look like a socket: whoever sends writes a byte into a pipe, and a
// receiver waits until the pipe can be read. One mechanism, the poller, then serves messages and I/O alike.
// The price: the truth (is there a message?) and the signal (is there a byte?) are two things that can
// disagree. As long as nobody reads the bytes, the pipe can be read for ever after the first message, and
// every receiver that rests is woken at once, for nothing, rests again, is woken again...
//
// ReceiverQueueChannel keeps the tasks that wait beside the messages they wait for, under one lock. The truth
// is the signal: whoever puts a message in takes a receiver out.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "scenarios/actor-runtime/file_descriptor.h"
#include "scenarios/actor-runtime/message.h"
#include "scenarios/actor-runtime/poller.h"
#include "scenarios/actor-runtime/run_queue.h"
#include "scenarios/actor-runtime/task.h"

namespace actor_runtime {

/// Many senders, one receiver. A receiver that rests here is woken when there may be a message.
class Channel : public RestingPlace {
 public:
  /// Never blocks. Any thread.
  virtual void send(Message message) = 0;
  /// The receiver only.
  [[nodiscard]] virtual std::optional<Message> try_receive() = 0;
  /// Messages not yet received.
  [[nodiscard]] virtual std::size_t size() const = 0;
};

struct PipePolicy {
  /// When a sender writes a byte.
  enum class Byte : std::uint8_t { every_send, only_into_empty_buffer };
  /// When the receiver reads the bytes.
  enum class Drain : std::uint8_t { never, before_receive };

  Byte byte = Byte::every_send;
  Drain drain = Drain::never;
};

class NotifyPipeChannel : public Channel {
 public:
  NotifyPipeChannel(Poller& poller, PipePolicy policy);

  void send(Message message) override;
  [[nodiscard]] std::optional<Message> try_receive() override;
  [[nodiscard]] std::size_t size() const override;
  void park(Task& task) override;
  [[nodiscard]] bool holds(const Task& task) const override;
  [[nodiscard]] std::string description() const override;

 private:
  struct Pipe {
    FileDescriptor read_end;
    FileDescriptor write_end;
  };
  static Pipe make_pipe();
  void drain();

  Poller& poller_;
  const PipePolicy policy_;
  Pipe pipe_;
  mutable std::mutex mutex_;
  std::deque<Message> buffer_;  ///< under mutex_
};

class ReceiverQueueChannel : public Channel {
 public:
  explicit ReceiverQueueChannel(RunQueue& run_queue) : run_queue_(run_queue) {}

  void send(Message message) override;
  [[nodiscard]] std::optional<Message> try_receive() override;
  [[nodiscard]] std::size_t size() const override;
  void park(Task& task) override;
  [[nodiscard]] bool holds(const Task& task) const override;
  [[nodiscard]] std::string description() const override;

 private:
  RunQueue& run_queue_;
  mutable std::mutex mutex_;
  std::deque<Message> buffer_;   ///< under mutex_
  std::deque<Task*> receivers_;  ///< under mutex_; waiting
};

}  // namespace actor_runtime
