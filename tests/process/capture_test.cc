#include "harness/process/capture.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "harness/base/seed.h"

namespace repro::process {
namespace {

CapturedStream capture_pieces(const std::string& text, std::size_t head, std::size_t tail,
                              std::uint64_t seed) {
  StreamCapture capture(head, tail);
  SplitMix64 random(seed);
  for (std::size_t done = 0; done < text.size();) {
    const std::size_t piece = std::min<std::size_t>(text.size() - done, 1 + random.below(2 * tail + 5));
    capture.append(std::string_view(text).substr(done, piece));
    done += piece;
  }
  return capture.take();
}

TEST(StreamCapture, KeepsEverythingThatFitsIntoTheHead) {
  StreamCapture capture(5, 5);
  capture.append("12");
  capture.append("345");
  const CapturedStream stream = capture.take();
  EXPECT_EQ(stream.head, "12345");
  EXPECT_EQ(stream.tail, "");
  EXPECT_EQ(stream.dropped_bytes(), 0U);
}

TEST(StreamCapture, KeepsHeadAndTailWhateverThePiecesWere) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += static_cast<char>('a' + i * 7 % 26);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::size_t head = seed % 13;
    const std::size_t tail = seed % 17;
    const CapturedStream stream = capture_pieces(text, head, tail, seed);
    EXPECT_EQ(stream.head, text.substr(0, head));
    EXPECT_EQ(stream.tail, text.substr(text.size() - tail));
    EXPECT_EQ(stream.total_bytes, text.size());
  }
}

TEST(StreamCapture, IsEmptyAfterItWasTaken) {
  StreamCapture capture(2, 2);
  capture.append("abcdef");
  EXPECT_EQ(capture.take().tail, "ef");
  capture.append("x");
  const CapturedStream stream = capture.take();
  EXPECT_EQ(stream.head, "x");
  EXPECT_EQ(stream.tail, "");
  EXPECT_EQ(stream.total_bytes, 1U);
}

ssize_t read_interrupted(int, void*, std::size_t) {
  errno = EINTR;
  return -1;
}
ssize_t read_nothing_yet(int, void*, std::size_t) {
  errno = EAGAIN;
  return -1;
}
ssize_t read_broken(int, void*, std::size_t) {
  errno = EIO;
  return -1;
}
ssize_t read_end(int, void*, std::size_t) { return 0; }
ssize_t read_three(int, void* buffer, std::size_t) {
  std::memcpy(buffer, "abc", 3);
  return 3;
}

TEST(ReadStream, GoesOnAfterAnInterruptionAndStopsAtEndAndError) {
  std::string scratch(16, '\0');
  StreamCapture capture(10, 10);
  EXPECT_EQ(read_stream(0, scratch, capture, read_interrupted), ReadState::open);
  EXPECT_EQ(read_stream(0, scratch, capture, read_nothing_yet), ReadState::open);
  EXPECT_EQ(read_stream(0, scratch, capture, read_three), ReadState::open);
  EXPECT_EQ(read_stream(0, scratch, capture, read_broken), ReadState::failed);
  EXPECT_EQ(read_stream(0, scratch, capture, read_end), ReadState::ended);
  EXPECT_EQ(capture.take().head, "abc");
}

}  // namespace
}  // namespace repro::process
