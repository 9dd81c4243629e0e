#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/base/result.h"
#include "harness/model/finding.h"

namespace repro::hang {

/// One thread's stack, innermost frame first, functions that were inlined as frames of their own.
struct ThreadStack {
  pid_t tid = 0;
  std::vector<Frame> frames;
  std::string problem;  ///< why there are no frames or not all; empty when the stack was walked to its end
};

/// The stacks of all threads of a process that runs or waits, with functions, files and lines as far as its
/// binaries tell them. Each thread is stopped for the milliseconds that its own walk takes and goes on; the
/// stacks are therefore of different moments.
///
/// Needs leave to ptrace, which the harness has over what it started. Never asks a debuginfod server. One
/// call at a time in a process; further ones wait. Errors: environment, when the process is gone, is debugged
/// by another, or may not be looked at.
[[nodiscard]] Result<std::vector<ThreadStack>> read_stacks(pid_t pid);

}  // namespace repro::hang
