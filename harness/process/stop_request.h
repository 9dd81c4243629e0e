#pragma once

#include <atomic>
#include <memory>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"

namespace repro::process {

/// Asks every Supervisor that was given it to end what it runs: after the first request politely (SIGTERM,
/// grace, SIGKILL), after the second at once (SIGKILL). It cannot be taken back. Thread-safe; must outlive
/// the Supervisors that watch it.
class StopRequest {
 public:
  /// Errors: environment, when no descriptor is left.
  [[nodiscard]] static Result<std::unique_ptr<StopRequest>> create();

  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// Async-signal-safe: made to be called from a SIGINT handler.
  void request() noexcept;

  /// How often it was requested: 0, 1, or 2 for "twice or more".
  [[nodiscard]] int level() const noexcept;

  /// Readable, for poll(2), from the first and from the second request on. Nobody reads them, so that one
  /// request wakes every watcher.
  [[nodiscard]] int first_fd() const { return first_.get(); }
  [[nodiscard]] int second_fd() const { return second_.get(); }

 private:
  StopRequest(UniqueFd first, UniqueFd second) : first_(std::move(first)), second_(std::move(second)) {}

  UniqueFd first_;
  UniqueFd second_;
  std::atomic<int> requests_{0};
};

}  // namespace repro::process
