#pragma once

#include <string>
#include <vector>

#include "harness/model/finding.h"

namespace repro::hang {

/// One line per frame, `    #0 lookup callinfo.cc:12:3`, in the form that sanitizers print; a frame without a
/// name is `module+0x1234`.
[[nodiscard]] std::string frames_as_text(const std::vector<Frame>& frames);

}  // namespace repro::hang
