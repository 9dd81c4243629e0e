#pragma once

// Workers around one run queue, one poller, and a dump of who is where for whoever has to explain a hang.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/actor-runtime/actor.h"
#include "scenarios/actor-runtime/channel.h"
#include "scenarios/actor-runtime/file_descriptor.h"
#include "scenarios/actor-runtime/poller.h"
#include "scenarios/actor-runtime/run_queue.h"
#include "scenarios/actor-runtime/task.h"

namespace actor_runtime {

/// How an actor that found its mailbox empty comes to run again.
struct WakePolicy {
  enum class Mailbox : std::uint8_t { notify_pipe, receiver_queue };

  Mailbox mailbox = Mailbox::receiver_queue;
  PipePolicy pipe;      ///< for `notify_pipe`
  PollerPolicy poller;  ///< for every descriptor
};

/// Made, filled and destroyed by one thread, called `main` here, which is not one of its workers.
class Runtime {
 public:
  explicit Runtime(unsigned workers, WakePolicy policy = {});
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  /// stop(). Tasks that are not done are destroyed undone.
  ~Runtime();

  /// Prints the dump on standard output and lets the signal end the program when SIGTERM comes, which is how
  /// a harness, or an operator, ends a program that is stuck. Blocks SIGTERM in the calling thread and in
  /// those it starts. Before start().
  void dump_on_sigterm();

  [[nodiscard]] std::unique_ptr<Channel> make_channel();
  /// Adds a task and lets it run. The place where it rests is named in the dump if it is known (see know()).
  void spawn(std::unique_ptr<Task> task);
  /// Before start(). The place belongs to a task or lasts until stop().
  void know(const RestingPlace& place);
  void start();
  /// Ends the threads after the step that each is at.
  void stop();

  /// Says what main is about to wait for.
  void note_wait(std::string what);

  /// Main, the poller, the workers, and every task that is not done: where it is, or that it is nowhere. True
  /// of a moment only if nothing moves meanwhile, as in a hang.
  [[nodiscard]] std::string dump() const;

  [[nodiscard]] RunQueue& run_queue() { return run_queue_; }

 private:
  struct Worker {
    std::atomic<const Task*> task{nullptr};  ///< that it runs
    std::thread thread;
  };

  void work(Worker& me);
  [[nodiscard]] Step run(Task& task);
  void retire(const Task& task);
  [[nodiscard]] std::string whereabouts(const Task& task) const;

  const WakePolicy policy_;
  RunQueue run_queue_;
  Poller poller_;
  std::optional<FileDescriptor> signals_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Task>> tasks_;  ///< under mutex_
  std::vector<const RestingPlace*> places_;   ///< under mutex_
  std::vector<std::unique_ptr<Task>> done_;   ///< under mutex_; others may still hold a reference
  std::string main_waits_for_ = "nothing";    ///< under mutex_
  std::vector<std::unique_ptr<Worker>> workers_;
  std::thread poller_thread_;
};

}  // namespace actor_runtime
