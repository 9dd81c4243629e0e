#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "analyzer/base/suggest.h"
#include "analyzer/cli/command_check.h"
#include "analyzer/cli/exit_codes.h"

namespace {

using analyzer::cli::CheckOptions;
using analyzer::cli::Format;

constexpr const char* kExamples = R"(Examples:
  analyzer check lib test               every *.rb below two folders
  analyzer check --workers=4 lib        the same with four forked workers
  analyzer check --format=json app.rb   one JSON object
  analyzer check --stats --no-cache .   what it costs without the cache

Exit codes: 0 no diagnostics, 1 diagnostics, 2 wrong request.)";

void add_options(CLI::App& check, CheckOptions& options) {
  const std::map<std::string, Format> formats = {{"text", Format::text}, {"json", Format::json}};
  check.add_option("paths", options.paths, "Ruby files, and folders to search for *.rb");
  check.add_option("--format", options.format, "text (default) or json")
      ->transform(CLI::Transformer(formats));
  check.add_option("--workers", options.workers,
                   "number of workers; else ANALYZER_WORKERS, else .analyzer.json, else 0 (sequential)");
  check.add_option("--pool", options.backend,
                   "how workers run: fork (default), threads, isolates or sequential");
  check.add_option(
      "--runtime", options.runtime,
      "runtime of the isolates: safepoint (default), or a state of it with a known defect: pre-fix, "
      "prewarm, unshared-constants");
  check.add_option("--cache-dir", options.cache_directory,
                   "folder of the cache (default: the user's cache folder)");
  check.add_option("--config", options.configuration,
                   "configuration file (default: .analyzer.json if it is there)");
  check.add_option("--signatures", options.signatures,
                   "folder of RBS core signatures (default: the installed Ruby's)");
  check.add_flag("--stats", options.shows_stats,
                 "say what the check cost and found (text: on standard error)");
  check.add_flag("--no-cache", options.no_cache, "neither read nor write the cache");
  check.add_flag("--memory-cache", options.memory_cache,
                 "cache in memory only: read and write no cache files");
  check.add_flag("--clear-cache", options.clears_cache, "empty the cache first; no paths needed");
  check.add_flag("--cache-stats", options.shows_cache_stats, "say how much the cache holds; no paths needed");
}

/// What CLI11 says, and the option that was probably meant.
std::string with_suggestion(const CLI::ParseError& error, const CLI::App& check, int argc, char** argv) {
  std::string message = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return message;
  std::vector<std::string> names;
  for (const CLI::Option* const option : check.get_options()) names.push_back(option->get_name());
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  for (int i = 1; i < argc; ++i) {
    const std::string_view given = argv[i];
    const std::string_view name = given.substr(0, given.find('='));
    const bool is_known = std::find(candidates.begin(), candidates.end(), name) != candidates.end();
    if (!name.starts_with("--") || is_known) continue;
    return "unknown option " + std::string(name) + analyzer::suggestion(name, candidates);
  }
  return message;
}

int usage_error(const std::string& message) {
  std::cerr << "analyzer: " << message << '\n';
  return analyzer::cli::kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app{"Static analyzer for Ruby"};
  app.footer(kExamples);
  app.require_subcommand(1);
  CheckOptions options;
  CLI::App* const check =
      app.add_subcommand("check", "Check Ruby files and print one line for each diagnostic");
  add_options(*check, options);
  check->footer(kExamples);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return usage_error(with_suggestion(error, *check, argc, argv));
  }
  if (options.paths.empty() && !options.clears_cache && !options.shows_cache_stats) {
    return usage_error("name the files or folders to check: analyzer check PATH...");
  }
  const analyzer::Result<int> code = analyzer::cli::run_check(options, std::cout, std::cerr);
  return code ? *code : usage_error(code.error().message);
}
