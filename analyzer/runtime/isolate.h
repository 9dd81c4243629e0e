#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "analyzer/runtime/slot.h"

namespace analyzer::runtime {

class Runtime;
struct CallInfo;
struct Method;

/// One active method call.
struct Frame {
  const Method* method = nullptr;
  Value self = {};
  const CallInfo* info = nullptr;  ///< keeps the call info alive: the table refers to it weakly
};

/// One share-nothing thread of execution in the Ractor model: its own stack of frames and roots in the common
/// heap.
///
/// Not bound to a kernel thread: whoever runs it, a thread or a fibre, passes it along explicitly and
/// brackets the time with Running. One runner at a time.
class Isolate {
 public:
  enum class Role { main, worker };

  Isolate(Runtime& runtime, Role role, std::uint32_t number);
  Isolate(const Isolate&) = delete;
  Isolate& operator=(const Isolate&) = delete;

  [[nodiscard]] Runtime& runtime() const { return runtime_; }
  [[nodiscard]] bool is_main() const { return role_ == Role::main; }
  [[nodiscard]] std::uint32_t number() const { return number_; }

  /// Frames, innermost last.
  [[nodiscard]] bool push_frame(const Frame& frame);  ///< false when calls are nested too deeply
  void pop_frame() { --frame_count_; }
  [[nodiscard]] const Frame& top_frame() const { return frames_[frame_count_ - 1]; }
  [[nodiscard]] bool has_frame() const { return frame_count_ > 0; }

  /// For the collector, with the world stopped.
  void visit_roots(ReferenceVisitor& visitor) const;
  void drop_free_slots() { free_slots_ = nullptr; }

  /// For the heap's allocation path.
  [[nodiscard]] Slot* take_free_slot() {
    Slot* slot = free_slots_;
    if (slot != nullptr) free_slots_ = slot->next_free;
    return slot;
  }
  void give_free_slots(Slot* slots) { free_slots_ = slots; }

 private:
  friend class LocalScope;

  Runtime& runtime_;
  Role role_;
  std::uint32_t number_;
  Slot* free_slots_ = nullptr;
  std::unique_ptr<Frame[]> frames_;
  std::size_t frame_count_ = 0;
  std::unique_ptr<Value[]> locals_;  // fixed size, so that a reference to a local stays good
  std::size_t local_count_ = 0;
};

/// Precise roots of native code, a stack like the C++ scopes that own it. Every Value held across a safepoint
/// lives here:
///
///     LocalScope scope(isolate);
///     Value& name = scope.keep(make_string(isolate, text));
///     ... anything that allocates ...
class LocalScope {
 public:
  explicit LocalScope(Isolate& isolate) : isolate_(isolate), base_(isolate.local_count_) {}
  ~LocalScope() { isolate_.local_count_ = base_; }
  LocalScope(const LocalScope&) = delete;
  LocalScope& operator=(const LocalScope&) = delete;

  /// Roots `value` until the scope ends. Assigning to the reference replaces the rooted value. Consecutive
  /// locals are contiguous in memory. Aborts after 65536 locals, which only runaway recursion of native code
  /// reaches.
  Value& keep(Value value);

 private:
  Isolate& isolate_;
  std::size_t base_;
};

/// The time in which a thread or fibre executes an isolate. While it lasts, the collector waits for the
/// isolate's safepoints.
class Running {
 public:
  explicit Running(Isolate& isolate);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Isolate& isolate_;
};

/// The opposite: a stretch inside Running in which the isolate blocks outside the managed program.
class Blocking {
 public:
  explicit Blocking(Isolate& isolate);
  ~Blocking();
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

 private:
  Isolate& isolate_;
};

}  // namespace analyzer::runtime
