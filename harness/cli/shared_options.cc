#include "harness/cli/shared_options.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"

namespace repro::cli {
namespace {

struct SanitizerAlias {
  std::string_view alias;
  std::string_view name;
};

constexpr std::array<SanitizerAlias, 5> kAliases{
    {{"asan", "address"}, {"tsan", "thread"}, {"ubsan", "undefined"}, {"msan", "memory"}, {"none", "plain"}}};

std::vector<std::string> sanitizer_names() {
  std::vector<std::string> names;
  names.reserve(kSanitizers.size());
  for (const Sanitizer sanitizer : kSanitizers) names.emplace_back(to_string(sanitizer));
  return names;
}

Result<Sanitizer> read_sanitizer(const std::string& name, const std::string& origin) {
  if (const auto known = parse_sanitizer(name)) {
    if (*known != Sanitizer::valgrind) return *known;
    return fail(ErrorKind::usage,
                fmt::format("{}: valgrind's reports are not read yet; use address, thread, undefined "
                            "or memory, or run valgrind with --error-exitcode as a plain command",
                            origin));
  }
  const auto* alias = std::find_if(kAliases.begin(), kAliases.end(),
                                   [&](const SanitizerAlias& candidate) { return candidate.alias == name; });
  const std::string hint = alias == kAliases.end() ? suggestion(name, sanitizer_names())
                                                   : fmt::format("; did you mean '{}'?", alias->name);
  return fail(ErrorKind::usage,
              fmt::format("{}: there is no build '{}'{} (plain, address, thread, undefined, memory)", origin,
                          printable(name), hint));
}

}  // namespace

Result<std::vector<std::string>> read_names(const ParsedOptions& options, std::string_view name) {
  std::vector<std::string> names;
  for (const std::string& item : options.list(name)) {
    if (item.empty())
      return fail(ErrorKind::usage, fmt::format("{}: an empty name in the list", options.origin(name)));
    if (std::find(names.begin(), names.end(), item) == names.end()) names.push_back(item);
  }
  return names;
}

Result<std::vector<Sanitizer>> read_sanitizers(const ParsedOptions& options) {
  REPRO_ASSIGN(const std::vector<std::string> names, read_names(options, "sanitizer"));
  std::vector<Sanitizer> sanitizers;
  for (const std::string& name : names) {
    REPRO_ASSIGN(const Sanitizer sanitizer, read_sanitizer(name, options.origin("sanitizer")));
    sanitizers.push_back(sanitizer);
  }
  return sanitizers;
}

Result<std::string> read_choice(const ParsedOptions& options, std::string_view name,
                                const std::vector<std::string>& known) {
  std::string value = options.value(name).value_or(known.front());
  if (std::find(known.begin(), known.end(), value) != known.end()) return value;
  return fail(ErrorKind::usage, fmt::format("{}: '{}' is none of {}{}", options.origin(name),
                                            printable(value), join(known, ", "), suggestion(value, known)));
}

Result<std::optional<std::vector<int>>> read_ok_exit_codes(const ParsedOptions& options) {
  if (!options.has("ok-exit-codes")) return std::optional<std::vector<int>>();
  std::vector<int> codes;
  for (const std::string& text : options.list("ok-exit-codes")) {
    const Result<std::uint64_t> code = parse_unsigned(text);
    if (!code || *code > 255) {
      return fail(ErrorKind::usage, fmt::format("{}: '{}' is no exit code (0 to 255)",
                                                options.origin("ok-exit-codes"), printable(text)));
    }
    codes.push_back(static_cast<int>(*code));
  }
  return std::optional(std::move(codes));
}

Result<std::map<std::string, std::string>> read_environment_option(const ParsedOptions& options) {
  std::map<std::string, std::string> variables;
  for (const std::string& text : options.list("env")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::usage, fmt::format("{}: '{}' is not of the form NAME=VALUE",
                                                options.origin("env"), printable(text)));
    }
    variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

Result<std::string> existing_folder(const ParsedOptions& options, std::string_view name) {
  const std::optional<std::string> path = options.value(name);
  if (!path) return std::string();
  std::error_code error;
  if (!std::filesystem::is_directory(*path, error)) {
    return fail(ErrorKind::usage, fmt::format("{}: there is no folder '{}'", options.origin(name), *path));
  }
  return std::filesystem::absolute(*path, error).string();
}

Result<std::string> readable_file(const ParsedOptions& options, std::string_view name) {
  const std::optional<std::string> path = options.value(name);
  if (!path) return std::string();
  std::error_code error;
  if (::access(path->c_str(), R_OK) != 0 || std::filesystem::is_directory(*path, error)) {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is not a readable file", options.origin(name), *path));
  }
  return std::filesystem::absolute(*path, error).string();
}

}  // namespace repro::cli
