// The fields of a fibre are written by the worker's context and read by the fibre's, one after the other on
// one kernel thread. To ThreadSanitizer, told that a switch is no synchronisation, that is a race. So the
// functions that touch them are not instrumented, and only the end of a fibre and the end of the run are
// announced as ordered: Annotation::exact.

#include "scenarios/mn-scheduler/scheduler.h"

#include <thread>

namespace mn {

Fibre::Fibre(Scheduler& scheduler, Annotation annotation, Body body)
    : scheduler_(scheduler), body_(std::move(body)), context_(annotation, &Fibre::enter, this) {}

MN_UNINSTRUMENTED void Fibre::enter(void* fibre) {
  auto* self = static_cast<Fibre*>(fibre);
  announce_acquire(&self->scheduler_);  // what the main thread prepared
  self->body_(*self);
  announce_release(&self->scheduler_);
  self->finished_ = true;
  self->context_.finish_into(*self->worker_);
}

MN_UNINSTRUMENTED void Fibre::yield() { context_.switch_to(*worker_); }

void Scheduler::add(Fibre::Body body) {
  fibres_.push_back(std::make_unique<Fibre>(*this, annotation_, std::move(body)));
}

void Scheduler::run(std::uint32_t workers) {
  {
    const std::lock_guard lock(mutex_);
    for (const std::unique_ptr<Fibre>& fibre : fibres_) ready_.push_back(fibre.get());
    unfinished_ = ready_.size();
  }
  announce_release(this);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
  for (std::thread& thread : threads) thread.join();
  announce_acquire(this);
  fibres_.clear();
}

MN_UNINSTRUMENTED void Scheduler::work() {
  Context worker(annotation_);
  while (Fibre* fibre = take()) {
    fibre->worker_ = &worker;
    worker.switch_to(fibre->context_);
    give_back(fibre);
  }
}

MN_UNINSTRUMENTED Fibre* Scheduler::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || unfinished_ == 0; });
  if (ready_.empty()) return nullptr;
  Fibre* fibre = ready_.front();
  ready_.pop_front();
  return fibre;
}

MN_UNINSTRUMENTED void Scheduler::give_back(Fibre* fibre) {
  {
    const std::lock_guard lock(mutex_);
    if (fibre->finished_) {
      --unfinished_;
    } else {
      ready_.push_back(fibre);
    }
  }
  changed_.notify_all();
}

}  // namespace mn
