// The private folder of one run.
//
// Two levels: the logs of sanitizer runtimes lie at the top and the subject's own folder beside them, because
// a subject that cleans up after itself (rm -rf "$REPRO_TMPDIR") must not take the reports along. In the
// common case both are empty and removing them is two rmdir calls.
//
// Removal trusts nothing that the subject left: it works on descriptors of folders, opened without following
// links, so a link to /home removes the link; an unreadable folder is made readable first; and it goes down
// by descriptor and up by "..", checked to be the folder that it came from, so the depth is bounded neither
// by the stack nor by PATH_MAX nor by the number of descriptors. Rejected: std::filesystem::remove_all, which
// stops at a folder without permissions and builds paths.

#include "harness/process/run_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/base/unique_fd.h"
#include "harness/process/capture.h"

namespace repro::process {
namespace {

constexpr std::string_view kSubjectFolder = "tmp";
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Closes a DIR.
struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

/// Lists the folder and owns `fd` from now on. Empty on error, with errno.
Folder list_folder(UniqueFd fd) {
  Folder folder(fd.is_open() ? ::fdopendir(fd.get()) : nullptr);
  if (folder != nullptr) static_cast<void>(fd.release());
  return folder;
}

bool is_dot(const char* name) { return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0; }

/// Opens a folder for removal of what is in it, giving it permissions when it has none.
UniqueFd open_for_removal(int parent, const char* name) {
  UniqueFd fd(::openat(parent, name, kOpenFolder));
  if (!fd.is_open() && errno == EACCES) {
    ::fchmodat(parent, name, S_IRWXU, 0);
    fd.reset(::openat(parent, name, kOpenFolder));
  }
  // Readable is not enough: removing an entry needs write and search permission.
  if (fd.is_open()) ::fchmod(fd.get(), S_IRWXU);
  return fd;
}

/// Removes every entry that is not a folder with something in it. Returns the name of one that is, if any.
Result<std::optional<std::string>> remove_entries(int fd) {
  // A second descriptor, because a list is read from where the last reader of the descriptor stopped.
  const Folder folder = list_folder(UniqueFd(::openat(fd, ".", kOpenFolder)));
  if (folder == nullptr) return fail_errno(ErrorKind::internal, "cannot list a folder", errno);
  std::optional<std::string> below;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (is_dot(entry->d_name)) continue;
    if (::unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT) continue;
    if (errno != EISDIR && errno != EPERM) {
      return fail_errno(ErrorKind::internal, fmt::format("cannot remove '{}'", entry->d_name), errno);
    }
    if (::unlinkat(fd, entry->d_name, AT_REMOVEDIR) == 0) continue;
    if (errno != ENOTEMPTY && errno != EEXIST) {
      return fail_errno(ErrorKind::internal, fmt::format("cannot remove '{}'", entry->d_name), errno);
    }
    below = entry->d_name;
  }
  return below;
}

bool is_same_folder(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Empties the folder `root`, depth first, with two descriptors whatever the depth.
Result<void> empty_folder(int root) {
  struct stat root_stat {};
  if (::fstat(root, &root_stat) != 0)
    return fail_errno(ErrorKind::internal, "cannot look at a folder", errno);
  UniqueFd current(::openat(root, ".", kOpenFolder));
  struct Level {
    struct stat parent;
    std::string name;
  };
  std::vector<Level> levels;
  while (current.is_open()) {
    REPRO_ASSIGN(const std::optional<std::string> below, remove_entries(current.get()));
    if (below) {
      Level level{{}, *below};
      if (::fstat(current.get(), &level.parent) != 0) break;
      UniqueFd child = open_for_removal(current.get(), below->c_str());
      if (!child.is_open())
        return fail_errno(ErrorKind::internal, fmt::format("cannot enter '{}'", *below), errno);
      levels.push_back(std::move(level));
      current = std::move(child);
      continue;
    }
    if (levels.empty()) return {};
    UniqueFd parent(::openat(current.get(), "..", kOpenFolder));
    struct stat parent_stat {};
    if (!parent.is_open() || ::fstat(parent.get(), &parent_stat) != 0 ||
        !is_same_folder(parent_stat, levels.back().parent)) {
      return fail(ErrorKind::internal, "a folder was moved while it was removed");
    }
    if (::unlinkat(parent.get(), levels.back().name.c_str(), AT_REMOVEDIR) != 0) {
      return fail_errno(ErrorKind::internal, fmt::format("cannot remove '{}'", levels.back().name), errno);
    }
    levels.pop_back();
    current = std::move(parent);
  }
  return fail_errno(ErrorKind::internal, "cannot open a folder", errno);
}

/// The pid in `NAME.PID` or `NAME.PID.more`; nothing when `file` is not such a name.
std::optional<pid_t> report_pid(std::string_view file) {
  const std::size_t dot = file.find('.');
  if (dot == 0 || dot == std::string_view::npos) return std::nullopt;
  file.remove_prefix(dot + 1);
  const Result<std::uint64_t> pid = parse_unsigned(file.substr(0, file.find('.')));
  if (!pid) return std::nullopt;
  return static_cast<pid_t>(*pid);
}

std::optional<ReportFile> read_report(int folder, const std::string& name, pid_t pid,
                                      const ReportLimits& limits, std::string& scratch) {
  // Non-blocking: a subject may have put a FIFO there.
  const UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat file {};
  if (!fd.is_open() || ::fstat(fd.get(), &file) != 0 || !S_ISREG(file.st_mode) || file.st_size == 0) {
    return std::nullopt;
  }
  StreamCapture capture(limits.head_bytes, limits.tail_bytes);
  while (read_stream(fd.get(), scratch, capture, ::read) == ReadState::open) {
  }
  const CapturedStream text = capture.take();
  return ReportFile{name, pid, text.text(), text.total_bytes};
}

/// Whether the folder `name` in `parent` is as mkdir made it and holds no entry other than `expected`.
bool is_untouched(int parent, const char* name, std::string_view expected) {
  UniqueFd fd(::openat(parent, name, kOpenFolder));
  struct stat folder {};
  if (!fd.is_open() || ::fstat(fd.get(), &folder) != 0) return false;
  if ((folder.st_mode & 07777U) != S_IRWXU || folder.st_uid != ::geteuid()) return false;
  const Folder listing = list_folder(std::move(fd));
  if (listing == nullptr) return false;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (!is_dot(entry->d_name) && entry->d_name != expected) return false;
  }
  return true;
}

}  // namespace

