#include "harness/base/files.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"

namespace repro {
namespace {

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(ErrorKind::usage, "failed to write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::uint64_t limit_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return fail_errno(ErrorKind::usage, fmt::format("cannot read '{}'", path), errno);
  std::string bytes;
  std::array<char, 1U << 16U> buffer{};
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(ErrorKind::usage, fmt::format("cannot read '{}'", path), errno);
    if (got == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() > limit_bytes) {
      return fail(ErrorKind::usage, fmt::format("'{}' is larger than {} bytes", path, limit_bytes));
    }
  }
}

Result<void> write_file_atomically(const std::string& path, std::string_view bytes) {
  const std::string doing = fmt::format("cannot write '{}'", path);
  std::string temporary = path + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.is_open()) return fail_errno(ErrorKind::usage, doing, errno);
  // mkostemp makes the file private; a report is meant to be read, so it gets what the umask allows.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd.get(), 0666 & ~mask);
  if (Result<void> written = write_all(fd.get(), bytes); !written) {
    ::unlink(temporary.c_str());
    return Unexpected(std::move(written).error().with_context(doing));
  }
  fd.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int rename_errno = errno;
    ::unlink(temporary.c_str());
    return fail_errno(ErrorKind::usage, doing, rename_errno);
  }
  return {};
}

std::string executable_path() {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t length = ::readlink("/proc/self/exe", buffer.data(), buffer.size());
  return length <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(length));
}

std::string library_directory() {
  const std::string executable = executable_path();
  const std::string folder = executable.substr(0, executable.rfind('/'));
  return folder.substr(0, folder.rfind('/')) + "/lib/repro";
}

}  // namespace repro
