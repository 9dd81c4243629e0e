#include "harness/base/files.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace repro {
namespace {

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/repro-files-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(Files, WritesWholeOrNothing) {
  const std::string path = folder_ + "/out";
  ASSERT_TRUE(write_file_atomically(path, "first"));
  ASSERT_TRUE(write_file_atomically(path, "second"));
  EXPECT_EQ(*read_file(path), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "no temporary file stays";
}

TEST_F(Files, GivesTheErrnoOfAFolderThatIsNotThere) {
  const Result<void> result = write_file_atomically(folder_ + "/none/out", "x");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().os_errno, ENOENT);
  EXPECT_NE(result.error().message.find("/none/out"), std::string::npos);
}

TEST_F(Files, RefusesAFileAboveTheLimit) {
  const std::string path = folder_ + "/big";
  ASSERT_TRUE(write_file_atomically(path, std::string(1000, 'x')));
  EXPECT_FALSE(read_file(path, 999));
  EXPECT_TRUE(read_file(path, 1000));
}

TEST(LibraryDirectory, StandsBesideTheFolderOfTheExecutable) {
  EXPECT_TRUE(library_directory().ends_with("/lib/repro"));
}

}  // namespace
}  // namespace repro
