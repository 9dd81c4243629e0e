#include "analyzer/base/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unordered_set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/unique_fd.h"

namespace analyzer {
namespace fs = std::filesystem;
namespace {

Result<void> append_directory(const std::string& root, std::vector<std::string>& files) {
  std::error_code error;
  fs::recursive_directory_iterator entries(root, error);
  if (error) return fail(ErrorKind::usage, "cannot list '" + root + "': " + error.message());
  std::vector<std::string> found;
  for (const fs::recursive_directory_iterator end; entries != end; entries.increment(error)) {
    if (error) return fail(ErrorKind::usage, "cannot list '" + root + "': " + error.message());
    const fs::path& path = entries->path();
    if (path.filename().native().starts_with('.')) {
      if (entries->is_directory(error)) entries.disable_recursion_pending();
      continue;
    }
    if (path.extension() == ".rb" && entries->is_regular_file(error)) found.push_back(path.native());
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return fail_errno("cannot open '" + path + "'", errno);
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return fail_errno("cannot read '" + path + "'", errno);
  std::string content;
  std::size_t used = 0;
  content.resize(static_cast<std::size_t>(facts.st_size > 0 ? facts.st_size : 0) + 1);
  for (;;) {
    const ssize_t got = ::read(file.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read '" + path + "'", errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used == content.size()) content.resize(2 * content.size());
  }
  content.resize(used);
  return content;
}

Result<std::vector<std::string>> expand_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (error || !fs::exists(status)) {
      return fail(ErrorKind::usage, "no such file or directory: '" + path + "'");
    }
    if (fs::is_directory(status)) {
      ANALYZER_TRY(append_directory(path, files));
    } else {
      files.push_back(path);
    }
  }
  std::unordered_set<std::string_view> seen;
  std::vector<std::string> unique;
  unique.reserve(files.size());
  seen.reserve(files.size());
  for (const std::string& file : files) {
    if (seen.insert(file).second) unique.push_back(file);
  }
  return unique;
}

}  // namespace analyzer
