#include "harness/findings/log_reader.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "harness/base/text.h"
#include "harness/base/unique_fd.h"

namespace repro::findings {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 256U << 10U;
/// zlib's largest window, and 16 for "a gzip header, nothing else".
constexpr int kGzipWindow = 15 + 16;

using Take = std::function<void(std::string_view)>;

Unexpected cannot_read(const std::string& path, std::string_view why) {
  if (path == "-") return fail(ErrorKind::usage, fmt::format("cannot read standard input: {}", why));
  return fail(ErrorKind::usage, fmt::format("cannot read '{}': {}", printable(path), why));
}

/// The bytes of one file, as they are.
class RawFile {
 public:
  static Result<RawFile> open(const std::string& path) {
    RawFile file(path);
    if (path == "-") return file;
    file.owned_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.owned_.is_open()) return cannot_read(path, std::generic_category().message(errno));
    file.fd_ = file.owned_.get();
    return file;
  }

  /// The next bytes, none at the end. The view holds until the next call.
  Result<std::string_view> read() {
    ssize_t got = 0;
    do {
      got = ::read(fd_, buffer_.data(), buffer_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return cannot_read(path_, std::generic_category().message(errno));
    return std::string_view(buffer_).substr(0, static_cast<std::size_t>(got));
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit RawFile(std::string path) : path_(std::move(path)), buffer_(kPiece, '\0') {}

  std::string path_;
  UniqueFd owned_;
  int fd_ = STDIN_FILENO;
  std::string buffer_;
};

/// Calls `use` with what was read already and then with everything that follows, until it says no.
Result<void> for_each_piece(RawFile& file, std::string_view first,
                            const std::function<Result<bool>(std::string_view)>& use) {
  std::string begun(first);
  std::string_view piece = begun;
  while (!piece.empty()) {
    REPRO_ASSIGN(const bool goes_on, use(piece));
    if (!goes_on) return {};
    REPRO_ASSIGN(piece, file.read());
  }
  return {};
}

Result<std::uint64_t> read_plain(RawFile& file, std::string_view first, const Take& take) {
  std::uint64_t total = 0;
  REPRO_TRY(for_each_piece(file, first, [&](std::string_view piece) -> Result<bool> {
    take(piece);
    total += piece.size();
    return true;
  }));
  return total;
}

/// zlib's stream of one file: members one behind the other, as `cat a.gz b.gz` and log rotation make them.
class GzipReader {
 public:
  GzipReader(const std::string& path, const Take& take) : path_(path), take_(take), out_(kPiece, '\0') {
    is_ready_ = ::inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader() { ::inflateEnd(&stream_); }

  /// False when what follows the last member is no gzip: padding, which gzip(1) ignores as well.
  Result<bool> use(std::string_view piece) {
    if (!is_ready_) return cannot_read(path_, "no memory to decompress it");
    // zlib does not write to its input; its interface is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // NOLINT(*-cast)
    stream_.avail_in = static_cast<uInt>(piece.size());
    while (stream_.avail_in > 0 || has_more_) {
      if (is_member_done_) {
        if (stream_.avail_in == 0) break;
        if (*stream_.next_in != 0x1fU) return false;
        ::inflateReset(&stream_);
        is_member_done_ = false;
      }
      REPRO_TRY(step());
    }
    return true;
  }

  Result<std::uint64_t> finish() {
    if (!is_member_done_) return cannot_read(path_, "it ends in the middle of its gzip data");
    return total_;
  }

 private:
  Result<void> step() {
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());  // NOLINT(*-reinterpret-cast): bytes
    stream_.avail_out = static_cast<uInt>(out_.size());
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    const std::size_t got = out_.size() - stream_.avail_out;
    if (got > 0) take_(std::string_view(out_).substr(0, got));
    total_ += got;
    has_more_ = stream_.avail_out == 0;
    if (status == Z_STREAM_END) {
      is_member_done_ = true;
      has_more_ = false;
    } else if (status == Z_BUF_ERROR) {
      has_more_ = false;  // nothing was left after all
    } else if (status != Z_OK) {
      return cannot_read(path_, "its gzip data are damaged");
    }
    return {};
  }

  const std::string& path_;
  const Take& take_;
  std::string out_;
  z_stream stream_{};
  bool is_ready_ = false;
  bool is_member_done_ = false;
  bool has_more_ = false;
  std::uint64_t total_ = 0;
};

Result<std::uint64_t> read_gzip(RawFile& file, std::string_view first, const Take& take) {
  GzipReader reader(file.path(), take);
  REPRO_TRY(for_each_piece(file, first, [&](std::string_view piece) { return reader.use(piece); }));
  return reader.finish();
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
};

Result<std::uint64_t> read_zstd(RawFile& file, std::string_view first, const Take& take) {
  const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(::ZSTD_createDCtx());
  if (context == nullptr) return cannot_read(file.path(), "no memory to decompress it");
  std::string buffer(kPiece, '\0');
  std::uint64_t total = 0;
  std::size_t wanted = 1;  // 0 exactly at the end of a frame
  REPRO_TRY(for_each_piece(file, first, [&](std::string_view piece) -> Result<bool> {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    bool has_more = true;
    while (in.pos < in.size || has_more) {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      wanted = ::ZSTD_decompressStream(context.get(), &out, &in);
      if (::ZSTD_isError(wanted) != 0U) {
        return cannot_read(file.path(),
                           fmt::format("its zstd data are damaged: {}", ::ZSTD_getErrorName(wanted)));
      }
      if (out.pos > 0) take(std::string_view(buffer).substr(0, out.pos));
      total += out.pos;
      has_more = out.pos == out.size && wanted != 0;
    }
    return true;
  }));
  if (wanted != 0) return cannot_read(file.path(), "it ends in the middle of its zstd data");
  return total;
}

/// The regular files below `folder`, sorted.
void add_folder(const std::string& folder, LogList& list) {
  std::error_code error;
  std::vector<std::string> found;
  fs::recursive_directory_iterator at(folder, error);
  if (error) {
    list.unreadable.push_back({folder, error.message()});
    return;
  }
  for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) found.push_back(at->path().string());
    if (at->is_directory(ignored) && ::access(at->path().c_str(), R_OK | X_OK) != 0) {
      list.unreadable.push_back({at->path().string(), std::generic_category().message(errno)});
      at.disable_recursion_pending();
    }
  }
  if (error) list.unreadable.push_back({folder, error.message()});
  std::sort(found.begin(), found.end());
  for (std::string& path : found) list.files.push_back({std::move(path), false});
}

}  // namespace

LogList find_logs(const std::vector<std::string>& paths) {
  LogList list;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path != "-" && fs::is_directory(path, error)) {
      add_folder(path, list);
    } else if (path != "-" && !fs::exists(path, error)) {
      list.unreadable.push_back({path, error ? error.message() : std::generic_category().message(ENOENT)});
    } else {
      list.files.push_back({path, true});
    }
  }
  std::set<std::string> seen;
  std::erase_if(list.files, [&](const LogFile& file) { return !seen.insert(file.path).second; });
  return list;
}

Result<std::uint64_t> read_log(const std::string& path, const Take& take) {
  REPRO_ASSIGN(RawFile file, RawFile::open(path));
  // A pipe may give its first bytes one by one, and four of them say what the file is.
  std::string first;
  while (first.size() < 4) {
    REPRO_ASSIGN(const std::string_view piece, file.read());
    if (piece.empty()) break;
    first += piece;
  }
  if (first.starts_with("\x1f\x8b")) return read_gzip(file, first, take);
  if (first.starts_with("\x28\xb5\x2f\xfd")) return read_zstd(file, first, take);
  return read_plain(file, first, take);
}

}  // namespace repro::findings
