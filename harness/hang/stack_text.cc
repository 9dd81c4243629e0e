#include "harness/hang/stack_text.h"

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::hang {
namespace {

std::string place_of(const Frame& frame) {
  if (!frame.file.empty()) {
    std::string place = printable(frame.file);
    if (frame.line > 0) place += fmt::format(":{}", frame.line);
    if (frame.column > 0) place += fmt::format(":{}", frame.column);
    return place;
  }
  if (!frame.module.empty()) return fmt::format("({}+{:#x})", printable(frame.module), frame.module_offset);
  return fmt::format("(code outside of every file, at {:#x})", frame.module_offset);
}

}  // namespace

std::string frames_as_text(const std::vector<Frame>& frames) {
  std::string text;
  for (std::size_t at = 0; at < frames.size(); ++at) {
    const Frame& frame = frames[at];
    text += fmt::format("    #{} {} {}\n", at, frame.function.empty() ? "??" : printable(frame.function),
                        place_of(frame));
  }
  return text;
}

}  // namespace repro::hang
