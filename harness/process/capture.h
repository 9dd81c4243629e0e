#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "harness/model/process_result.h"

namespace repro::process {

/// Keeps the first and the last bytes of a stream of any length. Memory stays below the two limits.
class StreamCapture {
 public:
  StreamCapture(std::uint64_t head_limit_bytes, std::uint64_t tail_limit_bytes)
      : head_limit_(head_limit_bytes), tail_limit_(tail_limit_bytes) {}

  void append(std::string_view bytes);
  [[nodiscard]] std::uint64_t total_bytes() const { return total_; }

  /// What was kept, in order. The capture is empty afterwards.
  [[nodiscard]] CapturedStream take();

 private:
  std::uint64_t head_limit_;
  std::uint64_t tail_limit_;
  std::uint64_t total_ = 0;
  std::string head_;
  std::string ring_;           ///< the last bytes beyond the head; full size once it has wrapped
  std::size_t ring_next_ = 0;  ///< where the next byte goes once the ring is full, which is its oldest byte
};

/// What one attempt to read a stream gave.
enum class ReadState : std::uint8_t {
  open,    ///< there may be more
  ended,   ///< end of file
  failed,  ///< an error other than EINTR and EAGAIN; nothing more will come
};

/// read(2), or what a test puts in its place.
using ReadFunction = ssize_t (*)(int fd, void* buffer, std::size_t size);

/// Reads once from the non-blocking `fd`, at most `scratch.size()` bytes, and appends what came.
[[nodiscard]] ReadState read_stream(int fd, std::string& scratch, StreamCapture& capture, ReadFunction read);

}  // namespace repro::process
