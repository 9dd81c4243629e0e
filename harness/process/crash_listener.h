#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"
#include "harness/process/runner.h"

namespace repro::process {

/// Where processes with the preloaded crash handler (crash_handler/handler.cc) report a fatal signal. One per
/// Supervisor; used on its thread.
class CrashListener {
 public:
  /// Errors: environment, when no socket can be had.
  [[nodiscard]] static Result<CrashListener> create();

  /// Readable when a process wants to report.
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// The environment with what makes the loader preload the handler and the handler find this listener. A
  /// preload of the user's stays, before ours.
  [[nodiscard]] std::vector<std::string> prepare(std::vector<std::string> environment) const;

  /// Takes one report, if it is there and comes from a process of this user: calls `hook` while the process
  /// waits, then lets it die.
  [[nodiscard]] std::optional<CrashEvidence> take(const CrashHook& hook) const;

 private:
  CrashListener(UniqueFd socket, std::string name, std::string handler)
      : socket_(std::move(socket)), name_(std::move(name)), handler_(std::move(handler)) {}

  UniqueFd socket_;
  std::string name_;
  std::string handler_;  ///< path of the library to preload
};

}  // namespace repro::process
