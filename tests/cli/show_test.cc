// `repro show`: a campaign, one of its runs, one of its bugs.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ShowTest : public CliTest {
 protected:
  /// Run 0 prints colours and exits 4, run 1 dies of SIGSEGV, run 2 is ok.
  ShowTest() {
    const std::string subject = folder_.script("subject", R"(
case $REPRO_RUN_INDEX in
  0) printf 'out \033[31mred\033[0m\n'; printf 'err \007\n' >&2; exit 4 ;;
  1) kill -SEGV $$ ;;
esac)");
    EXPECT_EQ(run({"--runs=3", "--quiet", "--", subject}).exit_code, 10);
  }
};

TEST_F(ShowTest, ShowsTheTableAndTheSignatures) {
  const ToolResult shown = tool({"show", "x.repro"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, ::testing::ContainsRegex("subject[ |]+plain[ |]+1[ |]+0[ |]+1[ |]+1[ |]+2/3"));
  EXPECT_THAT(shown.out, HasSubstr("signatures"));
  EXPECT_THAT(shown.out, HasSubstr("SIGSEGV"));
  EXPECT_THAT(shown.err, IsEmpty());
}

TEST_F(ShowTest, ShowsOneRunAndMakesItsOutputHarmless) {
  const ToolResult shown = tool({"show", "x.repro", "--run=0"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("fail: exit code 4"));
  EXPECT_THAT(shown.out, HasSubstr("red"));
  EXPECT_THAT(shown.out, HasSubstr("\\x1b[31m"));
  EXPECT_THAT(shown.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shown.out, Not(HasSubstr("\x07")));
}

TEST_F(ShowTest, LeavesSuppressedBugsOutOfTheListAndSaysSo) {
  folder_.write("known.txt", "kind:SIGSEGV\nkind:data-race\n");
  const ToolResult shown = tool({"show", "x.repro", "--suppress=known.txt"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("the rule 'kind:SIGSEGV' (known.txt:1) hides 1 signature"));
  EXPECT_THAT(shown.out, HasSubstr("known.txt:2: the rule 'kind:data-race' suppressed nothing"));
  const json campaign = parse(tool({"show", "x.repro", "--suppress=known.txt", "--json"}).out);
  for (const json& signature : campaign["signatures"]) EXPECT_NE(signature["kind"], "SIGSEGV");
  EXPECT_EQ(tool({"show", "x.repro", "--suppress=known.txt", "--run=1"}).exit_code, 2);
}

TEST_F(ShowTest, ShowsOneRunAsJson) {
  const json run = parse(tool({"show", "x.repro", "--run=0", "--json"}).out)["run"];
  EXPECT_EQ(run["index"], 0);
  EXPECT_EQ(run["outcome"], "fail");
  EXPECT_EQ(run["exit_code"], 4);
  EXPECT_EQ(run["logs"]["stdout"], "out \x1b[31mred\x1b[0m\n") << "JSON carries the bytes";
}

TEST_F(ShowTest, FindsASignatureByTheStartOfItsId) {
  const json campaign = stored();
  std::string id;
  for (const json& signature : campaign["signatures"]) {
    if (signature["kind"] == "SIGSEGV") id = signature["id"];
  }
  ASSERT_GT(id.size(), 9U) << campaign["signatures"];
  const ToolResult shown = tool({"show", "x.repro", "--signature=" + id.substr(0, 9)});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, ::testing::ContainsRegex("exact +e2-[0-9a-f]{12}"));
  EXPECT_THAT(shown.out, ::testing::ContainsRegex("alike +no other signature of its kind"));
  EXPECT_THAT(shown.out, HasSubstr("signature " + id));
  EXPECT_THAT(shown.out, HasSubstr("first"));
  const json signature = parse(tool({"show", "x.repro", "--signature=" + id, "--json"}).out)["signature"];
  EXPECT_EQ(signature["id"], id);
  EXPECT_EQ(signature["first_run"], 1);
}

TEST_F(ShowTest, RefusesARunOrSignatureThatIsNotThere) {
  const ToolResult run = tool({"show", "x.repro", "--run=3"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("has no run 3"));
  const ToolResult signature = tool({"show", "x.repro", "--signature=s1-nothing"});
  EXPECT_EQ(signature.exit_code, 2);
  EXPECT_THAT(signature.err, HasSubstr("has no signature 's1-nothing'"));
}

TEST_F(ShowTest, FailsWhenItsOutputCannotBeWritten) {
  // The tool as its own subject, because only a shell redirects.
  const std::string subject = folder_.script(
      "full", "exec " + std::string(REPRO_TEST_BUILD_DIR) + "/bin/repro show x.repro --json >/dev/full");
  const ToolResult result =
      tool({"run", "--out=y.repro", "--runs=1", "--ok-exit-codes=2",
            "--match=^repro: cannot write to standard output: No space left", "--", subject});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(ShowTest, LeavesTheFileAsItIs) {
  const std::string before = test::contents(folder_.file("x.repro"));
  const std::vector<std::string> names = folder_.names();
  EXPECT_EQ(tool({"show", "x.repro"}).exit_code, 0);
  EXPECT_EQ(test::contents(folder_.file("x.repro")), before);
  EXPECT_EQ(folder_.names(), names);
}

}  // namespace
}  // namespace repro::cli
