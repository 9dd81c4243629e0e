#pragma once

#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/documents.h"
#include "harness/cli/options.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::cli {

struct Export {
  DocumentFormat format = DocumentFormat::json;
  std::string path;  ///< `-` for standard output
};

/// Reads --export-json, --export-markdown and their like, and checks that each can be written, so that a
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

/// Adds the table to the page that GitHub Actions shows of a job, where GITHUB_STEP_SUMMARY in `environment`
/// names its file. Errors: usage, naming the file.
[[nodiscard]] Result<void> add_step_summary(const std::map<std::string, std::string>& environment,
                                            const CampaignSummary& summary);

}  // namespace repro::cli
