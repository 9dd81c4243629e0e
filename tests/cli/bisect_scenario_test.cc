// A history in which a scenario's bug is put in at a chosen commit: processes really die holding a real lock.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

class BisectScenarioTest : public CliTest {};

TEST_F(BisectScenarioTest, FindsTheCommitThatTookTheOwnersPidOutOfTheLock) {
  const std::string program =
      std::string(REPRO_TEST_BUILD_DIR) + "/lib/repro/scenarios/shm-spinlock/shm-spinlock.plain";
  ASSERT_TRUE(std::filesystem::exists(program)) << program;
  const std::string history = folder_.script("history", R"sh(
set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
mkdir repo && cd repo && git init -q
printf '#!/bin/sh\nexec "$1" --variant="$(cat variant)"\n' > test.sh && chmod +x test.sh
for i in $(seq 16); do
  if [ $i -ge 6 ]; then echo bare; else echo owner-pid; fi > variant
  echo $i > number
  git add -A && git commit -q -m "change $i"
done)sh");
  ASSERT_EQ(tool({"run", "--runs=1", "--no-canaries", "--quiet", "--out=h.repro", "--cwd=" + folder_.path(),
                  "--", history})
                .exit_code,
            0);
  const ToolResult found = test::run_tool(
      {"bisect", "--good=HEAD~15", "--timeout=2s", "--log=../b.log", "--json", "--", "./test.sh", program},
      folder_.file("repo"), with_temporary());
  EXPECT_EQ(found.exit_code, 0) << found.err;
  const json result = parse(found.out)["bisect"];
  EXPECT_EQ(result["credible_set"][0]["subject"], "change 6") << found.err;
  EXPECT_EQ(result["other_failures"], 0) << "the hang has the same signature in every commit";
}

}  // namespace
}  // namespace repro::cli
