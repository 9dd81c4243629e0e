#include "harness/process/run_directory.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"

namespace repro::process {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RunDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    base_ = testing::TempDir() + "/run_directory_XXXXXX";
    ASSERT_NE(mkdtemp(base_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(base_); }

  RunDirectory make() {
    auto made = RunDirectory::create(base_);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  std::vector<std::string> left_in_base() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(base_)) names.push_back(entry.path().filename());
    return names;
  }

  std::string base_;
};

TEST_F(RunDirectoryTest, IsPrivateAndEmptyAndGoesWithTheObject) {
  {
    const RunDirectory directory = make();
    struct stat folder {};
    ASSERT_EQ(stat(directory.path().c_str(), &folder), 0);
    EXPECT_EQ(folder.st_mode & 07777U, 0700U);
    ASSERT_EQ(stat(directory.subject_directory().c_str(), &folder), 0);
    EXPECT_EQ(folder.st_mode & 07777U, 0700U);
    EXPECT_TRUE(fs::is_empty(directory.subject_directory()));
  }
  EXPECT_THAT(left_in_base(), IsEmpty());
}

TEST_F(RunDirectoryTest, StaysWhenKept) {
  std::string path;
  {
    RunDirectory directory = make();
    path = directory.path();
    directory.keep();
  }
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(RunDirectoryTest, MovesWithoutBeingRemovedTwice) {
  RunDirectory first = make();
  const std::string path = first.path();
  RunDirectory second = std::move(first);
  EXPECT_TRUE(fs::exists(path));
  EXPECT_TRUE(second.remove());
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(RunDirectoryTest, CollectsReportsByPidAndLeavesOthersAlone) {
  const RunDirectory directory = make();
  write(directory.log_prefix("asan") + ".200", "second");
  write(directory.log_prefix("asan") + ".30", "first");
  write(directory.log_prefix("asan") + ".31.program", "named");
  write(directory.log_prefix("asan") + ".40", "");
  write(directory.log_prefix("asan") + ".x", "no pid");
  write(directory.log_prefix("tsan") + ".50", "other runtime");
  write(directory.subject_directory() + "/asan.60", "the subject's own");
  const auto reports = directory.collect_reports();
  ASSERT_TRUE(reports);
  ASSERT_EQ(reports->size(), 4U);
  EXPECT_EQ((*reports)[0].name, "asan.30");
  EXPECT_EQ((*reports)[0].pid, 30);
  EXPECT_EQ((*reports)[0].text, "first");
  EXPECT_EQ((*reports)[1].name, "asan.31.program");
  EXPECT_EQ((*reports)[2].name, "tsan.50");
  EXPECT_EQ((*reports)[3].text, "second");
  EXPECT_EQ((*reports)[3].total_bytes, 6U);
}

TEST_F(RunDirectoryTest, BoundsReportsInSizeAndNumber) {
  const RunDirectory directory = make();
  write(directory.log_prefix("asan") + ".1", "AAAA" + std::string(100'000, '.') + "ZZZZ");
  write(directory.log_prefix("asan") + ".2", "b");
  write(directory.log_prefix("asan") + ".3", "c");
  const auto reports = directory.collect_reports({.head_bytes = 4, .tail_bytes = 4, .files = 2});
  ASSERT_TRUE(reports);
  ASSERT_EQ(reports->size(), 2U);
  EXPECT_EQ((*reports)[0].text, "AAAA\n[repro: 100000 bytes dropped here]\nZZZZ");
  EXPECT_EQ((*reports)[0].total_bytes, 100'008U);
}

TEST_F(RunDirectoryTest, ReadsNoLinkAndNoFifoAsAReport) {
  const RunDirectory directory = make();
  write(base_ + "/secret", "secret");
  fs::create_symlink(base_ + "/secret", directory.log_prefix("asan") + ".1");
  ASSERT_EQ(mkfifo((directory.log_prefix("asan") + ".2").c_str(), 0600), 0);
  const auto reports = directory.collect_reports();
  ASSERT_TRUE(reports);
  EXPECT_THAT(*reports, IsEmpty());
}

TEST_F(RunDirectoryTest, RemovesLinksWithoutFollowingThem) {
  fs::create_directories(base_ + "/outside/kept");
  write(base_ + "/outside/file", "kept");
  RunDirectory directory = make();
  fs::create_directory_symlink(base_ + "/outside", directory.subject_directory() + "/link");
  fs::create_directory_symlink("/", directory.subject_directory() + "/root");
  EXPECT_TRUE(directory.remove());
  EXPECT_THAT(left_in_base(), ElementsAre("outside"));
  EXPECT_TRUE(fs::exists(base_ + "/outside/file"));
  EXPECT_TRUE(fs::exists(base_ + "/outside/kept"));
}

/// Permissions mean nothing to root, so a test about them is somebody else for a while.
class WithoutPrivileges {
 public:
  explicit WithoutPrivileges(const std::string& folder) : was_root_(geteuid() == 0) {
    constexpr uid_t kNobody = 65534;
    if (was_root_) was_changed_ = chown(folder.c_str(), kNobody, kNobody) == 0 && seteuid(kNobody) == 0;
  }
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;
  ~WithoutPrivileges() {
    if (was_changed_) was_changed_ = seteuid(0) != 0;
  }
  [[nodiscard]] bool hold() const { return was_changed_ || !was_root_; }

 private:
  bool was_root_;
  bool was_changed_ = false;
};

TEST_F(RunDirectoryTest, RemovesFoldersWithoutPermissions) {
  const WithoutPrivileges privileges(base_);
  ASSERT_TRUE(privileges.hold());
  RunDirectory directory = make();
  fs::create_directories(directory.subject_directory() + "/closed/inner");
  write(directory.subject_directory() + "/closed/inner/file", "x");
  fs::permissions(directory.subject_directory() + "/closed/inner", fs::perms::none);
  fs::permissions(directory.subject_directory() + "/closed", fs::perms::none);
  fs::permissions(directory.subject_directory(), fs::perms::none);
  EXPECT_TRUE(directory.remove());
  EXPECT_THAT(left_in_base(), IsEmpty());
}

TEST_F(RunDirectoryTest, RemovesATreeDeeperThanAnyPathMayBe) {
  RunDirectory directory = make();
  UniqueFd current(open(directory.subject_directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string name(200, 'd');
  for (int depth = 0; depth < 300; ++depth) {  // 60 000 bytes of path, 15 times PATH_MAX
    ASSERT_EQ(mkdirat(current.get(), name.c_str(), 0700), 0);
    ASSERT_EQ(mkdirat(current.get(), "sibling", 0700), 0);
    current = UniqueFd(openat(current.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(current.is_open());
  }
  EXPECT_TRUE(directory.remove());
  EXPECT_THAT(left_in_base(), IsEmpty());
}

TEST_F(RunDirectoryTest, CopesWithASubjectThatRemovedItself) {
  RunDirectory directory = make();
  fs::remove_all(directory.subject_directory());
  write(directory.log_prefix("asan") + ".1", "survives");
  const auto reports = directory.collect_reports();
  ASSERT_TRUE(reports);
  EXPECT_EQ(reports->size(), 1U);
  EXPECT_TRUE(directory.remove());
  EXPECT_THAT(left_in_base(), IsEmpty());
}

TEST_F(RunDirectoryTest, IsUsedAgainWhenTheSubjectLeftItUntouched) {
  RunDirectory directory = make();
  const std::string path = directory.path();
  EXPECT_TRUE(directory.renew());
  EXPECT_EQ(directory.path(), path);
  EXPECT_TRUE(fs::is_empty(directory.subject_directory()));
}

TEST_F(RunDirectoryTest, IsMadeAfreshWhateverTheSubjectChanged) {
  RunDirectory directory = make();
  RunDirectory other = make();
  const std::string& elsewhere = other.subject_directory();  // a folder that is as the subject's should be
  const std::vector<std::function<void()>> changes{
      [&] { write(directory.subject_directory() + "/file", "x"); },
      [&] { write(directory.log_prefix("asan") + ".1", "report"); },
      [&] { fs::permissions(directory.subject_directory(), fs::perms::all); },
      [&] { fs::permissions(directory.path(), fs::perms::all); },
      [&] { fs::remove(directory.subject_directory()); },
      [&] {
        fs::remove(directory.subject_directory());
        fs::create_directory_symlink(elsewhere, directory.subject_directory());
      },
  };
  for (const auto& change : changes) {
    const std::string before = directory.path();
    change();
    ASSERT_TRUE(directory.renew());
    EXPECT_NE(directory.path(), before);
    EXPECT_TRUE(fs::is_empty(directory.subject_directory()));
    struct stat folder {};
    ASSERT_EQ(stat(directory.subject_directory().c_str(), &folder), 0);
    EXPECT_EQ(folder.st_mode & 07777U, 0700U);
    EXPECT_EQ(left_in_base().size(), 2U);
  }
}

TEST_F(RunDirectoryTest, LeavesAKeptFolderWhenItIsRenewed) {
  RunDirectory directory = make();
  const std::string kept = directory.path();
  directory.keep();
  ASSERT_TRUE(directory.renew());
  EXPECT_NE(directory.path(), kept);
  EXPECT_TRUE(fs::exists(kept));
}

TEST_F(RunDirectoryTest, CopesWithNothingLeftAtAll) {
  RunDirectory directory = make();
  fs::remove_all(directory.path());
  EXPECT_FALSE(directory.collect_reports());
  EXPECT_TRUE(directory.remove());
}

TEST_F(RunDirectoryTest, NamesTheFolderThatCannotHoldIt) {
  const auto made = RunDirectory::create(base_ + "/absent");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::environment);
  EXPECT_THAT(made.error().message, HasSubstr(base_ + "/absent"));
}

}  // namespace
}  // namespace repro::process
