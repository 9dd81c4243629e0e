#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/model/process_result.h"

namespace repro::process {

/// Bounds of what is read back from report files.
struct ReportLimits {
  std::uint64_t head_bytes = 512U << 10U;  ///< of each file
  std::uint64_t tail_bytes = 128U << 10U;  ///< of each file
  std::uint32_t files = 256;               ///< the lowest pids win; the rest is not read
};

/// The private folder of one run, mode 0700: a place for the subject (REPRO_TMPDIR) and, beside it where a
/// subject that empties its folder does not reach, a place for the logs that sanitizer runtimes write.
/// Removed when the object goes, unless kept. Not thread-safe.
class RunDirectory {
 public:
  /// Below `base`, or below $TMPDIR, or below /tmp. Errors: environment, naming the folder.
  [[nodiscard]] static Result<RunDirectory> create(const std::string& base = {});

  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory& operator=(RunDirectory&& other) noexcept;
  ~RunDirectory();

  /// The whole folder, absolute: logs at its top, the subject's own folder in it.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The subject's own folder: empty at the start, for it alone.
  [[nodiscard]] const std::string& subject_directory() const { return subject_directory_; }
  /// What to give a runtime as `log_path`: it appends `.PID`. `name` has no '/'.
  [[nodiscard]] std::string log_prefix(std::string_view name) const;

  /// Every non-empty regular file at the top whose name is `NAME.PID` or `NAME.PID.more`, by pid, whatever
  /// NAME is: the processes of one tree may write under several runtimes. Symbolic links are not followed.
  /// Files that cannot be read are left out. Errors: internal, when the folder is gone.
  [[nodiscard]] Result<std::vector<ReportFile>> collect_reports(const ReportLimits& limits = {}) const;

  /// Leaves the folder where it is; the caller says so to the user.
  void keep() { path_is_ours_ = false; }

  /// Makes it ready for the next run, as if it were new. A folder that the subject left empty and unchanged
  /// is used again, which costs no writing to the disk; anything else is removed and made afresh, at another
  /// path. A kept one stays. Errors: as create and remove.
  [[nodiscard]] Result<void> renew();

  /// Removes everything now. Follows no symbolic link, enters folders that the subject made unreadable, and
  /// copes with any depth. Errors: internal, with the first path that could not be removed.
  [[nodiscard]] Result<void> remove();

 private:
  RunDirectory(std::string path, std::string subject_directory)
      : path_(std::move(path)), subject_directory_(std::move(subject_directory)), path_is_ours_(true) {}

  std::string path_;
  std::string subject_directory_;
  bool path_is_ours_ = false;
};

}  // namespace repro::process
