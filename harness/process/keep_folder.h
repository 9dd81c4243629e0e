#pragma once

#include <string>

#include "harness/base/result.h"

namespace repro::process {

/// Moves what the folder `from` holds to the folder `to`, which is made with its parents; what an earlier
/// attempt left at `to` is replaced. False when `from` is absent or empty: then nothing is made. Where the
/// two lie on different file systems the files are copied and `from` stays: regular files, folders and
/// symbolic links, as they are; sockets, pipes and devices mean nothing elsewhere and are left out. Errors:
/// environment, naming `to`; then there is nothing at `to`.
[[nodiscard]] Result<bool> keep_folder(const std::string& from, const std::string& to);

}  // namespace repro::process
