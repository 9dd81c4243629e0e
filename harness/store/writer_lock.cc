#include "harness/store/writer_lock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/text.h"

namespace repro::store {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::milliseconds kBetweenTries{20};

std::string lock_path(const std::string& campaign_path) { return campaign_path + "-lock"; }

/// Whether `path` still leads to the open file: its owner removes it before it lets go.
bool is_still_at(const std::string& path, int fd) {
  struct stat by_name {};
  struct stat by_fd {};
  return ::stat(path.c_str(), &by_name) == 0 && ::fstat(fd, &by_fd) == 0 && by_name.st_ino == by_fd.st_ino &&
         by_name.st_dev == by_fd.st_dev;
}

/// The pid that the owner wrote, or "".
std::string owner_of(int fd) {
  std::array<char, 32> buffer{};
  const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) return {};
  return printable(trim(std::string_view(buffer.data(), static_cast<std::size_t>(got))));
}

void write_owner(int fd) {
  const std::string pid = fmt::format("{}\n", ::getpid());
  // Only the text of an error message depends on it, so a failure (a full disk) is not one of ours.
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) return;
}

Unexpected in_use(const std::string& campaign_path, const std::string& owner) {
  const std::string who = owner.empty() ? "another harness" : fmt::format("the harness with pid {}", owner);
  return fail(ErrorKind::store, fmt::format("'{}' is being written by {}; wait for it or use another --out",
                                            printable(campaign_path), who));
}

}  // namespace

Result<WriterLock> WriterLock::acquire(const std::string& campaign_path) {
  const std::string path = lock_path(campaign_path);
  const nanoseconds give_up = system_clock().monotonic() + kPatience;
  while (true) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!fd.is_open()) {
      return fail_errno(ErrorKind::usage, fmt::format("cannot create '{}'", printable(path)), errno);
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      if (!is_still_at(path, fd.get())) continue;
      write_owner(fd.get());
      return WriterLock(path, std::move(fd));
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail_errno(ErrorKind::store, fmt::format("cannot lock '{}'", printable(path)), errno);
    }
    if (system_clock().monotonic() >= give_up) return in_use(campaign_path, owner_of(fd.get()));
    std::this_thread::sleep_for(kBetweenTries);
  }
}

WriterLock::~WriterLock() {
  if (fd_.is_open()) ::unlink(path_.c_str());
}

bool is_being_written(const std::string& campaign_path) {
  const UniqueFd fd(::open(lock_path(campaign_path).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return false;
  // A shared lock for an instant: a writer that tries at this instant tries again.
  return ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace repro::store
