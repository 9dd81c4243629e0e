#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/base/result.h"

namespace analyzer {

/// The whole content of a regular file or pipe. Errors: kind io with the reason.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// Expands what a user names on the command line: a file stays as it is, a directory becomes every `*.rb`
/// below it, ordered by path, hidden directories and symbolic links to directories left out. A file named
/// twice is kept once, at its first place. Errors: kind usage for a path that does not exist or cannot be
/// listed.
[[nodiscard]] Result<std::vector<std::string>> expand_paths(const std::vector<std::string>& paths);

}  // namespace analyzer
