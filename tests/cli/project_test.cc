// A user's own project: repro.json in its folder.

#include <filesystem>
#include <fstream>

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Project : public CliTest {
 protected:
  void copy_example() const {
    std::filesystem::copy(REPRO_TEST_SOURCE_DIR "/example_project", folder_.path(),
                          std::filesystem::copy_options::recursive);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.file(name)) << text;
  }
  void git(const std::string& arguments) const {
    const std::string command = "cd '" + folder_.path() +
                                "' && git -c user.name=T -c user.email=t@example.org "
                                "-c init.defaultBranch=main " +
                                arguments + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << arguments;
  }
  /// `variant outcome` of each run.
  [[nodiscard]] std::vector<std::string> outcomes() const {
    std::vector<std::string> lines;
    const json campaign = stored();
    for (const json& run : campaign.value("runs", json::array())) {
      lines.push_back(run.value("variant", "") + " " + run.value("outcome", ""));
    }
    return lines;
  }
};

TEST_F(Project, IsBuiltAndRunFromAnEmptyCopy) {
  copy_example();
  const ToolResult result = run({"--variant=locked", "--sanitizer=plain,thread", "--runs=1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(outcomes(), ElementsAre("locked ok", "locked ok"));
  EXPECT_TRUE(std::filesystem::exists(folder_.file(".repro-build/shared/plain/counter")));
  EXPECT_TRUE(std::filesystem::exists(folder_.file(".repro-build/shared/thread/counter")));
  EXPECT_THAT(result.err, HasSubstr("nothing is named: running"));
}

TEST_F(Project, SeesTheRaceOfItsUnlockedVariantInTheThreadBuild) {
  copy_example();
  const ToolResult result = run({"--variant=racy", "--sanitizer=thread", "--runs=1"});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  EXPECT_THAT(outcomes(), ElementsAre("racy fail"));
}

TEST_F(Project, TakesFlagBeforeEnvironmentBeforeFileBeforeDefault) {
  write("repro.json", R"({"schema": 1, "command": ["true"], "defaults": {"runs": 3, "seed": 7}})");
  ASSERT_EQ(run({}).exit_code, 0);
  EXPECT_EQ(outcomes().size(), 3U);
  std::filesystem::remove(folder_.file("x.repro"));
  ASSERT_EQ(run({}, {{"REPRO_RUNS", "2"}}).exit_code, 0);
  EXPECT_EQ(outcomes().size(), 2U);
  std::filesystem::remove(folder_.file("x.repro"));
  ASSERT_EQ(run({"--runs=1"}, {{"REPRO_RUNS", "2"}}).exit_code, 0);
  EXPECT_EQ(outcomes().size(), 1U);
}

TEST_F(Project, BuildsTheRevisionThatAVariantNames) {
  write("check.sh", "#!/bin/sh\nexit 1\n");
  std::filesystem::permissions(folder_.file("check.sh"), std::filesystem::perms::owner_all);
  git("init --quiet .");
  git("add check.sh");
  git("commit --quiet -m broken");
  git("tag broken");
  write("check.sh", "#!/bin/sh\nexit 0\n");
  write("repro.json", R"({"schema": 1, "command": ["./check.sh"],
    "variants": [{"name": "before", "revision": "broken"}, {"name": "after"}], "defaults": {"runs": 1}})");
  const ToolResult result = run({});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  EXPECT_THAT(outcomes(), UnorderedElementsAre("before fail", "after ok"));
  write("repro.json",
        R"({"schema": 1, "command": ["./check.sh"], "variants": [{"name": "x", "revision": "nowhere"}]})");
  std::filesystem::remove(folder_.file("x.repro"));
  const ToolResult unknown = run({});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("'nowhere' is no revision that git knows"));
}

TEST_F(Project, WhoseBuildFailsRunsNothingAndShowsWhy) {
  write("repro.json", R"({"schema": 1, "command": ["${build}/x"],
    "build_command": ["sh", "-c", "echo far too much; echo the reason >&2; exit 3"]})");
  const ToolResult result = run({});
  EXPECT_EQ(result.exit_code, 20) << result.err;
  EXPECT_THAT(result.err, HasSubstr("ended with exit code 3: the reason (all of it: "));
  EXPECT_THAT(result.err, HasSubstr(".repro-build/shared/plain/build.log"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("x.repro")));
}

TEST_F(Project, ThatIsWrongIsToldWithFileAndLine) {
  write("repro.json", "{\"schema\": 1,\n \"comand\": [\"true\"]}");
  const ToolResult result = run({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("repro.json:2: unknown key 'comand'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'command'?"));
}

TEST_F(Project, HasOnlyTheVariantsAndBuildsThatItNames) {
  copy_example();
  const ToolResult variant = run({"--variant=lokced"});
  EXPECT_EQ(variant.exit_code, 2);
  EXPECT_THAT(variant.err, HasSubstr("has no variant 'lokced'; did you mean 'locked'?"));
  const ToolResult build = run({"--sanitizer=memory"});
  EXPECT_EQ(build.exit_code, 2);
  EXPECT_THAT(build.err, HasSubstr("has no memory build; it has plain, thread"));
}

TEST_F(Project, DoesNotStandInTheWayOfACommand) {
  copy_example();
  EXPECT_EQ(run({"--runs=1", "--", "true"}).exit_code, 0);
  EXPECT_THAT(outcomes(), ElementsAre("true ok"));
}

}  // namespace
}  // namespace repro::cli
