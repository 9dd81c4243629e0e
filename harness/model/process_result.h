#pragma once

// What the supervisor saw of one process tree. Facts only: whether they are a crash, a hang or nothing is
// judged later.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sys/types.h>

#include "harness/model/evidence.h"

namespace repro {

struct Exited {
  int code = 0;
  friend bool operator==(const Exited&, const Exited&) = default;
};

struct Signaled {
  int signal = 0;
  bool core_dumped = false;
  friend bool operator==(const Signaled&, const Signaled&) = default;
};

/// How the direct child ended. Kept whole: an exit code of 139 and a death by SIGSEGV are different facts.
using Termination = std::variant<Exited, Signaled>;

/// Why the harness ended the tree, if it did. `lost`: the subject killed the process that watched it, so how
/// the run would have ended is unknown and `termination` and `usage` mean nothing; such a run is infra.
enum class StopReason : std::uint8_t { none, deadline, memory_limit, interrupted, lost };

/// The last step that the stop needed: the tree ended by itself, after SIGTERM, or only after SIGKILL.
enum class StopStep : std::uint8_t { none, terminate, kill };

inline constexpr std::array<StopReason, 5> kStopReasons{StopReason::none, StopReason::deadline,
                                                        StopReason::memory_limit, StopReason::interrupted,
                                                        StopReason::lost};
inline constexpr std::array<StopStep, 3> kStopSteps{StopStep::none, StopStep::terminate, StopStep::kill};

/// The names in the campaign file and the exports.
[[nodiscard]] std::string_view to_string(StopReason reason);
[[nodiscard]] std::optional<StopReason> parse_stop_reason(std::string_view text);
[[nodiscard]] std::string_view to_string(StopStep step);
[[nodiscard]] std::optional<StopStep> parse_stop_step(std::string_view text);

struct ResourceUsage {
  std::chrono::nanoseconds user_cpu{0};  ///< of every process of the tree that was waited for, by it or by us
  std::chrono::nanoseconds system_cpu{0};  ///< likewise
  std::uint64_t max_rss_bytes = 0;         ///< largest single process of the tree
  /// What wait4 reports for a child that does nothing: the size of the process that spawned it. A peak at
  /// this value means "at most this".
  std::uint64_t max_rss_floor_bytes = 0;
};

/// One output stream, bounded: the first bytes, the last bytes, and how many there were in between.
struct CapturedStream {
  std::string head;
  std::string tail;  ///< empty while everything fitted into `head`
  std::uint64_t total_bytes = 0;

  [[nodiscard]] std::uint64_t dropped_bytes() const { return total_bytes - head.size() - tail.size(); }
  /// Head and tail, with one line in between that counts what was dropped.
  [[nodiscard]] std::string text() const;
};

/// A file that a sanitizer runtime wrote through log_path: one per process of the tree that had something to
/// say.
struct ReportFile {
  std::string name;  ///< file name without folder: `asan.4711`
  pid_t pid = 0;     ///< from the file name, 0 when it has none
  std::string text;  ///< bounded like a stream
  std::uint64_t total_bytes = 0;
};

struct ProcessResult {
  Termination termination = Exited{};
  StopReason stop_reason = StopReason::none;
  StopStep stop_step = StopStep::none;
  pid_t pid = 0;
  std::chrono::nanoseconds started_at{0};  ///< since the Unix epoch
  std::chrono::nanoseconds wall{0};        ///< from the exec to the death of the direct child
  ResourceUsage usage;
  CapturedStream standard_output;
  CapturedStream standard_error;
  /// Descendants that were still alive a short time (RunSpec::leftover_grace) after the direct child had
  /// ended by itself; they were killed.
  std::uint32_t leftover_processes = 0;
  /// Somebody outside the tree still held a pipe when the tree was gone; reading was given up after a bounded
  /// time.
  bool pipes_held_open = false;
  /// The kernel's out-of-memory killer acted inside the run's memory limit (known only where a cgroup carries
  /// it).
  bool out_of_memory = false;
  std::vector<ReportFile> report_files;
  /// Of the hook that looked at the tree at its deadline, before any signal was sent. Empty: no hook or no
  /// deadline.
  HangDiagnosis hang;
  /// Processes of the tree that died of a fatal signal, in the order of their deaths; the first few.
  std::vector<CrashEvidence> crashes;
  /// Of a controlled schedule that ended the run itself, because it proved a deadlock or reached its limit.
  std::optional<HangDiagnosis> proved_hang;
  /// Why the schedule that was asked for did not act; such a run is infra. Empty: it did, or none was asked
  /// for.
  std::string schedule_problem;
};

}  // namespace repro
