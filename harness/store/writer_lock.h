#pragma once

#include <string>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"

namespace repro::store {

/// Held while a harness writes a campaign: flock(2) on `NAME.repro-lock`, which holds the owner's pid for the
/// error message. The kernel lets go of it when the harness dies. Internal to harness/store.
class WriterLock {
 public:
  /// Waits up to a second, since a harness killed a moment ago may have left a child between fork and exec
  /// that still has the descriptor. Errors: store when another harness holds it, naming its process; usage
  /// when the folder is missing or may not be written.
  [[nodiscard]] static Result<WriterLock> acquire(const std::string& campaign_path);

  WriterLock(WriterLock&&) noexcept = default;
  WriterLock& operator=(WriterLock&&) = delete;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  /// Removes the lock file, then lets go.
  ~WriterLock();

 private:
  WriterLock(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  UniqueFd fd_;
};

/// Whether a harness has this campaign open for writing now. False when that cannot be found out.
[[nodiscard]] bool is_being_written(const std::string& campaign_path);

}  // namespace repro::store
