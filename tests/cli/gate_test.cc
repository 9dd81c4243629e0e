// `repro gate` and `repro plan`.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class GateTest : public CliTest {
 protected:
  /// Variant `old` exits 3 in every run, `new` never.
  GateTest() {
    const std::string subject = folder_.script("subject", "test \"$1\" = new || exit 3");
    EXPECT_EQ(run({"--runs=10", "--quiet", "--variant=old,new", "--", subject, "{variant}"}).exit_code, 10);
  }
};

TEST_F(GateTest, TellsItsVerdictByItsExitCode) {
  const ToolResult passed = tool({"gate", "x.repro", "new", "--max-failures=0", "--runs=10"});
  EXPECT_EQ(passed.exit_code, 0) << passed.err;
  EXPECT_THAT(passed.out, AllOf(HasSubstr("gate passed"), HasSubstr("old (10/10)")));
  const ToolResult failed = tool({"gate", "x.repro", "old", "--outcome=fail"});
  EXPECT_EQ(failed.exit_code, 10);
  EXPECT_THAT(failed.out, HasSubstr("gate failed: fail"));
  const ToolResult open = tool({"gate", "x.repro", "new", "--json"});
  EXPECT_EQ(open.exit_code, 11);
  const json gate = parse(open.out)["gate"];
  EXPECT_EQ(gate["verdict"], "inconclusive");
  EXPECT_EQ(gate["arms"][0]["more_clean_runs"], 289);
}

TEST_F(GateTest, WarnsWhenItCouldNotFail) {
  const ToolResult hang = tool({"gate", "x.repro", "new", "--outcome=hang", "--max-failures=0", "--runs=10"});
  EXPECT_EQ(hang.exit_code, 0);
  EXPECT_THAT(hang.out, HasSubstr("nothing shows that the gate can fail"));
}

TEST_F(GateTest, RefusesWhatItCannotRead) {
  const std::vector<std::pair<Arguments, std::string>> cases{
      {{"gate", "x.repro"}, "which variant? 'x.repro' has old, new"},
      {{"gate", "x.repro", "neww"}, "did you mean 'new'"},
      {{"gate", "x.repro", "new", "--runs=10"}, "belong together"},
      {{"gate", "x.repro", "new", "--runs=1", "--max-failures=1"}, "would pass anything"},
      {{"gate", "x.repro", "new", "--outcome=ok"}, "none of crash, hang, fail"},
      {{"gate", "x.repro", "new", "--signature=s3-"}, "write its whole id"},
      {{"gate", "x.repro", "new", "--max-rate=2%x"}, "--max-rate"},
      {{"plan", "--to=0.1"}, "--rate"},
      {{"plan", "--rate=2"}, "--rate: '2' is out of range"},
      {{"plan", "--budget=0"}, "--budget: 0 is out of range"},
      {{"plan", "x.repro", "--variant=olt"}, "did you mean 'old'"},
  };
  for (const auto& [arguments, message] : cases) {
    const ToolResult result = tool(arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(GateTest, PlansFromGivenAndFromMeasuredRates) {
  const ToolResult given = tool({"plan", "--rate=0.2", "--to=0.02", "--time-per-run=3s"});
  EXPECT_EQ(given.exit_code, 0) << given.err;
  EXPECT_THAT(given.out, AllOf(HasSubstr("299"), HasSubstr("328"), HasSubstr("52"), HasSubstr("14m57s")));
  const ToolResult measured = tool({"plan", "x.repro", "--variant=old", "--json"});
  EXPECT_EQ(measured.exit_code, 0) << measured.err;
  const json plan = parse(measured.out)["plan"];
  EXPECT_EQ(plan["base_rate"], 1);
  EXPECT_GT(plan["time_per_run_ms"], 0);
  EXPECT_THAT(tool({"plan"}).out, AllOf(HasSubstr("2995"), Not(HasSubstr("base rate"))));
}

}  // namespace
}  // namespace repro::cli
