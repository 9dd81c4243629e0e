#include "harness/cli/campaign_files.h"

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <system_error>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr const char* kFolder = "repro-results";

std::string as_file_name(const std::string& title) {
  std::string name;
  for (const char c : title) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '_' || c == '.';
    name += is_plain ? c : '_';
  }
  return name;
}

}  // namespace

Result<std::string> default_campaign_file(const std::string& title, nanoseconds unix_time) {
  std::error_code error;
  std::filesystem::create_directories(kFolder, error);
  if (error) {
    return fail(
        ErrorKind::usage,
        fmt::format("cannot make the folder '{}' ({}); name a file with --out", kFolder, error.message()),
        error.value());
  }
  const auto seconds =
      static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(unix_time).count());
  const std::string stem =
      fmt::format("{}/{}-{:%Y%m%d-%H%M%S}", kFolder, as_file_name(title), fmt::gmtime(seconds));
  std::string path = stem + ".repro";
  for (int number = 2; std::filesystem::exists(path, error); ++number)
    path = fmt::format("{}-{}.repro", stem, number);
  return path;
}

Result<void> check_new_campaign_file(const std::string& path) {
  std::error_code error;
  const std::string shown = printable(path);
  if (std::filesystem::exists(path, error)) {
    return fail(
        ErrorKind::usage,
        fmt::format("--out: '{}' exists already; add to it with --resume or name another file", shown),
        EEXIST);
  }
  const std::string files = store::files_directory(path);
  if (std::filesystem::exists(files, error)) {
    return fail(ErrorKind::usage,
                fmt::format("--out: '{}' is left from another campaign; remove it or name another file",
                            printable(files)),
                EEXIST);
  }
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  if (!std::filesystem::exists(folder, error)) {
    return fail(ErrorKind::usage,
                fmt::format("--out: there is no folder '{}'; make it first", printable(folder)), ENOENT);
  }
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorKind::usage, fmt::format("--out: '{}' is not a folder", printable(folder)), ENOTDIR);
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return fail_errno(ErrorKind::usage,
                      fmt::format("--out: cannot write in the folder '{}'", printable(folder)), errno);
  }
  return {};
}

bool looks_like_campaign_file(const std::string& word) {
  std::error_code error;
  return word.ends_with(".repro") || word.find('/') != std::string::npos ||
         std::filesystem::is_regular_file(word, error);
}

Result<std::string> newest_campaign_file() {
  std::error_code error;
  std::string newest;
  std::filesystem::file_time_type newest_time{};
  for (auto entry = std::filesystem::directory_iterator(kFolder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != ".repro") continue;
    std::error_code stat_error;
    const auto time = entry->last_write_time(stat_error);
    if (stat_error || (!newest.empty() && time <= newest_time)) continue;
    newest = entry->path();
    newest_time = time;
  }
  if (newest.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("no campaign file named and none in '{}'; make one with repro run", kFolder));
  }
  return newest;
}

}  // namespace repro::cli
