#include "scenarios/actor-runtime/channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>

namespace actor_runtime {
namespace {

std::optional<Message> pop_front(std::deque<Message>& buffer) {
  if (buffer.empty()) return std::nullopt;
  Message message = std::move(buffer.front());
  buffer.pop_front();
  return message;
}

}  // namespace

NotifyPipeChannel::NotifyPipeChannel(Poller& poller, PipePolicy policy)
    : poller_(poller), policy_(policy), pipe_(make_pipe()) {}

NotifyPipeChannel::Pipe NotifyPipeChannel::make_pipe() {
  std::array<int, 2> ends{};
  check_system(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), "pipe2");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void NotifyPipeChannel::send(Message message) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    was_empty = buffer_.empty();
    buffer_.push_back(std::move(message));
  }
  if (policy_.byte == PipePolicy::Byte::only_into_empty_buffer && !was_empty) return;
  const char byte = 1;
  // A full pipe can be read, and that is all a byte is to achieve.
  if (::write(pipe_.write_end.number(), &byte, 1) < 0 && errno != EAGAIN) check_system(-1, "write to a pipe");
}

std::optional<Message> NotifyPipeChannel::try_receive() {
  // Before the look into the buffer: a byte that comes after it announces a message that the look has missed.
  if (policy_.drain == PipePolicy::Drain::before_receive) drain();
  const std::scoped_lock lock(mutex_);
  return pop_front(buffer_);
}

std::size_t NotifyPipeChannel::size() const {
  const std::scoped_lock lock(mutex_);
  return buffer_.size();
}

// No look into the buffer is needed here: the pipe of a message that came meanwhile can be read, which epoll
// reports as soon as it is asked.
void NotifyPipeChannel::park(Task& task) { poller_.park(pipe_.read_end.number(), task); }

bool NotifyPipeChannel::holds(const Task& task) const { return poller_.holds(task); }

std::string NotifyPipeChannel::description() const { return "the poller's table"; }

void NotifyPipeChannel::drain() {
  std::array<char, 64> bytes{};
  while (::read(pipe_.read_end.number(), bytes.data(), bytes.size()) > 0) {
  }
}

void ReceiverQueueChannel::send(Message message) {
  Task* receiver = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    buffer_.push_back(std::move(message));
    if (!receivers_.empty()) {
      receiver = receivers_.front();
      receivers_.pop_front();
    }
  }
  if (receiver != nullptr) run_queue_.push(*receiver);
}

std::optional<Message> ReceiverQueueChannel::try_receive() {
  const std::scoped_lock lock(mutex_);
  return pop_front(buffer_);
}

std::size_t ReceiverQueueChannel::size() const {
  const std::scoped_lock lock(mutex_);
  return buffer_.size();
}

void ReceiverQueueChannel::park(Task& task) {
  {
    const std::scoped_lock lock(mutex_);
    // Looked at again under the lock that senders take: a message that came since try_receive() found nobody
    // to wake.
    if (buffer_.empty()) {
      receivers_.push_back(&task);
      return;
    }
  }
  run_queue_.push(task);
}

bool ReceiverQueueChannel::holds(const Task& task) const {
  const std::scoped_lock lock(mutex_);
  return std::find(receivers_.begin(), receivers_.end(), &task) != receivers_.end();
}

std::string ReceiverQueueChannel::description() const { return "its channel's queue of receivers"; }

}  // namespace actor_runtime
