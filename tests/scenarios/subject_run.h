#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace repro::test {

/// What a subject that was run directly, without the harness, did.
struct SubjectRun {
  std::optional<int> exit_code;    ///< absent: a signal ended it, ours included
  std::optional<int> signal;       ///< that ended it, when we did not send it
  bool was_still_running = false;  ///< at the bound; it and all its descendants were killed
  std::string standard_output;
  std::string standard_error;
};

struct SubjectBounds {
  std::chrono::milliseconds whole{60'000};  ///< far above what any sound run needs
  /// When set: once standard output holds this text, the run has only `after_text` left.
  std::string text{};
  std::chrono::milliseconds after_text{0};
  /// At the bound SIGTERM first, and SIGKILL only to what does not end of it within ten seconds.
  bool ask_to_end = false;
};

/// Runs `argv` in a process group of its own, within `bounds`, and leaves no process behind: the calling
/// process becomes a subreaper, so that it can wait for descendants whose parent died. Not thread-safe.
/// Failures of the system end the test program.
[[nodiscard]] SubjectRun run_subject(const std::vector<std::string>& argv, const SubjectBounds& bounds = {});

}  // namespace repro::test
