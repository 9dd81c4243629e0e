// The runtime that three scenarios run on, step by step: what the workers and the poller do at once in a real
// run, one thread does here in the order that matters.

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/actor-runtime/actor.h"
#include "scenarios/actor-runtime/channel.h"
#include "scenarios/actor-runtime/poller.h"
#include "scenarios/actor-runtime/run_queue.h"
#include "scenarios/actor-runtime/runtime.h"
#include "scenarios/async-mutex/async_mutex.h"
#include "scenarios/async-rwlock/async_rwlock.h"
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace repro::test {
namespace {

using actor_runtime::Message;
using actor_runtime::NotifyPipeChannel;
using actor_runtime::PipePolicy;
using actor_runtime::Poller;
using actor_runtime::PollerPolicy;
using actor_runtime::ReceiverQueueChannel;
using actor_runtime::RunQueue;
using actor_runtime::Step;
using actor_runtime::Task;
using async_mutex::AsyncMutex;
using async_rwlock::AsyncRwLock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using EventDelete = PollerPolicy::EventDelete;
using Order = PollerPolicy::Order;
using Mode = AsyncRwLock::Mode;

class IdleTask : public Task {
 public:
  explicit IdleTask(std::string name = "idle") : Task(std::move(name)) {}
  Step resume() override { return Step::done(); }
};

/// A pipe with a byte in it: reports to the poller whenever it is armed.
class ReadablePipe {
 public:
  ReadablePipe() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::write(ends_[1], "x", 1), 1);
  }
  ReadablePipe(const ReadablePipe&) = delete;
  ReadablePipe& operator=(const ReadablePipe&) = delete;
  ~ReadablePipe() {
    for (const int end : ends_) ::close(end);
  }
  [[nodiscard]] int fd() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

/// A poller whose task comes back between the two halves of a turn.
class PollerTurn {
 public:
  explicit PollerTurn(PollerPolicy policy) : poller_(run_queue_, policy) {
    poller_.park(pipe_.fd(), task_);
    const std::vector<int> fds = poller_.wait_for_events();
    EXPECT_THAT(fds, ElementsAre(pipe_.fd()));
    poller_.hand_over(fds);
    EXPECT_EQ(run_queue_.try_pop(), &task_);
    poller_.park(pipe_.fd(), task_);  // a worker ran it, and it had nothing to do
    poller_.clean_up(fds);
  }

  [[nodiscard]] bool is_in_table() const { return poller_.holds(task_); }

  /// What the next turn hears of. A second descriptor keeps it from waiting for ever.
  [[nodiscard]] bool does_next_turn_report_pipe() {
    poller_.park(other_pipe_.fd(), other_task_);
    fds_ = poller_.wait_for_events();
    return std::find(fds_.begin(), fds_.end(), pipe_.fd()) != fds_.end();
  }
  [[nodiscard]] bool does_next_turn_wake_task() {
    poller_.hand_over(fds_);
    while (Task* task = run_queue_.try_pop()) {
      if (task == &task_) return true;
    }
    return false;
  }

 private:
  RunQueue run_queue_;
  Poller poller_;
  IdleTask task_;
  IdleTask other_task_;
  ReadablePipe pipe_;
  ReadablePipe other_pipe_;
  std::vector<int> fds_;
};

TEST(PollerThatHandsOverFirst, ForgetsATaskThatCameBackBeforeTheCleanUp) {
  PollerTurn turn({Order::hand_over_first, EventDelete::yes});
  EXPECT_FALSE(turn.is_in_table());
  EXPECT_FALSE(turn.does_next_turn_report_pipe());
}

TEST(PollerThatHandsOverFirst, WithoutEventDeleteHearsOfTheTaskAndDoesNotKnowIt) {
  PollerTurn turn({Order::hand_over_first, EventDelete::no});
  EXPECT_FALSE(turn.is_in_table());
  EXPECT_TRUE(turn.does_next_turn_report_pipe());
  EXPECT_FALSE(turn.does_next_turn_wake_task());
}

TEST(PollerThatClaimsFirst, KeepsATaskThatCameBackBeforeTheCleanUp) {
  for (const EventDelete event_delete : {EventDelete::no, EventDelete::yes}) {
    PollerTurn turn({Order::claim_first, event_delete});
    EXPECT_TRUE(turn.is_in_table());
    EXPECT_TRUE(turn.does_next_turn_report_pipe());
    EXPECT_TRUE(turn.does_next_turn_wake_task());
  }
}

Message document(std::uint64_t word) { return {.document = {word}}; }

/// Whether a receiver that rests at the channel is woken at once.
bool wakes_at_once(NotifyPipeChannel& channel, Poller& poller) {
  IdleTask receiver;
  IdleTask other;
  const ReadablePipe pipe;
  channel.park(receiver);
  poller.park(pipe.fd(), other);
  return poller.wait_for_events().size() == 2;
}

TEST(NotifyPipe, WhoseBytesNobodyReadsWakesItsReceiverForNothing) {
  for (const auto byte : {PipePolicy::Byte::every_send, PipePolicy::Byte::only_into_empty_buffer}) {
    RunQueue run_queue;
    Poller poller(run_queue, {});
    NotifyPipeChannel channel(poller, {byte, PipePolicy::Drain::never});
    EXPECT_FALSE(wakes_at_once(channel, poller)) << "before the first message";
    channel.send(document(1));
    EXPECT_EQ(channel.try_receive()->document, std::vector<std::uint64_t>{1});
    EXPECT_FALSE(channel.try_receive());
    EXPECT_TRUE(wakes_at_once(channel, poller));
  }
}

TEST(NotifyPipe, ThatIsDrainedLetsItsReceiverRest) {
  RunQueue run_queue;
  Poller poller(run_queue, {});
  NotifyPipeChannel channel(poller, {PipePolicy::Byte::every_send, PipePolicy::Drain::before_receive});
  channel.send(document(1));
  EXPECT_TRUE(channel.try_receive());
  EXPECT_FALSE(channel.try_receive());
  EXPECT_FALSE(wakes_at_once(channel, poller));
}

TEST(NotifyPipe, ThatIsDrainedTellsOfAMessageThatComesBeforeTheReceiverRests) {
  RunQueue run_queue;
  Poller poller(run_queue, {});
  NotifyPipeChannel channel(poller, {PipePolicy::Byte::every_send, PipePolicy::Drain::before_receive});
  EXPECT_FALSE(channel.try_receive());
  channel.send(document(1));
  EXPECT_TRUE(wakes_at_once(channel, poller));
}

TEST(ReceiverQueue, WakesTheReceiverThatRests) {
  RunQueue run_queue;
  ReceiverQueueChannel channel(run_queue);
  IdleTask receiver;
  EXPECT_FALSE(channel.try_receive());
  channel.park(receiver);
  EXPECT_TRUE(channel.holds(receiver));
  EXPECT_EQ(run_queue.try_pop(), nullptr);
  channel.send(document(1));
  EXPECT_FALSE(channel.holds(receiver));
  EXPECT_EQ(run_queue.try_pop(), &receiver);
  channel.send(document(2));
  EXPECT_EQ(run_queue.try_pop(), nullptr) << "nobody rests, nobody is woken";
}

TEST(ReceiverQueue, SeesAMessageThatComesBeforeTheReceiverRests) {
  RunQueue run_queue;
  ReceiverQueueChannel channel(run_queue);
  IdleTask receiver;
  EXPECT_FALSE(channel.try_receive());
  channel.send(document(1));
  channel.park(receiver);
  EXPECT_FALSE(channel.holds(receiver));
  EXPECT_EQ(run_queue.try_pop(), &receiver);
}

TEST(AsyncMutexHandOver, IsInOrderOfArrival) {
  RunQueue run_queue;
  AsyncMutex mutex(run_queue, AsyncMutex::Park::checked);
  IdleTask first;
  IdleTask second;
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock());
  mutex.park(first);
  mutex.park(second);
  mutex.unlock();
  EXPECT_EQ(run_queue.try_pop(), &first);
  EXPECT_EQ(run_queue.try_pop(), nullptr);
  EXPECT_FALSE(mutex.try_lock()) << "handed over, not free";
  mutex.unlock();
  EXPECT_EQ(run_queue.try_pop(), &second);
  mutex.unlock();
  EXPECT_TRUE(mutex.try_lock());
}

