#pragma once

// Logs as they lie around: plain, .gz or .zst, one file or a whole folder of a CI's artefacts, or standard
// input.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace repro::findings {

/// A log to read. `path` is "-" for standard input.
struct LogFile {
  std::string path;
  bool was_named = true;  ///< by the user; false: met in a folder
};

/// A path that could not be looked at.
struct UnreadableLog {
  std::string path;
  std::string why;
};

struct LogList {
  std::vector<LogFile>
      files;  ///< as named; those of a folder sorted by path, so that every run sees one order
  std::vector<UnreadableLog> unreadable;
};

/// The files that `paths` mean: files stand for themselves, folders for every regular file below them (links
/// to folders are not followed). A path that is named twice is read once. Never fails: what cannot be looked
/// at is in `unreadable`.
[[nodiscard]] LogList find_logs(const std::vector<std::string>& paths);

/// Feeds the text of one log to `take`, in pieces of at most 256 KiB, and returns its length in bytes. What
/// is gzip or zstd is decompressed, by its first bytes and not by its name, several members or frames one
/// behind the other included. Uses bounded memory whatever the log holds (a zstd frame may ask for a window
/// of 128 MiB).
///
/// Errors: usage, with errno's text, when it cannot be opened or read; when compressed bytes are damaged or
/// end in the middle. `take` has then got everything before the damage.
[[nodiscard]] Result<std::uint64_t> read_log(const std::string& path,
                                             const std::function<void(std::string_view)>& take);

}  // namespace repro::findings
