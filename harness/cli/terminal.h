#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "harness/report/terminal.h"

namespace repro::cli {

/// What one output stream can show.
struct TerminalTraits {
  bool is_terminal = false;  ///< and not a dumb one: lines may be redrawn
  bool has_color = false;
  std::size_t width = 0;  ///< columns; 0 when it is not a terminal
};

/// Looks at `fd` and at NO_COLOR, CLICOLOR_FORCE, TERM and COLUMNS of `environment` (no-color.org and
/// bixense.com/clicolors: NO_COLOR wins).
[[nodiscard]] TerminalTraits inspect_terminal(int fd, const std::map<std::string, std::string>& environment);

/// How results are written to standard output, by the same rules.
[[nodiscard]] report::TerminalStyle output_style(const std::map<std::string, std::string>& environment);

}  // namespace repro::cli
