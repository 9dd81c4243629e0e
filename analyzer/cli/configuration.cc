#include "analyzer/cli/configuration.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "analyzer/base/files.h"
#include "analyzer/base/suggest.h"

namespace analyzer::cli {
namespace {

using Json = nlohmann::json;

std::string at_line(const std::string& path, std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  return path + ":" + std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
}

/// Where a key of the configuration stands: the first place where it is followed by a colon.
std::string at_key(const std::string& path, std::string_view text, const std::string& key) {
  const std::string quoted = Json(key).dump();
  std::size_t at = text.find(quoted);
  while (at != std::string_view::npos) {
    const std::size_t next = text.find_first_not_of(" \t\r\n", at + quoted.size());
    if (next != std::string_view::npos && text[next] == ':') break;
    at = text.find(quoted, at + 1);
  }
  return at == std::string_view::npos ? path : at_line(path, text, at);
}

/// The text of a configuration and what stands in it, for messages that name the place.
struct Source {
  const std::string& path;
  const std::string& text;
  [[nodiscard]] std::string at(const std::string& key) const { return at_key(path, text, key); }
};

Unexpected wrong(const Source& source, const std::string& key, std::string_view expected) {
  return fail(ErrorKind::usage, source.at(key) + ": '" + key + "' must be " + std::string(expected));
}

Result<void> read_plugins(const Source& source, const Json& value, Configuration& into) {
  if (!value.is_object()) return wrong(source, "plugins", "an object of plugin names");
  for (const auto& [name, configuration] : value.items())
    into.blueprints.push_back({name, configuration.dump()});
  return {};
}

Result<void> read_key(const Source& source, const std::string& key, const Json& value, Configuration& into) {
  if (key == "workers") {
    if (!value.is_number_integer()) return wrong(source, key, "a whole number");
    into.workers = value.get<std::int64_t>();
  } else if (key == "pool") {
    if (!value.is_string()) return wrong(source, key, "a word");
    ANALYZER_ASSIGN(into.backend, parse_backend(value.get<std::string>(), source.at(key) + ": 'pool'"));
  } else if (key == "cache_dir") {
    if (!value.is_string()) return wrong(source, key, "a path");
    into.cache_directory = value.get<std::string>();
  } else if (key == "cache") {
    if (!value.is_boolean()) return wrong(source, key, "true or false");
    into.uses_cache = value.get<bool>();
  } else if (key == "signatures") {
    if (!value.is_string()) return wrong(source, key, "a path");
    into.signatures = value.get<std::string>();
  } else if (key == "plugins") {
    return read_plugins(source, value, into);
  } else {
    const std::string near =
        suggestion(key, {"workers", "pool", "cache", "cache_dir", "signatures", "plugins"});
    return fail(
        ErrorKind::usage,
        source.at(key) + ": unknown key '" + key + "'" +
            (near.empty() ? ": workers, pool, cache, cache_dir, signatures and plugins are known" : near));
  }
  return {};
}

}  // namespace

Result<Configuration> read_configuration(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text) return fail(ErrorKind::usage, text.error().message);
  Json json;
  try {
    json = Json::parse(*text);
  } catch (const Json::parse_error& error) {
    return fail(ErrorKind::usage,
                at_line(path, *text, error.byte == 0 ? 0 : error.byte - 1) + ": this is not JSON");
  }
  if (!json.is_object()) return fail(ErrorKind::usage, path + ": must be a JSON object");
  Configuration configuration;
  for (const auto& [key, value] : json.items())
    ANALYZER_TRY(read_key({path, *text}, key, value, configuration));
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
  const std::string near = suggestion(word, {"sequential", "threads", "isolates", "fork"});
  return fail(ErrorKind::usage, std::string(where) + ": unknown pool '" + std::string(word) + "'" +
                                    (near.empty() ? ": sequential, threads, isolates or fork" : near));
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
