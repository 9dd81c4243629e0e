#include "harness/process/keep_folder.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace repro::process {
namespace {

namespace fs = std::filesystem;

/// Copies one entry of a walk. Throws fs::filesystem_error.
void copy_entry(const fs::directory_entry& entry, const fs::path& to) {
  switch (entry.symlink_status().type()) {
    case fs::file_type::directory:
      fs::create_directory(to);
      return;
    case fs::file_type::symlink:
      fs::copy_symlink(entry.path(), to);
      return;
    case fs::file_type::regular:
      fs::copy_file(entry.path(), to);
      return;
    case fs::file_type::none:
    case fs::file_type::not_found:
    case fs::file_type::block:
    case fs::file_type::character:
    case fs::file_type::fifo:
    case fs::file_type::socket:
    case fs::file_type::unknown:
      return;
  }
}

/// std::filesystem::copy stops at the first socket or pipe, and a daemon's folder often holds one.
std::error_code copy_folder(const fs::path& from, const fs::path& to) {
  try {
    fs::create_directory(to);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
      copy_entry(entry, to / entry.path().lexically_relative(from));
    }
    return {};
  } catch (const fs::filesystem_error& error) {
    return error.code();
  }
}

}  // namespace

Result<bool> keep_folder(const std::string& from, const std::string& to) {
  std::error_code error;
  if (fs::is_empty(from, error) || error) return false;
  const fs::path target(to);
  fs::create_directories(target.parent_path(), error);
  if (!error) fs::remove_all(target, error);
  if (!error) fs::rename(from, target, error);
  if (error == std::errc::cross_device_link) {
    error = copy_folder(from, target);
    std::error_code ignored;
    if (error) fs::remove_all(target, ignored);
  }
  if (!error) return true;
  return fail(ErrorKind::environment,
              fmt::format("cannot keep the files of a run in '{}': {}", to, error.message()), error.value());
}

}  // namespace repro::process
