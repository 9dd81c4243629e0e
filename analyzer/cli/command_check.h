#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "analyzer/base/result.h"

namespace analyzer::cli {

enum class Format { text, json };

/// The options of `analyzer check` as they were given.
struct CheckOptions {
  std::vector<std::string> paths;
  Format format = Format::text;
  std::optional<std::string> workers;
  std::optional<std::string> backend;
  std::optional<std::string> runtime;
  std::optional<std::string> cache_directory;
  std::optional<std::string> configuration;
  std::optional<std::string> signatures;
  bool shows_stats = false;
  bool no_cache = false;
  bool memory_cache = false;
  bool clears_cache = false;
  bool shows_cache_stats = false;
};

/// Runs the verb and gives the exit code (cli/exit_codes.h). Diagnostics go to `out`; warnings and, with the
/// text format, statistics go to `err`, so that `out` depends on nothing but the files. Errors: kind usage;
/// nothing was checked then.
[[nodiscard]] Result<int> run_check(const CheckOptions& options, std::ostream& out, std::ostream& err);

}  // namespace analyzer::cli
