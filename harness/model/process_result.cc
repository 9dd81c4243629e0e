#include "harness/model/process_result.h"

#include <fmt/format.h>

namespace repro {

std::string CapturedStream::text() const {
  if (dropped_bytes() == 0) return head + tail;
  const std::string_view before = head.ends_with('\n') || head.empty() ? "" : "\n";
  return fmt::format("{}{}[repro: {} bytes dropped here]\n{}", head, before, dropped_bytes(), tail);
}

}  // namespace repro
