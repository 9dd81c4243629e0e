// `repro compare`: tables, variants of a campaign, two campaigns.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CompareTest : public CliTest {
 protected:
  /// Variant `old` exits 3 in every run, `new` never.
  void run_both(const std::string& out) {
    const std::string subject = folder_.script("subject", "test \"$1\" = new || exit 3");
    const ToolResult result = tool({"run", "--out=" + out, "--no-canaries", "--runs=12", "--quiet",
                                    "--variant=old,new", "--", subject, "{variant}"});
    EXPECT_EQ(result.exit_code, 10) << result.err;
  }
};

TEST_F(CompareTest, TellsTheTradeOfTheWorkedExample) {
  const ToolResult compared = tool({"compare", "--table", "18,2,5,0", "6,0,19,0"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_THAT(compared.out,
              AllOf(HasSubstr("A -> B: traded"), HasSubstr("crash fell 72% -> 24%, fail rose 20% -> 76%"),
                    HasSubstr("ok did not move"), HasSubstr("100% went to other bad outcomes")));
}

TEST_F(CompareTest, NamesTablesAndComparesSeveralWithTheFirst) {
  const ToolResult compared =
      tool({"compare", "--table", "base=0,116,0,384", "one=0,28,0,472", "two=0,0,0,500", "--json"});
  const json report = parse(compared.out)["comparison"];
  ASSERT_EQ(report["comparisons"].size(), 2U) << compared.out;
  EXPECT_EQ(report["comparisons"][0]["verdict"], "better");
  EXPECT_EQ(report["comparisons"][0]["b"]["label"], "one");
  EXPECT_EQ(report["comparisons"][1]["verdict"], "fixed");
  EXPECT_EQ(report["comparisons"][1]["a"]["label"], "base");
}

TEST_F(CompareTest, ComparesTheVariantsOfACampaign) {
  run_both("x.repro");
  const ToolResult compared = tool({"compare", "x.repro", "old", "new"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_THAT(compared.out, AllOf(HasSubstr("old -> new: better"), HasSubstr("rule: fixed sample")));
  const ToolResult reversed = tool({"compare", "x.repro", "new", "old", "--fail-on=worse"});
  EXPECT_EQ(reversed.exit_code, 10) << "--fail-on makes a verdict an exit code";
  EXPECT_THAT(reversed.out, HasSubstr("new -> old: worse"));
  const ToolResult sequential = tool({"compare", "x.repro", "--rule=sequential", "--json"});
  EXPECT_EQ(parse(sequential.out)["comparison"]["comparisons"][0]["blocks"], 12);
}

TEST_F(CompareTest, SaysWhatTwoCampaignsCostTheConclusion) {
  run_both("x.repro");
  run_both("y.repro");
  const ToolResult compared = tool({"compare", "x.repro", "y.repro"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_THAT(compared.out,
              AllOf(HasSubstr("x:old -> y:old: no evidence of change"),
                    HasSubstr("x:new -> y:new: no evidence of change"), HasSubstr("not interleaved")));
}

TEST_F(CompareTest, RunsUntilItIsDecidedAndNotLonger) {
  const std::string subject = folder_.script("subject", "test \"$1\" = new || exit 3");
  const ToolResult decided = run({"--until=decided", "--variant=old,new", "--", subject, "{variant}"});
  EXPECT_EQ(decided.exit_code, 0) << decided.err;
  EXPECT_THAT(decided.out,
              AllOf(HasSubstr("complete (decided: old -> new better"), HasSubstr("rule: sequential")));
  const json campaign = stored();
  EXPECT_EQ(campaign["campaign"]["request"]["until"]["rule"], "decided");
  EXPECT_LT(campaign["campaign"]["totals"]["runs"], 40) << "of a budget of 500 per arm";
  EXPECT_THAT(tool({"compare", "x.repro"}).out, HasSubstr("rule: sequential"));
  const std::size_t runs = campaign["runs"].size();
  EXPECT_EQ(tool({"run", "--resume", "--out=x.repro", "--quiet"}).exit_code, 0);
  EXPECT_EQ(stored()["runs"].size(), runs) << "what is decided stays decided";
}

TEST_F(CompareTest, SaysWhenTheBudgetDecidedNothing) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult open =
      run({"--until=decided", "--runs=3", "--quiet", "--variant=old,new", "--", subject, "{variant}"});
  EXPECT_EQ(open.exit_code, 11) << open.err;
  EXPECT_EQ(stored()["runs"].size(), 6U);
  const ToolResult alone = tool({"run", "--out=y.repro", "--until=decided", "--", subject});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.err, HasSubstr("nothing to tell apart"));
}

TEST_F(CompareTest, RefusesWhatItCannotRead) {
  const std::vector<std::pair<Arguments, std::string>> cases{
      {{"compare", "--table", "18,2,5,0"}, "at least two tables"},
      {{"compare", "--table", "18,2,5", "1,1,1,1"}, "has 3 numbers, not 4"},
      {{"compare", "--table", "18,2,5,-1", "1,1,1,1"}, "not four whole numbers"},
      {{"compare", "--table", "1,1,1,1", "1,1,1,1", "--max-rate=1.5"}, "--max-rate: '1.5' is out of range"},
      {{"compare", "--table", "1,1,1,1", "1,1,1,1", "--fail-on=wors"}, "did you mean 'worse'"},
      {{"compare", "--table", "1,1,1,1", "1,1,1,1", "--rule=sequential"}, "needs the order of the runs"},
      {{"compare", "nowhere.repro"}, "nowhere.repro"},
      {{"compare", "old", "new"}, "no campaign file named"},
  };
  for (const auto& [arguments, message] : cases) {
    const ToolResult result = tool(arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

}  // namespace
}  // namespace repro::cli
