#include "analyzer/cli/command_check.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/ostream.h>

#include "analyzer/base/files.h"
#include "analyzer/cli/configuration.h"
#include "analyzer/cli/exit_codes.h"
#include "analyzer/pool/check.h"
#include "analyzer/rbs/loader.h"
#include "analyzer/report/formats.h"

namespace analyzer::cli {
namespace {

constexpr const char* kConfigurationName = ".analyzer.json";

Result<Configuration> configuration_of(const CheckOptions& options) {
  if (options.configuration) return read_configuration(*options.configuration);
  std::error_code error;
  if (std::filesystem::exists(kConfigurationName, error)) return read_configuration(kConfigurationName);
  return Configuration{};
}

/// `--cache-dir`, else the configuration's, else the user's cache folder; empty where there is none.
std::string cache_directory(const CheckOptions& options, const Configuration& configuration) {
  if (options.cache_directory) return *options.cache_directory;
  if (configuration.cache_directory) return *configuration.cache_directory;
  const char* const cache_home = std::getenv("XDG_CACHE_HOME");
  if (cache_home != nullptr && *cache_home != '\0') return std::string(cache_home) + "/repro-analyzer";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return std::string(home) + "/.cache/repro-analyzer";
  return {};
}

Result<std::shared_ptr<cache::Store>> open_store(const CheckOptions& options,
                                                 const Configuration& configuration) {
  if (options.memory_cache) return cache::Store::in_memory();
  const bool is_asked_for = options.cache_directory || options.clears_cache || options.shows_cache_stats;
  const bool is_on = !options.no_cache && (is_asked_for || configuration.uses_cache.value_or(true));
  const std::string directory = cache_directory(options, configuration);
  if (!is_on || directory.empty()) return std::shared_ptr<cache::Store>();
  Result<std::shared_ptr<cache::Store>> store = cache::Store::open(directory);
  // A cache that nobody asked for (read-only home) is not worth an error.
  if (!store && !is_asked_for && !configuration.cache_directory) return std::shared_ptr<cache::Store>();
  return store;
}

/// --clear-cache and --cache-stats, before anything is checked.
Result<void> maintain_cache(const CheckOptions& options, cache::Store* store, std::ostream& err) {
  if (!options.clears_cache && !options.shows_cache_stats) return {};
  if (store == nullptr) return fail(ErrorKind::usage, "there is no cache: name a folder with --cache-dir");
  if (options.clears_cache) {
    ANALYZER_ASSIGN(const cache::DiskUse use, store->clear());
    fmt::print(err, "cache: removed {} entries, {} bytes, from {}\n", use.entries, use.bytes,
               store->directory());
  }
  if (options.shows_cache_stats) {
    ANALYZER_ASSIGN(const cache::DiskUse use, store->disk_use());
    fmt::print(err, "cache: {} entries, {} bytes, in {}\n", use.entries, use.bytes, store->directory());
  }
  return {};
}

Result<std::shared_ptr<const rbs::Reflection>> load_signatures(const CheckOptions& options,
                                                               const Configuration& configuration) {
  if (options.signatures) return rbs::load_directory(*options.signatures);
  if (configuration.signatures) return rbs::load_directory(*configuration.signatures);
  ANALYZER_ASSIGN(const std::string directory, rbs::find_core_directory());
  return rbs::load_directory(directory);
}

Result<pool::CheckRequest> make_request(const CheckOptions& options, const Configuration& configuration) {
  pool::CheckRequest request;
  ANALYZER_ASSIGN(request.workers,
                  resolve_workers(options.workers, std::getenv("ANALYZER_WORKERS"), configuration));
  request.backend = configuration.backend.value_or(pool::BackendKind::fork);
  if (options.backend) {
    ANALYZER_ASSIGN(request.backend, parse_backend(*options.backend, "--pool"));
  }
  if (options.runtime) {
    const std::optional<pool::IsolateRuntime> runtime = pool::parse_runtime(*options.runtime);
    if (!runtime) {
      return fail(ErrorKind::usage, "--runtime: unknown runtime '" + *options.runtime +
                                        "': safepoint, pre-fix, prewarm or unshared-constants");
    }
    request.runtime = *runtime;
  }
  ANALYZER_ASSIGN(request.paths, expand_paths(options.paths));
  ANALYZER_ASSIGN(request.store, open_store(options, configuration));
  request.blueprints = configuration.blueprints;
  return request;
}

}  // namespace

Result<int> run_check(const CheckOptions& options, std::ostream& out, std::ostream& err) {
  const auto begin = std::chrono::steady_clock::now();
  ANALYZER_ASSIGN(const Configuration configuration, configuration_of(options));
  ANALYZER_ASSIGN(pool::CheckRequest request, make_request(options, configuration));
  ANALYZER_TRY(maintain_cache(options, request.store.get(), err));
  if (request.paths.empty()) return kExitClean;
  ANALYZER_ASSIGN(request.reflection, load_signatures(options, configuration));

  const pool::CheckResult result = pool::check(request);

  report::Stats stats;
  stats.backend = request.workers == 0 ? "sequential" : pool::backend_name(request.backend);
  stats.workers = request.workers;
  stats.signatures = request.reflection->counts();
  stats.wall = std::chrono::steady_clock::now() - begin;
  report::measure_usage(stats);
  for (const std::string& warning : result.warnings) fmt::print(err, "analyzer: {}\n", warning);
  switch (options.format) {
    case Format::text:
      report::write_text(result, out);
      if (options.shows_stats) report::write_stats(result, stats, err);
      break;
    case Format::json:
      report::write_json(result, options.shows_stats ? &stats : nullptr, out);
      break;
  }
  out.flush();
  return result.diagnostic_count() == 0 ? kExitClean : kExitDiagnostics;
}

}  // namespace analyzer::cli
