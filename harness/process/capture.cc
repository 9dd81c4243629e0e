#include "harness/process/capture.h"

#include <algorithm>
#include <cerrno>

namespace repro::process {

void StreamCapture::append(std::string_view bytes) {
  total_ += bytes.size();
  const std::size_t for_head = std::min<std::size_t>(bytes.size(), head_limit_ - head_.size());
  head_.append(bytes.substr(0, for_head));
  bytes.remove_prefix(for_head);
  // Only the last bytes of a large piece can survive.
  if (bytes.size() > tail_limit_) bytes.remove_prefix(bytes.size() - tail_limit_);
  const std::size_t to_fill = std::min<std::size_t>(bytes.size(), tail_limit_ - ring_.size());
  ring_.append(bytes.substr(0, to_fill));
  bytes.remove_prefix(to_fill);
  while (!bytes.empty()) {
    const std::size_t piece = std::min(bytes.size(), ring_.size() - ring_next_);
    std::ranges::copy(bytes.substr(0, piece), ring_.begin() + static_cast<std::ptrdiff_t>(ring_next_));
    ring_next_ = (ring_next_ + piece) % ring_.size();
    bytes.remove_prefix(piece);
  }
}

CapturedStream StreamCapture::take() {
  std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(ring_next_), ring_.end());
  CapturedStream stream{std::move(head_), std::move(ring_), total_};
  head_.clear();
  ring_.clear();
  ring_next_ = 0;
  total_ = 0;
  return stream;
}

ReadState read_stream(int fd, std::string& scratch, StreamCapture& capture, ReadFunction read) {
  const ssize_t got = read(fd, scratch.data(), scratch.size());
  if (got > 0) {
    capture.append({scratch.data(), static_cast<std::size_t>(got)});
    return ReadState::open;
  }
  if (got == 0) return ReadState::ended;
  return errno == EINTR || errno == EAGAIN ? ReadState::open : ReadState::failed;
}

}  // namespace repro::process