TEST(AsyncMutexPark, WhenCheckedTakesAMutexThatBecameFreeMeanwhile) {
  RunQueue run_queue;
  AsyncMutex mutex(run_queue, AsyncMutex::Park::checked);
  IdleTask task;
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock()) << "the task's attempt";
  mutex.unlock();
  mutex.park(task);
  EXPECT_EQ(run_queue.try_pop(), &task);
  EXPECT_FALSE(mutex.try_lock()) << "it is the task's";
}

TEST(AsyncMutexPark, WhenUncheckedLosesTheTask) {
  RunQueue run_queue;
  AsyncMutex mutex(run_queue, AsyncMutex::Park::unchecked);
  IdleTask task;
  EXPECT_TRUE(mutex.try_lock());
  EXPECT_FALSE(mutex.try_lock()) << "the task's attempt";
  mutex.unlock();
  mutex.park(task);
  EXPECT_EQ(run_queue.try_pop(), nullptr);
  EXPECT_TRUE(mutex.holds(task));
  EXPECT_THAT(mutex.description(), HasSubstr("FREE"));
}

class RwLock : public ::testing::Test {
 protected:
  void come(Task& task, Mode mode) {
    EXPECT_FALSE(lock_.try_lock(mode));
    lock_.queue(mode).park(task);
  }
  std::vector<Task*> woken() {
    std::vector<Task*> tasks;
    while (Task* task = run_queue_.try_pop()) tasks.push_back(task);
    return tasks;
  }

