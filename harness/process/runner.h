#pragma once

// The seam between the campaign and the world of processes: run one command once and say what was seen.
// The Supervisor (supervisor.h) does it for real; tests put a scripted runner in its place.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/base/clock.h"
#include "harness/base/result.h"
#include "harness/model/evidence.h"
#include "harness/model/process_result.h"

namespace repro::process {

/// Looks at a tree whose deadline has passed, before any signal is sent to it, and returns what it saw.
/// The pids are those of the whole tree, the direct child first; any of them may end at any moment.
/// Called on the thread that called run(). While it works the tree goes on running and its output goes on
/// being read up to the size of a pipe, so it should be done within seconds.
using DeadlineHook = std::function<HangDiagnosis(std::span<const pid_t>)>;

/// Looks at a process that has got a fatal signal and waits, and returns what it saw. Called on the thread
/// that called run(); the process dies when it returns, so it should be done within a second.
using CrashHook = std::function<CrashEvidence(const CrashNotice&)>;

/// One run: what to execute, with which limits. Plain data, copied freely.
struct RunSpec {
  /// argv[0] is a path (it has a '/') or a name that is looked up in the PATH of `environment`. Never empty.
  std::vector<std::string> argv;
  std::vector<std::string> environment;        ///< complete: "KEY=VALUE"; only a crash_hook adds to it
  std::string working_directory;               ///< empty: the harness's own
  std::string stdin_file;                      ///< empty: /dev/null
  nanoseconds timeout{0};                      ///< wall time from the exec to the deadline; 0: none
  nanoseconds grace{std::chrono::seconds(5)};  ///< from SIGTERM to SIGKILL
  /// For the whole tree together. How it is enforced depends on the machine: see Supervisor.
  std::optional<std::uint64_t> memory_limit_bytes;
  std::uint64_t head_limit_bytes = 512U << 10U;  ///< kept from the start of each stream
  std::uint64_t tail_limit_bytes = 512U << 10U;  ///< kept from the end of each stream
  /// How long descendants may outlive the direct child before they count as left over and are killed.
  nanoseconds leftover_grace{std::chrono::milliseconds(200)};
  /// How long to go on reading a pipe that somebody outside the tree still holds when the tree is gone.
  nanoseconds pipe_grace{std::chrono::milliseconds(100)};
  bool allow_core_dumps = false;  ///< false: RLIMIT_CORE is 0, true: as the harness was started
  bool fixed_addresses = false;   ///< true: the tree's address spaces are not randomised
  /// The tree may use this many of the harness's processors, which are the same ones in every run of a job;
  /// 0: all of them. Which ones is `first_processor` modulo their number, and those after it.
  std::uint32_t processors = 0;
  std::uint32_t first_processor = 0;
  DeadlineHook deadline_hook;  ///< empty: no evidence is taken
  /// Empty: fatal signals are left alone. Else a handler of them is preloaded into the tree's processes.
  CrashHook crash_hook;
};

/// Runs one command at a time. One runner per thread.
class ProcessRunner {
 public:
  ProcessRunner() = default;
  ProcessRunner(const ProcessRunner&) = delete;
  ProcessRunner& operator=(const ProcessRunner&) = delete;
  virtual ~ProcessRunner() = default;

  /// Blocks until the tree is gone. Whatever the subject does, crashing included, is a ProcessResult;
  /// `report_files` stays empty, they are RunDirectory's. An Error means that there is no run to count:
  /// - usage: the command, its working directory or its input file cannot be used (os_errno of the exec,
  ///   chdir or open);
  /// - environment: no process, descriptor or memory could be had (EAGAIN, EMFILE, ENFILE, ENOMEM);
  /// - internal with os_errno ECANCELED: a stop was requested before the command was started;
  /// - internal otherwise: a system call failed that should not have.
  [[nodiscard]] virtual Result<ProcessResult> run(const RunSpec& spec) = 0;
};

}  // namespace repro::process
