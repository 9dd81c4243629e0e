#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/options.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::cli {

enum class ExportFormat : std::uint8_t { json, markdown, csv };

struct Export {
  ExportFormat format = ExportFormat::json;
  std::string path;  ///< `-` for standard output
};

/// Reads --export-json, --export-markdown and --export-csv, and checks that each can be written, so that a
/// campaign of hours does not end with a report that has no place. Errors: usage, naming the option.
[[nodiscard]] Result<std::vector<Export>> read_exports(const ParsedOptions& options);

/// Whether `path` can be written; "-" always. Errors: usage, beginning with `origin`, the option.
[[nodiscard]] Result<void> check_writable(const std::string& origin, const std::string& path);

/// Lets `write` write to `path` through a file beside it and rename, so that nobody ever reads half a report;
/// to standard output for "-". Errors: usage, naming the file.
[[nodiscard]] Result<void> write_through_file(const std::string& path,
                                              const std::function<Result<void>(std::ostream&)>& write);

/// Writes all of them. Errors: usage, naming the file.
[[nodiscard]] Result<void> write_exports(const std::vector<Export>& exports, const CampaignSummary& summary,
                                         const store::Store& store);

}  // namespace repro::cli
