#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace analyzer::runtime {

/// Stops the world: lets one isolate wait until every other one stands at a safepoint.
///
/// An isolate is "running" between enter() and leave(). Running isolates call poll() at every allocation and
/// every method entry; those are the safepoints, and at them every managed reference an isolate holds is in
/// its frames or scopes. An isolate that blocks outside the managed program (joins a thread, waits for a
/// file, is a fibre that is switched out) must have left.
///
/// All functions from any thread. Nothing here allocates managed memory.
class Safepoint {
 public:
  void enter();  ///< blocks while the world is stopped
  void leave();
  void poll() {
    if (stop_requested_.load(std::memory_order_relaxed)) park();
  }

  /// Called by a running isolate. True: every other isolate is parked or outside until resume_world(). False:
  /// another isolate stopped the world first; this one was parked meanwhile and the world runs again.
  [[nodiscard]] bool stop_world();
  void resume_world();

 private:
  void park();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_requested_{false};  // written under mutex_
  int running_ = 0;                          // under mutex_
};

}  // namespace analyzer::runtime
