#include "scenarios/actor-runtime/runtime.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include <pthread.h>
#include <sys/signalfd.h>

namespace actor_runtime {
namespace {

void name_this_thread(const std::string& name) { ::pthread_setname_np(::pthread_self(), name.c_str()); }

/// The set with SIGTERM in it.
sigset_t termination() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  return set;
}

[[noreturn]] void end_by_sigterm() {
  const sigset_t set = termination();
  ::signal(SIGTERM, SIG_DFL);
  ::raise(SIGTERM);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::_exit(3);  // not reached: the signal was pending
}

}  // namespace

Runtime::Runtime(unsigned workers, WakePolicy policy) : policy_(policy), poller_(run_queue_, policy.poller) {
  for (unsigned i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

Runtime::~Runtime() { stop(); }

void Runtime::stop() {
  run_queue_.close();
  poller_.stop();
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
  if (poller_thread_.joinable()) poller_thread_.join();
}

void Runtime::dump_on_sigterm() {
  const sigset_t set = termination();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_.emplace(check_system(::signalfd(-1, &set, SFD_CLOEXEC), "signalfd"));
  poller_.watch(signals_->number(), [this] {
    const std::string text = dump();
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    end_by_sigterm();
  });
}

std::unique_ptr<Channel> Runtime::make_channel() {
  std::unique_ptr<Channel> channel;
  switch (policy_.mailbox) {
    case WakePolicy::Mailbox::notify_pipe:
      channel = std::make_unique<NotifyPipeChannel>(poller_, policy_.pipe);
      break;
    case WakePolicy::Mailbox::receiver_queue:
      channel = std::make_unique<ReceiverQueueChannel>(run_queue_);
      break;
  }
  know(*channel);
  return channel;
}

void Runtime::spawn(std::unique_ptr<Task> task) {
  Task& spawned = *task;
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  run_queue_.push(spawned);
}

void Runtime::know(const RestingPlace& place) {
  const std::scoped_lock lock(mutex_);
  places_.push_back(&place);
}

void Runtime::start() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = *workers_[i];
    worker.thread = std::thread([this, &worker, i] {
      name_this_thread("worker-" + std::to_string(i));
      work(worker);
    });
  }
  poller_thread_ = std::thread([this] {
    name_this_thread("io-poller");
    poller_.run();
  });
}

void Runtime::work(Worker& me) {
  while (Task* task = run_queue_.pop()) {
    me.task.store(task, std::memory_order_relaxed);
    const Step step = run(*task);
    me.task.store(nullptr, std::memory_order_relaxed);
    switch (step.kind) {
      case Step::Kind::done:
        retire(*task);
        break;
      case Step::Kind::again:
        run_queue_.push(*task);
        break;
      case Step::Kind::park:
        step.place->park(*task);  // from here on it may be running elsewhere, or destroyed
        break;
    }
  }
}

Step Runtime::run(Task& task) {
  try {
    return task.resume();
  } catch (const Panic& panic) {
    return task.crashed(panic);
  }
}

void Runtime::retire(const Task& task) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const std::unique_ptr<Task>& owned) { return owned.get() == &task; });
  done_.push_back(std::move(*found));
  tasks_.erase(found);
}

void Runtime::note_wait(std::string what) {
  const std::scoped_lock lock(mutex_);
  main_waits_for_ = std::move(what);
}

std::string Runtime::whereabouts(const Task& task) const {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i]->task.load(std::memory_order_relaxed) == &task)
      return "runs on worker-" + std::to_string(i);
  }
  if (run_queue_.holds(task)) return "in the run queue";
  for (const RestingPlace* place : places_) {
    if (place->holds(task)) return "rests in " + place->description();
  }
  return "NOWHERE: on no worker, not in the run queue, at no resting place";
}

std::string Runtime::dump() const {
  const std::scoped_lock lock(mutex_);
  std::string text = "dump of the runtime:\n";
  text += "  main: waits for " + main_waits_for_ + "\n";
  text += "  io-poller: waits for events\n";
  text += "  workers: " + std::to_string(run_queue_.idle_workers()) + " of " +
          std::to_string(workers_.size()) + " idle, " + std::to_string(run_queue_.size()) +
          " tasks in the run queue\n";
  for (const std::unique_ptr<Task>& task : tasks_) {
    const std::string backlog = task->backlog();
    text += "  task '" + task->name() + "': " + whereabouts(*task);
    if (!backlog.empty()) text += "; " + backlog;
    text += "\n";
  }
  text += "  tasks done: " + std::to_string(done_.size()) + "\n";
  return text;
}

}  // namespace actor_runtime