  RunQueue run_queue_;
  AsyncRwLock lock_{run_queue_, AsyncRwLock::Release::one_section};
  IdleTask writer_;
  IdleTask other_writer_;
  IdleTask reader_;
  IdleTask other_reader_;
};

TEST_F(RwLock, LetsReadersInTogetherAndAWriterAlone) {
  EXPECT_TRUE(lock_.try_lock(Mode::shared));
  EXPECT_TRUE(lock_.try_lock(Mode::shared));
  EXPECT_FALSE(lock_.try_lock(Mode::exclusive));
  lock_.unlock(Mode::shared);
  EXPECT_FALSE(lock_.try_lock(Mode::exclusive));
  lock_.unlock(Mode::shared);
  EXPECT_TRUE(lock_.try_lock(Mode::exclusive));
  EXPECT_FALSE(lock_.try_lock(Mode::shared));
}

TEST_F(RwLock, HandsOverToOneWriterWhenTheLastReaderLeaves) {
  EXPECT_TRUE(lock_.try_lock(Mode::shared));
  EXPECT_TRUE(lock_.try_lock(Mode::shared));
  come(writer_, Mode::exclusive);
  come(other_writer_, Mode::exclusive);
  lock_.unlock(Mode::shared);
  EXPECT_THAT(woken(), ElementsAre());
  lock_.unlock(Mode::shared);
  EXPECT_THAT(woken(), ElementsAre(&writer_));
  lock_.unlock(Mode::exclusive);
  EXPECT_THAT(woken(), ElementsAre(&other_writer_));
}

TEST_F(RwLock, HandsOverToAllReadersUpToTheNextWriter) {
  IdleTask late_reader;
  EXPECT_TRUE(lock_.try_lock(Mode::exclusive));
  come(reader_, Mode::shared);
  come(other_reader_, Mode::shared);
  come(writer_, Mode::exclusive);
  come(late_reader, Mode::shared);
  lock_.unlock(Mode::exclusive);
  EXPECT_THAT(woken(), ElementsAre(&reader_, &other_reader_));
  lock_.unlock(Mode::shared);
  lock_.unlock(Mode::shared);
  EXPECT_THAT(woken(), ElementsAre(&writer_));
  lock_.unlock(Mode::exclusive);
  EXPECT_THAT(woken(), ElementsAre(&late_reader));
}

