#include "harness/process/stop_request.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace repro::process {
namespace {

bool is_readable(int fd) {
  pollfd source{fd, POLLIN, 0};
  return poll(&source, 1, 0) == 1;
}

TEST(StopRequest, CountsToTwoAndStaysThere) {
  const auto stop = StopRequest::create();
  ASSERT_TRUE(stop);
  EXPECT_EQ((*stop)->level(), 0);
  EXPECT_FALSE(is_readable((*stop)->first_fd()));
  (*stop)->request();
  EXPECT_EQ((*stop)->level(), 1);
  EXPECT_TRUE(is_readable((*stop)->first_fd()));
  EXPECT_FALSE(is_readable((*stop)->second_fd()));
  (*stop)->request();
  (*stop)->request();
  EXPECT_EQ((*stop)->level(), 2);
  EXPECT_TRUE(is_readable((*stop)->second_fd()));
}

TEST(StopRequest, LeavesErrnoAlone) {
  const auto stop = StopRequest::create();
  ASSERT_TRUE(stop);
  errno = 123;
  (*stop)->request();
  EXPECT_EQ(errno, 123);
}

}  // namespace
}  // namespace repro::process
