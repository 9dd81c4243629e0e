#include "analyzer/cli/configuration.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "analyzer/base/files.h"

namespace analyzer::cli {
namespace {

using Json = nlohmann::json;

Unexpected wrong(const std::string& path, const std::string& key, std::string_view expected) {
  return fail(ErrorKind::usage, path + ": '" + key + "' must be " + std::string(expected));
}

Result<void> read_plugins(const std::string& path, const Json& value, Configuration& into) {
  if (!value.is_object()) return wrong(path, "plugins", "an object of plugin names");
  for (const auto& [name, configuration] : value.items())
    into.blueprints.push_back({name, configuration.dump()});
  return {};
}

Result<void> read_key(const std::string& path, const std::string& key, const Json& value,
                      Configuration& into) {
  if (key == "workers") {
    if (!value.is_number_integer()) return wrong(path, key, "a whole number");
    into.workers = value.get<std::int64_t>();
  } else if (key == "pool") {
    if (!value.is_string()) return wrong(path, key, "a word");
    ANALYZER_ASSIGN(into.backend, parse_backend(value.get<std::string>(), path + ": 'pool'"));
  } else if (key == "cache_dir") {
    if (!value.is_string()) return wrong(path, key, "a path");
    into.cache_directory = value.get<std::string>();
  } else if (key == "cache") {
    if (!value.is_boolean()) return wrong(path, key, "true or false");
    into.uses_cache = value.get<bool>();
  } else if (key == "signatures") {
    if (!value.is_string()) return wrong(path, key, "a path");
    into.signatures = value.get<std::string>();
  } else if (key == "plugins") {
    return read_plugins(path, value, into);
  } else {
    return fail(ErrorKind::usage, path + ": unknown key '" + key +
                                      "': workers, pool, cache, cache_dir, signatures and plugins are known");
  }
  return {};
}

}  // namespace

Result<Configuration> read_configuration(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text) return fail(ErrorKind::usage, text.error().message);
  const Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return fail(ErrorKind::usage, path + ": is not JSON");
  if (!json.is_object()) return fail(ErrorKind::usage, path + ": must be a JSON object");
  Configuration configuration;
  for (const auto& [key, value] : json.items()) ANALYZER_TRY(read_key(path, key, value, configuration));
  return configuration;
}

Result<std::int64_t> parse_workers(std::string_view text, std::string_view where) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range)
    number = text.starts_with('-') ? 0 : std::numeric_limits<int>::max();
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return fail(ErrorKind::usage,
                std::string(where) + ": '" + std::string(text) + "' is not a number of workers");
  }
  return number;
}

Result<pool::BackendKind> parse_backend(std::string_view word, std::string_view where) {
  using pool::BackendKind;
  for (const BackendKind kind :
       {BackendKind::sequential, BackendKind::threads, BackendKind::isolates, BackendKind::fork}) {
    if (word == pool::backend_name(kind)) return kind;
  }
  return fail(ErrorKind::usage, std::string(where) + ": unknown pool '" + std::string(word) +
                                    "': sequential, threads, isolates or fork");
}

Result<std::uint32_t> resolve_workers(const std::optional<std::string>& flag, const char* environment,
                                      const Configuration& configuration) {
  // More threads than this never help, and a mistyped number must not start a million.
  constexpr std::int64_t kMaximum = 256;
  std::int64_t workers = configuration.workers.value_or(0);
  if (flag) {
    ANALYZER_ASSIGN(workers, parse_workers(*flag, "--workers"));
  } else if (environment != nullptr && *environment != '\0') {
    ANALYZER_ASSIGN(workers, parse_workers(environment, "ANALYZER_WORKERS"));
  }
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(workers, 0, kMaximum));
}

}  // namespace analyzer::cli