TEST_F(RwLock, SeesThatItBecameFreeBeforeATaskRests) {
  for (const Mode mode : {Mode::shared, Mode::exclusive}) {
    EXPECT_TRUE(lock_.try_lock(Mode::exclusive));
    EXPECT_FALSE(lock_.try_lock(mode)) << "the task's attempt";
    lock_.unlock(Mode::exclusive);
    lock_.queue(mode).park(reader_);
    EXPECT_THAT(woken(), ElementsAre(&reader_));
    EXPECT_FALSE(lock_.try_lock(Mode::exclusive)) << "it is the task's";
    lock_.unlock(mode);
  }
}

/// Panics at documents that begin with 0.
class Picky : public actor_runtime::Actor {
 public:
  using Actor::Actor;
  unsigned starts = 0;

 protected:
  void start() override { ++starts; }
  void serve(const std::vector<std::uint64_t>& document) override {
    if (document.front() == 0) throw actor_runtime::Panic("zero");
  }
};

TEST(ActorAfterACrash, BeginsAgainWithTheRestOfItsMailboxAndItsPeersAreTold) {
  RunQueue run_queue;
  Picky actor("actor", std::make_unique<ReceiverQueueChannel>(run_queue));
  Picky peer("peer", std::make_unique<ReceiverQueueChannel>(run_queue));
  link(actor, peer);
  actor_runtime::StopReply reply;
  actor.mailbox().send(document(7));
  actor.mailbox().send(document(0));
  actor.mailbox().send(document(8));
  actor.mailbox().send({.document = {}, .stop = &reply});

  try {
    static_cast<void>(actor.resume());
    FAIL() << "the second document is a crash";
  } catch (const actor_runtime::Panic& panic) {
    EXPECT_EQ(actor.crashed(panic).kind, Step::Kind::again);
  }
  EXPECT_EQ(actor.backlog(), "2 messages in its mailbox");
  EXPECT_EQ(actor.resume().kind, Step::Kind::done);
  EXPECT_EQ(actor.starts, 2U);
  const actor_runtime::ActorReport report = reply.wait();
  EXPECT_EQ(report.served, 1U) << "since the restart";
  EXPECT_EQ(report.restarts, 1U);
  EXPECT_EQ(report.peer_crashes, 0U);

  actor_runtime::StopReply peer_reply;
  peer.mailbox().send({.document = {}, .stop = &peer_reply});
  EXPECT_EQ(peer.resume().kind, Step::Kind::done);
  EXPECT_EQ(peer_reply.wait().peer_crashes, 1U);
}

TEST(RuntimeDump, SaysWhereEachTaskIsAndWhoIsNowhere) {
  actor_runtime::Runtime runtime(2);
  auto channel = runtime.make_channel();
  actor_runtime::Channel& mailbox = *channel;
  runtime.spawn(std::make_unique<Picky>("resting", std::move(channel)));
  Task* resting = runtime.run_queue().try_pop();
  mailbox.park(*resting);
  runtime.spawn(std::make_unique<IdleTask>("lost"));
  EXPECT_NE(runtime.run_queue().try_pop(), nullptr);
  runtime.spawn(std::make_unique<IdleTask>("queued"));
  runtime.note_wait("the reply of 'lost' to stop");

  const std::string dump = runtime.dump();
  EXPECT_THAT(dump, HasSubstr("main: waits for the reply of 'lost' to stop"));
  EXPECT_THAT(dump, HasSubstr("'resting': rests in its channel's queue of receivers; 0 messages"));
  EXPECT_THAT(dump, HasSubstr("'lost': NOWHERE"));
  EXPECT_THAT(dump, HasSubstr("'queued': in the run queue"));
}

}  // namespace
}  // namespace repro::test
