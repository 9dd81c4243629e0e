#include "analyzer/cache/store.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/bytes.h"
#include "analyzer/base/files.h"
#include "analyzer/base/unique_fd.h"

namespace analyzer::cache {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMagic = 0x74696e75796272ULL;  // "rbyunit", little-endian
// The tag that backup programs know (bford.info/cachedir) also marks the directory as ours to clear.
constexpr const char* kTagName = "CACHEDIR.TAG";
constexpr std::string_view kTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Units of the Ruby analyzer; may be deleted at any "
    "time.\n";
constexpr const char* kLockName = "lock";

std::string header(std::string_view payload) {
  ByteWriter writer;
  writer.number(kMagic);
  writer.number(kEntryVersion);
  writer.number(static_cast<std::uint32_t>(payload.size()));
  writer.number(digest_of(payload).bytes);
  return std::move(writer).take();
}

std::shared_ptr<const infer::FileUnit> decode_entry(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto magic = reader.number<std::uint64_t>();
  const auto version = reader.number<std::uint32_t>();
  const auto size = reader.number<std::uint32_t>();
  const auto digest = reader.number<decltype(Digest::bytes)>();
  const std::string_view payload = reader.rest();
  if (!reader.ok() || magic != kMagic || version != kEntryVersion || size != payload.size()) return nullptr;
  if (digest_of(payload).bytes != digest) return nullptr;
  auto unit = std::make_shared<infer::FileUnit>();
  if (!infer::decode(payload, *unit)) return nullptr;
  return unit;
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("cannot write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

bool holds_foreign_files(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    return true;
  return false;
}

}  // namespace

Counters& Counters::operator+=(const Counters& other) {
  hits += other.hits;
  memo_hits += other.memo_hits;
  misses += other.misses;
  damaged += other.damaged;
  writes += other.writes;
  failed_writes += other.failed_writes;
  return *this;
}

Result<std::shared_ptr<Store>> Store::open(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return fail(ErrorKind::usage, "cannot make the cache directory '" + directory + "': " + error.message());
  }
  const std::string tag = directory + "/" + kTagName;
  if (!fs::exists(tag, error)) {
    // Another process may have made the tag meanwhile, and only behind it come its other files.
    if (holds_foreign_files(directory) && !fs::exists(tag, error)) {
      return fail(ErrorKind::usage,
                  "'" + directory + "' holds other files: name an empty folder with --cache-dir");
    }
    const UniqueFd file(::open(tag.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!file.is_open()) return fail_errno("cannot write '" + tag + "'", errno);
    ANALYZER_TRY(write_all(file.get(), kTag));
  }
  return std::shared_ptr<Store>(new Store(directory));  // NOLINT(*-owning-memory): the constructor is private
}

std::shared_ptr<Store> Store::in_memory() {
  return std::shared_ptr<Store>(
      new Store(std::string()));  // NOLINT(*-owning-memory): the constructor is private
}

std::string Store::entry_path(const Digest& key) const {
  const std::string hex = key.hex();
  return directory_ + "/v" + std::to_string(kEntryVersion) + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

std::shared_ptr<const infer::FileUnit> Store::load(const Digest& key, Counters& counters) {
  {
    const std::lock_guard<std::mutex> lock(memo_mutex_);
    if (const auto found = memo_.find(key); found != memo_.end()) {
      ++counters.hits;
      ++counters.memo_hits;
      return found->second;
    }
  }
  const Result<std::string> bytes = directory_.empty()
                                        ? Result<std::string>(fail(ErrorKind::io, "not in memory"))
                                        : read_file(entry_path(key));
  if (!bytes) {
    ++counters.misses;
    return nullptr;
  }
  std::shared_ptr<const infer::FileUnit> unit = decode_entry(*bytes);
  if (unit == nullptr) {
    ++counters.misses;
    ++counters.damaged;
    return nullptr;
  }
  ++counters.hits;
  const std::lock_guard<std::mutex> lock(memo_mutex_);
  return memo_.emplace(key, std::move(unit)).first->second;
}

void Store::save(const Digest& key, std::shared_ptr<const infer::FileUnit> unit, Counters& counters) {
  const std::string payload = directory_.empty() ? std::string() : infer::encode(*unit);
  {
    const std::lock_guard<std::mutex> lock(memo_mutex_);
    memo_.insert_or_assign(key, std::move(unit));
  }
  if (directory_.empty()) return;
  if (write_entry(key, payload)) {
    ++counters.writes;
  } else {
    ++counters.failed_writes;
  }
}

Result<void> Store::write_entry(const Digest& key, std::string_view payload) {
  // Writers share the lock: it keeps clear() from removing a folder between its creation and the rename into
  // it.
  const UniqueFd lock(::open((directory_ + "/" + kLockName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (lock.is_open()) ::flock(lock.get(), LOCK_SH);
  const std::string path = entry_path(key);
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) return fail(ErrorKind::io, error.message());
  std::string temporary = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return fail_errno("cannot make a file", errno);
  Result<void> written = write_all(file.get(), header(payload));
  if (written) written = write_all(file.get(), payload);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = fail_errno("cannot rename", errno);
  if (!written) ::unlink(temporary.c_str());
  return written;
}

Result<DiskUse> Store::disk_use() const {
  DiskUse use;
  if (directory_.empty()) return use;
  std::error_code error;
  fs::recursive_directory_iterator at(directory_, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (at.depth() != 2 || !at->is_regular_file(error)) continue;
    ++use.entries;
    use.bytes += at->file_size(error);
  }
  return use;
}

Result<DiskUse> Store::clear() {
  if (directory_.empty()) {
    const std::lock_guard<std::mutex> memo_lock(memo_mutex_);
    memo_.clear();
    return DiskUse{};
  }
  const UniqueFd lock(::open((directory_ + "/" + kLockName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock.is_open()) return fail_errno("cannot lock '" + directory_ + "'", errno);
  ::flock(lock.get(), LOCK_EX);
  ANALYZER_ASSIGN(const DiskUse use, disk_use());
  std::error_code error;
  std::vector<fs::path> versions;
  for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().native();
    if (at->is_directory(error) && name.size() > 1 && name[0] == 'v') versions.push_back(at->path());
  }
  for (const fs::path& version : versions) {
    fs::remove_all(version, error);
    if (error) return fail(ErrorKind::io, "cannot remove '" + version.native() + "': " + error.message());
  }
  const std::lock_guard<std::mutex> memo_lock(memo_mutex_);
  memo_.clear();
  return use;
}

}  // namespace analyzer::cache
