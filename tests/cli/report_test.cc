// `repro report`: a campaign in every format.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReportTest : public CliTest {
 protected:
  ReportTest() {
    const std::string subject = folder_.script("subject", "test $REPRO_RUN_INDEX != 1 || kill -SEGV $$\n");
    EXPECT_EQ(run({"--runs=3", "--quiet", "--", subject}).exit_code, 10);
  }
};

TEST_F(ReportTest, WritesMarkdownToStandardOutput) {
  const ToolResult shown = tool({"report", "x.repro"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, StartsWith("| code | build | crash | hang | fail | ok | rate |"));
}

TEST_F(ReportTest, ChoosesTheFormatByTheEndingOfTheFile) {
  const std::map<std::string, std::string> beginnings{{"r.html", "<!doctype html>"},
                                                      {"r.json", "{\"schema\":1,"},
                                                      {"r.csv", "index,"},
                                                      {"r.xml", "<?xml version=\"1.0\""},
                                                      {"r.md", "| code |"}};
  for (const auto& [name, beginning] : beginnings) {
    const ToolResult written = tool({"report", "x.repro", "--out=" + name});
    EXPECT_EQ(written.exit_code, 0) << written.err;
    EXPECT_THAT(test::contents(folder_.file(name)), StartsWith(beginning)) << name;
  }
}

TEST_F(ReportTest, SaysWhichFormatsThereAre) {
  const ToolResult refused = tool({"report", "x.repro", "--format=htmll"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("did you mean 'html'?"));
  EXPECT_THAT(refused.err, HasSubstr("markdown, html, json, csv, junit"));
}

TEST_F(ReportTest, RefusesAPlaceThatCannotBeWrittenTo) {
  const ToolResult refused = tool({"report", "x.repro", "--out=nowhere/r.html"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--out: 'nowhere' is not a folder"));
}

TEST_F(ReportTest, AddsTheTableToTheSummaryOfAGithubJob) {
  const std::string subject = folder_.script("fine", "exit 0");
  const ToolResult ran =
      test::run_tool({"run", "--runs=1", "--quiet", "--no-canaries", "--out=y.repro", "--", subject},
                     folder_.path(), with_temporary({{"GITHUB_STEP_SUMMARY", folder_.file("summary.md")}}));
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(test::contents(folder_.file("summary.md")), HasSubstr("| fine | plain | 0 | 0 | 0 | 1 |"));
}

}  // namespace
}  // namespace repro::cli