Result<RunDirectory> RunDirectory::create(const std::string& base) {
  std::string below = base;
  if (below.empty()) {
    const char* configured = std::getenv("TMPDIR");
    below = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  }
  std::string path = below + "/repro-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return fail_errno(ErrorKind::environment, fmt::format("cannot create a folder in '{}'", below), errno);
  }
  std::string subject_directory = fmt::format("{}/{}", path, kSubjectFolder);
  if (::mkdir(subject_directory.c_str(), S_IRWXU) != 0) {
    const int mkdir_errno = errno;
    ::rmdir(path.c_str());
    return fail_errno(ErrorKind::environment, fmt::format("cannot create '{}'", subject_directory),
                      mkdir_errno);
  }
  return RunDirectory(std::move(path), std::move(subject_directory));
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      subject_directory_(std::move(other.subject_directory_)),
      path_is_ours_(std::exchange(other.path_is_ours_, false)) {}

RunDirectory& RunDirectory::operator=(RunDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(subject_directory_, other.subject_directory_);
  std::swap(path_is_ours_, other.path_is_ours_);
  return *this;
}

RunDirectory::~RunDirectory() {
  if (const Result<void> removed = remove(); !removed) {
    fmt::print(stderr, "repro: {}\n", removed.error().message);
  }
}

std::string RunDirectory::log_prefix(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

Result<std::vector<ReportFile>> RunDirectory::collect_reports(const ReportLimits& limits) const {
  const Folder folder = list_folder(UniqueFd(::open(path_.c_str(), kOpenFolder)));
  if (folder == nullptr)
    return fail_errno(ErrorKind::internal, fmt::format("cannot read '{}'", path_), errno);
  std::vector<std::pair<pid_t, std::string>> names;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (const std::optional<pid_t> pid = report_pid(entry->d_name)) names.emplace_back(*pid, entry->d_name);
  }
  std::ranges::sort(names);
  std::vector<ReportFile> reports;
  std::string scratch;
  for (const auto& [pid, file] : names) {
    if (reports.size() == limits.files) break;
    scratch.resize(64U << 10U);
    if (std::optional<ReportFile> report = read_report(::dirfd(folder.get()), file, pid, limits, scratch)) {
      reports.push_back(std::move(*report));
    }
  }
  return reports;
}

Result<void> RunDirectory::renew() {
  if (path_is_ours_ && is_untouched(AT_FDCWD, path_.c_str(), kSubjectFolder) &&
      is_untouched(AT_FDCWD, subject_directory_.c_str(), "")) {
    return {};
  }
  REPRO_TRY(remove());
  REPRO_ASSIGN(RunDirectory fresh, create(path_.substr(0, path_.rfind('/'))));
  *this = std::move(fresh);
  return {};
}

Result<void> RunDirectory::remove() {
  if (!path_is_ours_) return {};
  path_is_ours_ = false;
  // The common case: nobody put anything anywhere.
  if (::rmdir(subject_directory_.c_str()) == 0 && ::rmdir(path_.c_str()) == 0) return {};
  UniqueFd fd = open_for_removal(AT_FDCWD, path_.c_str());
  if (!fd.is_open()) {
    if (errno == ENOENT) return {};  // the subject was thorough
    return fail_errno(ErrorKind::internal, fmt::format("cannot remove '{}'", path_), errno);
  }
  if (Result<void> emptied = empty_folder(fd.get()); !emptied) {
    return Unexpected(std::move(emptied).error().with_context(fmt::format("cannot remove '{}'", path_)));
  }
  if (::rmdir(path_.c_str()) != 0 && errno != ENOENT) {
    return fail_errno(ErrorKind::internal, fmt::format("cannot remove '{}'", path_), errno);
  }
  return {};
}

}  // namespace repro::process
