#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/base/result.h"
#include "analyzer/plugins/plugin.h"
#include "analyzer/pool/backend.h"

namespace analyzer::cli {

/// What `.analyzer.json` says; every key is optional:
/// `{"workers": 2, "pool": "fork", "cache_dir": "DIR", "cache": false, "signatures": "DIR", "plugins":
/// {"NAME": {...}}}`.
struct Configuration {
  std::optional<std::int64_t> workers;
  std::optional<pool::BackendKind> backend;
  std::optional<std::string> cache_directory;
  std::optional<bool> uses_cache;
  std::optional<std::string> signatures;
  std::vector<plugins::Blueprint> blueprints;
};

/// Reads the configuration at `path`. Errors: kind usage, naming the file and the key that is wrong.
[[nodiscard]] Result<Configuration> read_configuration(const std::string& path);

/// A number of workers as text. Errors: kind usage for anything but an integer; `where` names its source.
[[nodiscard]] Result<std::int64_t> parse_workers(std::string_view text, std::string_view where);
/// `sequential`, `threads`, `isolates` or `fork`. Errors: kind usage.
[[nodiscard]] Result<pool::BackendKind> parse_backend(std::string_view word, std::string_view where);

/// The number that counts: the flag, else ANALYZER_WORKERS (null or empty when unset), else the
/// configuration, else 0. Negative numbers are 0. Errors: kind usage when the text that counts is not a
/// number.
[[nodiscard]] Result<std::uint32_t> resolve_workers(const std::optional<std::string>& flag,
                                                    const char* environment,
                                                    const Configuration& configuration);

}  // namespace analyzer::cli
