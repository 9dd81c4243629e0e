#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "scenarios/mn-scheduler/fibre.h"

namespace mn {

class Scheduler;

/// One task on its own stack. Its body gets it as argument, to yield through.
class Fibre {
 public:
  using Body = std::function<void(Fibre&)>;
  Fibre(Scheduler& scheduler, Annotation annotation, Body body);

  /// Gives the kernel thread to another fibre; returns on whichever thread takes this one up again.
  void yield();

 private:
  friend class Scheduler;
  [[noreturn]] static void enter(void* fibre);

  Scheduler& scheduler_;
  Body body_;
  bool finished_ = false;
  Context* worker_ = nullptr;  // the kernel thread that runs it now
  Context context_;
};

/// M fibres over N kernel threads: one queue, first come first served.
class Scheduler {
 public:
  explicit Scheduler(Annotation annotation) : annotation_(annotation) {}

  void add(Fibre::Body body);
  /// Runs all fibres to their ends on `workers` kernel threads.
  void run(std::uint32_t workers);

 private:
  friend class Fibre;
  void work();
  Fibre* take();
  void give_back(Fibre* fibre);

  const Annotation annotation_;
  std::vector<std::unique_ptr<Fibre>> fibres_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Fibre*> ready_;    // under mutex_
  std::size_t unfinished_ = 0;  // under mutex_
};

}  // namespace mn
