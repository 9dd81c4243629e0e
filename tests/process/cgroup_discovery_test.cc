#include "harness/process/cgroup_discovery.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repro::process {
namespace {

constexpr const char* kHybridMounts =
    "24 1 0:22 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
    "31 24 0:29 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory\n"
    "32 24 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

TEST(CgroupDiscovery, FindsBothVersionsOfAHybridMachine) {
  const CgroupFolders folders =
      find_cgroup_folders("5:devices:/\n4:memory:/api/8e9a\n0::/session\n", kHybridMounts);
  EXPECT_EQ(folders.memory_v1, "/sys/fs/cgroup/memory/api/8e9a");
  EXPECT_EQ(folders.unified, "/sys/fs/cgroup/unified/session");
}

TEST(CgroupDiscovery, FindsTheSingleHierarchyOfAnUnifiedMachine) {
  const CgroupFolders folders =
      find_cgroup_folders("0::/user.slice/user-1000.slice/session-2.scope\n",
                          "35 24 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  EXPECT_EQ(folders.unified, "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope");
  EXPECT_EQ(folders.memory_v1, "");
}

TEST(CgroupDiscovery, StripsThePartThatAContainerDoesNotSee) {
  const CgroupFolders folders =
      find_cgroup_folders("4:cpu,memory:/docker/abc/sub\n0::/docker/abc\n",
                          "31 24 0:29 /docker/abc /cg/memory ro - cgroup cgroup rw,cpu,memory\n"
                          "32 24 0:30 /docker/xyz /cg/unified rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(folders.memory_v1, "/cg/memory/sub");
  EXPECT_EQ(folders.unified, "");
}

TEST(CgroupDiscovery, FindsNothingInNothing) {
  const CgroupFolders folders = find_cgroup_folders("", "garbage\n - \n");
  EXPECT_EQ(folders.unified, "");
  EXPECT_EQ(folders.memory_v1, "");
  EXPECT_EQ(probe_cgroups(folders).kill_base, "");
}

TEST(CgroupDiscovery, RemovesOnlyWhatTheDeadHaveLeft) {
  // Ordinary folders serve: it is about names.
  std::string base = testing::TempDir() + "/cgroups_XXXXXX";
  ASSERT_NE(mkdtemp(base.data()), nullptr);
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  const auto make = [&](const std::string& name) { ASSERT_EQ(mkdir((base + "/" + name).c_str(), 0700), 0); };
  const auto exists = [&](const std::string& name) { return access((base + "/" + name).c_str(), F_OK) == 0; };
  const std::string gone = std::to_string(dead);
  const std::string alive = std::to_string(getpid());
  const std::vector<std::string> removed{"repro-" + gone, "repro-" + gone + "-memory", "repro-probe-" + gone};
  const std::vector<std::string> kept{"repro-" + alive, "repro-" + alive + "-memory", "repro-probe-" + alive,
                                      "other-" + gone, "repro-x"};
  for (const std::string& name : removed) make(name);
  for (const std::string& name : kept) make(name);
  remove_stale_groups(base);
  for (const std::string& name : removed) EXPECT_FALSE(exists(name)) << name;
  for (const std::string& name : kept) EXPECT_TRUE(exists(name)) << name;
  std::filesystem::remove_all(base);
}

}  // namespace
}  // namespace repro::process
