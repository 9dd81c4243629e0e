#include "harness/process/keep_folder.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/tool.h"

namespace repro::process {
namespace {

namespace fs = std::filesystem;

class KeepFolderTest : public ::testing::Test {
 protected:
  KeepFolderTest() { fs::create_directory(from_); }

  test::TemporaryFolder folder_;
  std::string from_ = folder_.file("from");
  std::string to_ = folder_.file("deep/er/to");
};

TEST_F(KeepFolderTest, MakesNothingOfAnEmptyOrAbsentFolder) {
  const Result<bool> empty = keep_folder(from_, to_);
  ASSERT_TRUE(empty);
  EXPECT_FALSE(*empty);
  const Result<bool> absent = keep_folder(folder_.file("absent"), to_);
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  EXPECT_FALSE(fs::exists(folder_.file("deep")));
}

TEST_F(KeepFolderTest, ReplacesWhatAnEarlierAttemptLeft) {
  folder_.write("from/new", "new");
  fs::create_directories(to_);
  folder_.write("deep/er/to/old", "old");
  const Result<bool> kept = keep_folder(from_, to_);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_TRUE(*kept);
  EXPECT_TRUE(fs::exists(to_ + "/new"));
  EXPECT_FALSE(fs::exists(to_ + "/old"));
}

TEST_F(KeepFolderTest, SaysWhereItCannotKeep) {
  folder_.write("from/file", "x");
  folder_.write("blocked", "a file where a folder should be");
  const Result<bool> kept = keep_folder(from_, folder_.file("blocked/to"));
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().message.find("blocked/to"), std::string::npos) << kept.error().message;
  EXPECT_TRUE(fs::exists(from_ + "/file")) << "and loses nothing";
}

/// /dev/shm is a file system of its own on every Linux that has it.
TEST_F(KeepFolderTest, CopiesToAnotherFileSystemWithoutPipesAndSockets) {
  std::string other = "/dev/shm/repro-keep-XXXXXX";
  if (::mkdtemp(other.data()) == nullptr) GTEST_SKIP() << "no second file system";
  fs::create_directories(from_ + "/sub/empty");
  folder_.write("from/sub/file", "content");
  fs::create_symlink("/nowhere", from_ + "/sub/link");
  ASSERT_EQ(::mkfifo((from_ + "/fifo").c_str(), 0600), 0);
  const Result<bool> kept = keep_folder(from_, other + "/to");
  EXPECT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(fs::file_size(other + "/to/sub/file"), 7U);
  EXPECT_TRUE(fs::is_directory(other + "/to/sub/empty"));
  EXPECT_TRUE(fs::is_symlink(other + "/to/sub/link"));
  EXPECT_FALSE(fs::exists(other + "/to/fifo"));
  fs::remove_all(other);
}

}  // namespace
}  // namespace repro::process
