#include <cerrno>

#include <gtest/gtest.h>

#include "harness/process/keeper/spawn.h"

namespace repro::process::keeper {
namespace {

int clone_without_processes(int (*)(void*), void*, int, void*) {
  errno = EAGAIN;
  return -1;
}
int clone_without_memory(int (*)(void*), void*, int, void*) {
  errno = ENOMEM;
  return -1;
}

TEST(KeeperSpawn, ReportsThatNoProcessCouldBeHad) {
  const std::array<const char*, 1> paths{"/bin/true"};
  Program program;
  program.paths = paths;
  const SpawnResult full = spawn(program, clone_without_processes);
  ASSERT_TRUE(full.failure.has_value());
  EXPECT_EQ(full.failure->stage, SpawnStage::process);
  EXPECT_EQ(full.failure->os_errno, EAGAIN);
  const SpawnResult poor = spawn(program, clone_without_memory);
  ASSERT_TRUE(poor.failure.has_value());
  EXPECT_EQ(poor.failure->os_errno, ENOMEM);
}

}  // namespace
}  // namespace repro::process::keeper
