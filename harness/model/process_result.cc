#include "harness/model/process_result.h"

#include <fmt/format.h>

namespace repro {

std::string CapturedStream::text() const {
  if (dropped_bytes() == 0) return head + tail;
  const std::string_view before = head.ends_with('\n') || head.empty() ? "" : "\n";
  return fmt::format("{}{}[repro: {} bytes dropped here]\n{}", head, before, dropped_bytes(), tail);
}

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::none:
      return "none";
    case StopReason::deadline:
      return "deadline";
    case StopReason::memory_limit:
      return "memory-limit";
    case StopReason::interrupted:
      return "interrupted";
    case StopReason::lost:
      return "lost";
  }
  return "none";
}

std::optional<StopReason> parse_stop_reason(std::string_view text) {
  for (const StopReason reason : kStopReasons) {
    if (to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

std::string_view to_string(StopStep step) {
  switch (step) {
    case StopStep::none:
      return "none";
    case StopStep::terminate:
      return "terminate";
    case StopStep::kill:
      return "kill";
  }
  return "none";
}

std::optional<StopStep> parse_stop_step(std::string_view text) {
  for (const StopStep step : kStopSteps) {
    if (to_string(step) == text) return step;
  }
  return std::nullopt;
}

}  // namespace repro
