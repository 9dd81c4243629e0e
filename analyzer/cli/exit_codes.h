#pragma once

namespace analyzer::cli {

// Public interface, as are the options and the output formats.
inline constexpr int kExitClean = 0;        ///< no diagnostics
inline constexpr int kExitDiagnostics = 1;  ///< at least one diagnostic
inline constexpr int kExitUsage = 2;        ///< the request is wrong; nothing was checked

}  // namespace analyzer::cli
