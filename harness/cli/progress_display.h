#pragma once

#include <memory>
#include <ostream>

#include "harness/campaign/progress.h"
#include "harness/cli/terminal.h"

namespace repro::cli {

enum class ProgressMode : std::uint8_t {
  bar,        ///< one line that is redrawn
  heartbeat,  ///< one line every few seconds
  none,       ///< notes only
  silent,     ///< nothing at all
};

/// Writes to `out`, which must outlive the display.
[[nodiscard]] std::unique_ptr<campaign::Progress> make_progress(ProgressMode mode, std::ostream& out,
                                                                const TerminalTraits& terminal);

}  // namespace repro::cli
