#pragma once

// What the workers run: state machines that give the processor back whenever they cannot go on.
//
// A task never blocks. Its resume() returns a Step, and only then, when no frame of it is on any stack, does
// the worker bring it to the place where it rests. This order is the first rule of the runtime: from the
// moment a resting place knows the task somebody may wake it and another worker may run it, so nobody who
// still runs it may have made it known. Every place therefore has to look again, in park(), whether there is
// still something to wait for; whoever forgets that has built a lost wake-up.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace actor_runtime {

class Task;

/// Where a task rests until somebody wakes it: a channel, an asynchronous lock. Called by any thread.
class RestingPlace {
 public:
  RestingPlace() = default;
  RestingPlace(const RestingPlace&) = delete;
  RestingPlace& operator=(const RestingPlace&) = delete;
  virtual ~RestingPlace() = default;

  /// Takes a task that has just stopped running. The worker does not touch the task after this call, nor may
  /// the callee once it has made the task known to anybody who wakes.
  virtual void park(Task& task) = 0;

  /// For the dump: whether the task rests here now.
  [[nodiscard]] virtual bool holds(const Task& task) const = 0;
  /// For the dump: what this place is, as in "rests in ...".
  [[nodiscard]] virtual std::string description() const = 0;
};

/// What a task wants after it has run.
struct Step {
  enum class Kind : std::uint8_t {
    done,   ///< never again
    again,  ///< back to the end of the run queue
    park,   ///< to rest at `place`
  };

  static Step done() { return {Kind::done, nullptr}; }
  static Step again() { return {Kind::again, nullptr}; }
  static Step park(RestingPlace& place) { return {Kind::park, &place}; }

  Kind kind;
  RestingPlace* place;  ///< with `park` only
};

/// A task's failure: unwinds to the worker, which hands it to Task::crashed().
class Panic : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// At any time one of: on a worker, in the run queue, at a resting place, done. The runtime owns it.
class Task {
 public:
  explicit Task(std::string name) : name_(std::move(name)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Runs until it cannot or need not go on. One worker at a time; may throw Panic.
  virtual Step resume() = 0;
  /// The worker caught a Panic of resume(). The answer of a task that nobody supervises is the end.
  virtual Step crashed(const Panic& /*panic*/) { return Step::done(); }
  /// For the dump: what the task has before it, such as the messages in its mailbox.
  [[nodiscard]] virtual std::string backlog() const { return ""; }

 private:
  std::string name_;
};

}  // namespace actor_runtime
