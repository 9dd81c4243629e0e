#pragma once

// Process results as the supervisor would deliver them, for tests that judge.

#include <string>

#include "harness/model/process_result.h"

namespace repro::findings {

inline CapturedStream captured(std::string text) {
  CapturedStream stream;
  stream.total_bytes = text.size();
  stream.head = std::move(text);
  return stream;
}

inline ProcessResult exited(int code, std::string out = {}, std::string err = {}) {
  ProcessResult run;
  run.termination = Exited{code};
  run.standard_output = captured(std::move(out));
  run.standard_error = captured(std::move(err));
  return run;
}

inline ProcessResult killed_by(int signal, std::string err = {}) {
  ProcessResult run;
  run.termination = Signaled{signal, false};
  run.standard_error = captured(std::move(err));
  return run;
}

inline ProcessResult stopped_at_deadline(std::string err = {}) {
  ProcessResult run = killed_by(15, std::move(err));
  run.stop_reason = StopReason::deadline;
  run.stop_step = StopStep::terminate;
  run.wall = std::chrono::seconds(10);
  return run;
}

}  // namespace repro::findings
