#pragma once

// The two ends of the files that a preloaded library shares with the harness (protocol.h, noise/report.h).

#include <span>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"
#include "harness/model/schedule_record.h"

namespace repro::schedule {

/// One sparse file that a run writes its trace to, mapped so that what the run wrote is read without copying
/// 15 MB. Made once and cleared for every run. Not thread-safe.
class TraceFile {
 public:
  /// Makes the file. Errors: environment, when it cannot be made or mapped.
  [[nodiscard]] static Result<TraceFile> create(const std::string& path);
  TraceFile(TraceFile&& other) noexcept;
  TraceFile& operator=(TraceFile&&) = delete;
  ~TraceFile();

  [[nodiscard]] const std::string& path() const { return path_; }
  /// As a new file of zeros. Errors: environment.
  [[nodiscard]] Result<void> clear();
  /// What the last run wrote. A file that a subject has filled with nonsense gives a record that says less,
  /// never one that reads outside of the file.
  [[nodiscard]] ScheduleRecord read() const;

 private:
  TraceFile(std::string path, UniqueFd fd, void* memory)
      : path_(std::move(path)), fd_(std::move(fd)), memory_(memory) {}
  std::string path_;
  UniqueFd fd_;
  void* memory_ = nullptr;
};

/// The bytes of a new report file of the noise library.
[[nodiscard]] std::string empty_noise_report();
/// What the noise library wrote into it.
[[nodiscard]] ScheduleRecord read_noise_report(std::string_view bytes);

/// The bytes of a plan that strategy `replay` follows. `switches` in any order.
[[nodiscard]] std::string encode_plan(std::span<const ScheduleSwitch> switches);

}  // namespace repro::schedule
