#pragma once

#include "harness/process/stop_request.h"

namespace repro::cli {

/// Turns SIGINT and SIGTERM into requests on `stop` for as long as it lives, and ignores SIGPIPE, so that a
/// reader that goes away ends a write and not the harness. One at a time; main thread.
class SignalScope {
 public:
  /// `stop` must outlive the scope.
  explicit SignalScope(process::StopRequest& stop);
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;
  ~SignalScope();

  /// The signal that came first, or 0.
  [[nodiscard]] int received() const;
};

}  // namespace repro::cli
