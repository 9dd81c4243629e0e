// `repro bisect` on real histories: made by git in the test, and run by the tool as a user does.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BisectVerbTest : public CliTest {
 protected:
  /// 24 commits of `test.sh`. From number 15 on it fails in two of three runs, with an assertion's exit code;
  /// number 7 does not build; every eleventh run of all commits fails in another way.
  BisectVerbTest() {
    folder_.script("history", R"sh(
set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
mkdir repo && cd repo && git init -q
for i in $(seq 24); do
  echo $i > number
  if [ $i -ge 15 ]; then limit=0; else limit=9; fi
  printf '#!/bin/sh\n[ -f built ] || exit 99\n[ $((REPRO_RUN_INDEX %% 11)) -ne 5 ] || exit 7\n' > test.sh
  printf '[ $((REPRO_RUN_INDEX %% 3)) -le %s ] || exit 3\nexit 0\n' $limit >> test.sh
  chmod +x test.sh
  git add -A && git commit -q -m "change $i"
done)sh");
    const std::string script = folder_.file("history");
    EXPECT_EQ(tool({"run", "--runs=1", "--no-canaries", "--quiet", "--out=h.repro", "--cwd=" + folder_.path(),
                    "--", script})
                  .exit_code,
              0);
  }

  [[nodiscard]] ToolResult bisect(Arguments arguments) const {
    Arguments words{"bisect", "--good=HEAD~22", "--build=test $(cat number) -ne 7 && touch built",
                    "--log=../b.log"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.insert(words.end(), {"--", "./test.sh"});
    return test::run_tool(words, folder_.file("repo"), with_temporary());
  }
};

TEST_F(BisectVerbTest, FindsTheCommitInARealHistoryAndLeavesTheRepositoryAlone) {
  const std::string before = test::contents(folder_.file("repo/.git/HEAD"));
  const ToolResult found = bisect({"--json"});
  EXPECT_EQ(found.exit_code, 0) << found.err << found.out;
  const json result = parse(found.out)["bisect"];
  EXPECT_EQ(result["state"], "found");
  EXPECT_EQ(result["credible_set"][0]["subject"], "change 15") << found.err;
  EXPECT_EQ(result["revisions"], 23);
  EXPECT_GT(result["other_failures"], 0) << "exit code 7 is another bug";
  EXPECT_LE(result["built"], 14);
  EXPECT_EQ(test::contents(folder_.file("repo/.git/HEAD")), before);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("repo/.git/worktrees")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("repo/built")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("b.log.work")));
}

TEST_F(BisectVerbTest, TellsTheAnswerFromItsLogWithoutARun) {
  const ToolResult found = bisect({});
  EXPECT_EQ(found.exit_code, 0) << found.err;
  EXPECT_THAT(found.out, AllOf(HasSubstr("first bad: "), HasSubstr("change 15")));
  const ToolResult again = bisect({});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("exists already"));
  const ToolResult replayed = bisect({"--resume"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_EQ(replayed.out, found.out);
}

TEST_F(BisectVerbTest, BisectsAParameter) {
  const std::string subject =
      folder_.script("subject", "[ $1 -lt 40 ] || [ $((REPRO_RUN_INDEX % 2)) -eq 0 ] || exit 3");
  const ToolResult found =
      tool({"bisect", "--range=1..64", "--log=v.log", "--json", "--", subject, "{revision}"});
  EXPECT_EQ(found.exit_code, 0) << found.err;
  EXPECT_EQ(parse(found.out)["bisect"]["first_bad"], "40");
}

TEST_F(BisectVerbTest, SaysWhenThereIsNothingToBisect) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult clean = tool(
      {"bisect", "--range=1..4", "--least-rate=0.5", "--log=v.log", "--quiet", "--", subject, "{revision}"});
  EXPECT_EQ(clean.exit_code, 11);
  EXPECT_THAT(clean.out, HasSubstr("nothing to bisect"));
}

TEST_F(BisectVerbTest, RefusesWhatItCannotRead) {
  const std::vector<std::pair<Arguments, std::string>> cases{
      {{"bisect", "--", "true"}, "what to bisect"},
      {{"bisect", "--range=1..4", "--good=x", "--", "true"}, "what to bisect"},
      {{"bisect", "--range=4", "--", "true", "{revision}"}, "not of the form 1..64"},
      {{"bisect", "--range=4..4", "--", "true", "{revision}"}, "from two"},
      {{"bisect", "--range=1..4", "--", "true"}, "write {revision}"},
      {{"bisect", "--range=1..4"}, "no command after --"},
      {{"bisect", "--range=1..4", "--resume", "--", "true", "{revision}"}, "name its log"},
      {{"bisect", "--range=1..4", "--first-parent", "--", "true", "{revision}"}, "belongs to --good"},
  };
  for (const auto& [arguments, message] : cases) {
    const ToolResult result = tool(arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }
  const auto in_repository = [&](const Arguments& arguments) {
    return test::run_tool(arguments, folder_.file("repo"), with_temporary()).err;
  };
  EXPECT_THAT(in_repository({"bisect", "--good=nowhere", "--", "true"}), HasSubstr("'nowhere' is no commit"));
  EXPECT_THAT(in_repository({"bisect", "--good=HEAD", "--bad=HEAD~2", "--", "true"}),
              HasSubstr("no commits lead"));
}

}  // namespace
}  // namespace repro::cli
