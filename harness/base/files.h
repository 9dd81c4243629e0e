#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace repro {

/// The whole file. Errors: usage with the path and errno's text; a file beyond `limit_bytes` is an error too.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::uint64_t limit_bytes = 1ULL << 32U);

/// Writes through a temporary file beside `path` and rename, so that a reader or a full disk never leaves
/// half a file. Errors: usage with the path and errno's text.
[[nodiscard]] Result<void> write_file_atomically(const std::string& path, std::string_view bytes);

/// Absolute path of the running executable (/proc/self/exe).
[[nodiscard]] std::string executable_path();

/// Where the tool keeps its helpers, canaries and scenarios: `lib/repro` beside the folder of the executable,
/// the same in the build tree and when installed.
[[nodiscard]] std::string library_directory();

}  // namespace repro
