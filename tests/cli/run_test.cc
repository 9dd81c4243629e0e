// `repro run` from the command line to its exit code, table and exports.

#include <csignal>
#include <ostream>
#include <set>
#include <sstream>

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunTest : public CliTest {};

/// Ends in each of the four ways, one after the other.
constexpr const char* kFourWays = R"(
case $((REPRO_RUN_INDEX % 4)) in
  0) exit 0 ;;
  1) exit 3 ;;
  2) kill -SEGV $$ ;;
  3) exec sleep 1000 ;;
esac)";

TEST_F(RunTest, CountsHowTheRunsEnd) {
  const std::string subject = folder_.script("subject", kFourWays);
  const ToolResult result =
      run({"--runs=8", "--timeout=300ms", "--grace=1s", "--json", "--", subject, "one argument"});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  const json campaign = parse(result.out);
  EXPECT_EQ(campaign["schema"], 1);
  ASSERT_EQ(campaign["arms"].size(), 1U);
  const json& arm = campaign["arms"][0];
  EXPECT_EQ(arm["variant"], "subject");
  EXPECT_EQ(arm["sanitizer"], "plain");
  EXPECT_EQ(arm["runs"], 8);
  EXPECT_EQ(arm["crash"], 2);
  EXPECT_EQ(arm["hang"], 2);
  EXPECT_EQ(arm["fail"], 2);
  EXPECT_EQ(arm["ok"], 2);
  EXPECT_EQ(arm["infra"], 0);
  EXPECT_EQ(arm["first_failure_run"], 1);
  // 6 of 8, two-sided 95 % Clopper-Pearson: the p for which 6 or more, and 6 or fewer, of 8 have probability
  // 0.025, found by bisection of the summed binomial terms.
  EXPECT_DOUBLE_EQ(arm["rate"].get<double>(), 0.75);
  EXPECT_NEAR(arm["rate_low"].get<double>(), 0.349144, 5e-7);
  EXPECT_NEAR(arm["rate_high"].get<double>(), 0.968146, 5e-7);

  ASSERT_EQ(campaign["runs"].size(), 8U);
  const std::vector<std::string> outcomes{"ok", "fail", "crash", "hang", "ok", "fail", "crash", "hang"};
  for (std::size_t index = 0; index < 8; ++index) {
    const json& one = campaign["runs"][index];
    EXPECT_EQ(one["index"], index);
    EXPECT_EQ(one["outcome"], outcomes[index]) << one;
  }
  EXPECT_EQ(campaign["runs"][1]["exit_code"], 3);
  EXPECT_EQ(campaign["runs"][2]["signal"], SIGSEGV);
  EXPECT_EQ(campaign["runs"][3]["stop_reason"], "deadline");
}

TEST_F(RunTest, PrintsTheTableWithCountsAndInterval) {
  const std::string subject = folder_.script("subject", kFourWays);
  const ToolResult result = run({"--runs=8", "--timeout=300ms", "--grace=1s", "--", subject});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  EXPECT_THAT(result.out,
              ::testing::ContainsRegex("code[ |]+build[ |]+crash[ |]+hang[ |]+fail[ |]+ok[ |]+rate"));
  EXPECT_THAT(result.out, ::testing::ContainsRegex(
                              "subject[ |]+plain[ |]+2[ |]+2[ |]+2[ |]+2[ |]+6/8 +75% \\[35%, 97%\\]"));
  EXPECT_THAT(result.err, HasSubstr("repro show x.repro --run=1"));
}

TEST_F(RunTest, ExitsWithZeroWhenEveryRunWasOk) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult result = run({"--runs=3", "--", subject});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("0/3"));
}

TEST_F(RunTest, ExitsWithZeroDespiteFailuresWhenAsked) {
  const std::string subject = folder_.script("subject", "exit 1");
  const ToolResult result = run({"--runs=2", "--exit-zero", "--", subject});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("2/2"));
}

TEST_F(RunTest, GivesEachRunItsOwnIndexSeedFolderAndJob) {
  const std::string subject = folder_.script("subject", R"sh(
[ -z "$(ls -A "$REPRO_TMPDIR")" ] || exit 9
touch "$REPRO_TMPDIR/mine"
echo "$REPRO_RUN_INDEX $REPRO_SEED $REPRO_JOB $REPRO_TMPDIR" >>)sh" +
                                                            folder_.file("seen"));
  const ToolResult result = run({"--runs=12", "--jobs=2", "--", subject});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  std::set<std::string> indexes;
  std::set<std::string> seeds;
  std::set<std::string> folders;
  for (const std::string& line : test::lines(test::contents(folder_.file("seen")))) {
    std::istringstream words(line);
    std::string index;
    std::string seed;
    std::string job;
    std::string folder;
    words >> index >> seed >> job >> folder;
    indexes.insert(index);
    seeds.insert(seed);
    folders.insert(folder);
    EXPECT_TRUE(job == "0" || job == "1") << line;
    EXPECT_THAT(folder, ::testing::StartsWith(temporary_));
  }
  EXPECT_EQ(indexes.size(), 12U);
  EXPECT_EQ(seeds.size(), 12U);
  EXPECT_EQ(folders.size(), 12U);
  EXPECT_TRUE(std::filesystem::is_empty(temporary_)) << "the folder of an ok run is removed";
}

TEST_F(RunTest, RepeatsTheSeedsOfTheSameSeed) {
  const std::string subject = folder_.script("subject", "exit 0");
  const auto seeds = [&](const char* seed, const char* file) {
    const ToolResult result = tool({"run", std::string("--out=") + file, std::string("--seed=") + seed,
                                    "--runs=5", "--json", "--", subject});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return column(parse(result.out), "seed");
  };
  const std::vector<json> first = seeds("7", "a.repro");
  EXPECT_EQ(first.size(), 5U);
  EXPECT_EQ(first, seeds("7", "b.repro"));
  EXPECT_NE(first, seeds("8", "c.repro"));
}

TEST_F(RunTest, StartsNoRunAfterTheWantedNumberOfFailures) {
  const std::string subject = folder_.script("subject", "exit $((REPRO_RUN_INDEX % 2))");
  const ToolResult result = run({"--runs=100", "--stop-after=2", "--json", "--", subject});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  const json campaign = parse(result.out);
  EXPECT_EQ(campaign["arms"][0]["fail"], 2);
  EXPECT_EQ(campaign["arms"][0]["runs"], 4) << "runs 0 to 3, of which 1 and 3 fail";
  EXPECT_EQ(campaign["campaign"]["state"], "stopped-early");
  EXPECT_THAT(campaign["campaign"]["state_note"], HasSubstr("--stop-after=2"));
}

TEST_F(RunTest, StopsWhenItsTimeIsUp) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult result = run({"--duration=300ms", "--json", "--", subject});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json campaign = parse(result.out);
  EXPECT_GE(campaign["arms"][0]["runs"], 1);
  EXPECT_EQ(campaign["campaign"]["state"], "complete");
}

TEST_F(RunTest, PutsTheVariantIntoTheCommand) {
  folder_.script("old", "exit 1");
  folder_.script("new", "exit 0");
  const ToolResult result = run({"--variant=old,new", "--runs=3", "--json", "--", "./{variant}"});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  const json campaign = parse(result.out);
  ASSERT_EQ(campaign["arms"].size(), 2U);
  EXPECT_EQ(campaign["arms"][0]["variant"], "old");
  EXPECT_EQ(campaign["arms"][0]["fail"], 3);
  EXPECT_EQ(campaign["arms"][1]["variant"], "new");
  EXPECT_EQ(campaign["arms"][1]["ok"], 3);
}

TEST_F(RunTest, GivesTheSubjectItsFolderInputAndVariables) {
  std::filesystem::create_directory(folder_.file("place"));
  folder_.write("input", "given\n");
  const std::string subject = folder_.script("subject", R"sh(
read -r line
[ "$line" = given ] && [ "$(pwd)" = "$PLACE" ] && [ "$LIST" = "a,b" ])sh");
  const ToolResult result = run({"--runs=1", "--cwd=place", "--stdin=input",
                                 "--env=PLACE=" + folder_.file("place"), "--env=LIST=a,b", "--", subject});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(RunTest, ReadsNothingFromItsOwnStandardInput) {
  const std::string subject = folder_.script("subject", "! read -r line");
  EXPECT_EQ(run({"--runs=1", "--", subject}).exit_code, 0);
}

/// One way to say what is expected of a run, and how a subject that prints `b`, `a` and exits 4 then ends.
struct OracleCase {
  const char* name;
  Arguments options;
  const char* outcome;
};

void PrintTo(const OracleCase& tested, std::ostream* out) {
  *out << ::testing::PrintToString(tested.options);
}

class OracleTest : public CliTest, public ::testing::WithParamInterface<OracleCase> {};

TEST_P(OracleTest, DecidesTheOutcome) {
  folder_.write("right", "b\na\n");
  folder_.write("sorted", "a\nb\n");
  folder_.write("wrong", "b\nc\n");
  const std::string subject = folder_.script("subject", "echo b; echo a; echo complaint >&2; exit 4");
  Arguments arguments{"--runs=1", "--json"};
  arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
  arguments.insert(arguments.end(), {"--", subject});
  const ToolResult result = run(arguments);
  const json campaign = parse(result.out);
  ASSERT_EQ(campaign["runs"].size(), 1U) << result.err;
  EXPECT_EQ(campaign["runs"][0]["outcome"], GetParam().outcome) << campaign["runs"][0] << result.err;
}

INSTANTIATE_TEST_SUITE_P(
    Oracles, OracleTest,
    ::testing::Values(
        OracleCase{"ExitCodeOfItself", {}, "fail"},
        OracleCase{"ExitCodeListed", {"--ok-exit-codes=0,4"}, "ok"},
        OracleCase{"ExitCodeNotListed", {"--ok-exit-codes=0,5"}, "fail"},
        OracleCase{"OutputAsExpected", {"--ok-exit-codes=4", "--expect=right"}, "ok"},
        OracleCase{"OutputInAnotherOrder", {"--ok-exit-codes=4", "--expect=sorted"}, "fail"},
        OracleCase{"OutputInAnyOrder", {"--ok-exit-codes=4", "--expect=sorted", "--unordered"}, "ok"},
        OracleCase{"OutputNotAsExpected", {"--ok-exit-codes=4", "--expect=wrong", "--unordered"}, "fail"},
        OracleCase{"OutputOfTheReference", {"--ok-exit-codes=4", "--reference=cat right; exit 4"}, "ok"},
        OracleCase{"OutputNotOfTheReference", {"--ok-exit-codes=0,4", "--reference=cat wrong"}, "fail"},
        OracleCase{
            "ReferenceInAnyOrder", {"--ok-exit-codes=0,4", "--reference=cat sorted", "--unordered"}, "ok"},
        OracleCase{"PatternInTheOutput", {"--ok-exit-codes=4", "--match=^a$"}, "ok"},
        OracleCase{"PatternInTheErrors", {"--ok-exit-codes=4", "--match=compl.int"}, "ok"},
        OracleCase{"OnePatternOfTwo", {"--ok-exit-codes=4", "--match=a", "--match=z"}, "fail"},
        OracleCase{"ForbiddenPattern", {"--ok-exit-codes=4", "--no-match=compl.int"}, "fail"},
        OracleCase{"ForbiddenPatternAbsent", {"--ok-exit-codes=4", "--no-match=nowhere"}, "ok"},
        OracleCase{"CheckIsContent",
                   {"--ok-exit-codes=4", "--check=grep -q a \"$REPRO_STDOUT\" && test $REPRO_EXIT_CODE = 4"},
                   "ok"},
        OracleCase{"CheckIsNotContent", {"--ok-exit-codes=4", "--check=grep -q z \"$REPRO_STDOUT\""}, "fail"},
        OracleCase{"CheckCannotSay", {"--ok-exit-codes=4", "--check=exit 125"}, "infra"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(RunTest, LaysTheFlagOverTheVariableOverTheProjectFile) {
  const std::string subject = folder_.script("subject", "exit 0");
  folder_.write("repro.json", R"({"schema": 1, "defaults": {"runs": 2, "jobs": 2}})");
  const auto runs = [&](const Arguments& options, const Variables& environment, const char* file) {
    Arguments words{"run", std::string("--out=") + file, "--json"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", subject});
    const ToolResult result = tool(words, environment);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse(result.out)["runs"].size();
  };
  EXPECT_EQ(runs({}, {}, "a.repro"), 2U);
  EXPECT_EQ(runs({}, {{"REPRO_RUNS", "3"}}, "b.repro"), 3U);
  EXPECT_EQ(runs({"--runs=4"}, {{"REPRO_RUNS", "3"}}, "c.repro"), 4U);
}

TEST_F(RunTest, WritesEveryExportAndNothingElseWhenQuiet) {
  const std::string subject = folder_.script("subject", kFourWays);
  const ToolResult result =
      run({"--runs=8", "--timeout=300ms", "--grace=1s", "--quiet", "--export-json=c.json",
           "--export-csv=c.csv", "--export-markdown=c.md", "--", subject});
  EXPECT_EQ(result.exit_code, 10);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_EQ(parse(test::contents(folder_.file("c.json")))["runs"].size(), 8U);
  const std::vector<std::string> rows = test::lines(test::contents(folder_.file("c.csv")));
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_THAT(rows[0], ::testing::StartsWith("index,variant,sanitizer,schedule,"));
  EXPECT_THAT(test::contents(folder_.file("c.md")), HasSubstr("| 6/8 "));
  EXPECT_THAT(folder_.names(),
              ::testing::ElementsAre("c.csv", "c.json", "c.md", "subject", "tmp", "x.repro"));
}

TEST_F(RunTest, ExportsToStandardOutput) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult result = run({"--runs=2", "--quiet", "--export-json=-", "--", subject});
  EXPECT_EQ(parse(result.out)["runs"].size(), 2U) << result.err;
}

TEST_F(RunTest, SaysWhereAStuckProcessWaits) {
  const std::string subject = folder_.script("subject", "exec sleep 1000");
  const ToolResult result = run({"--runs=1", "--timeout=300ms", "--grace=1s", "--", subject});
  EXPECT_EQ(result.exit_code, 10) << result.err;
  const ToolResult shown = tool({"show", "x.repro", "--run=0"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("hang"));
  EXPECT_THAT(shown.out, HasSubstr("verdict: "));
}

TEST_F(RunTest, MarksAnArmWhoseProgramIsNotBuiltAsClaimed) {
  const ToolResult result = run({"--runs=1", "--sanitizer=address", "--json", "--", "true"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("not instrumented"));
  const json campaign = parse(result.out);
  EXPECT_EQ(campaign["arms"][0]["sanitizer"], "address");
  EXPECT_THAT(campaign["arms"][0]["blind"], HasSubstr("not instrumented"));
}

TEST_F(RunTest, KeepsNotesAndSignsOfLifeOutOfStandardOutput) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult plain = run({"--runs=2", "--progress=plain", "--resume", "--json", "--", subject});
  EXPECT_EQ(plain.exit_code, 0);
  EXPECT_EQ(parse(plain.out)["runs"].size(), 2U);
  EXPECT_THAT(plain.err, HasSubstr("repro: no campaign in 'x.repro' yet"));
  EXPECT_THAT(plain.err, Not(HasSubstr("\x1b"))) << "no redrawn line where there is no terminal";
}

TEST_F(RunTest, GivesASignOfLifeOnStandardErrorWhileRunsTakeLong) {
  const std::string subject = folder_.script("subject", "exec sleep 1000");
  test::RunningTool tool(run_words({"--runs=1", "--timeout=1h", "--", subject}), folder_.path(),
                         with_temporary());
  EXPECT_TRUE(test::eventually([&] {
    return tool.err().find("0/1 (crash 0  hang 0  fail 0  ok 0), 1 active") != std::string::npos;
  })) << tool.err();
  EXPECT_THAT(tool.out(), IsEmpty());
  tool.send(SIGINT);
  EXPECT_EQ(tool.wait().exit_code, 130);
}

TEST_F(RunTest, NamesTheCampaignFileAfterTheProgramWhenNoneIsNamed) {
  const std::string subject = folder_.script("subject", "exit 1");
  EXPECT_EQ(tool({"run", "--runs=1", "--", subject}).exit_code, 10);
  const ToolResult shown = tool({"show"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("1/1"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.file("repro-results"))) {
    EXPECT_THAT(entry.path().filename().string(), ::testing::MatchesRegex("subject-.*\\.repro"));
  }
}

TEST_F(RunTest, CallsTheMachineUnfitWhenNoRunCanBeCounted) {
  const std::string subject = folder_.script("subject", "exit 0");
  const ToolResult result = run({"--runs=100", "--check=exit 125", "--json", "--", subject});
  EXPECT_EQ(result.exit_code, 20);
  const json campaign = parse(result.out);
  EXPECT_EQ(campaign["arms"][0]["runs"], 0);
  EXPECT_TRUE(campaign["arms"][0]["rate"].is_null()) << "no data is not 0";
  EXPECT_EQ(campaign["runs"].size(), 20U) << "twenty runs of nothing but infra end the campaign";
}

TEST_F(RunTest, HelpsWithEveryVerb) {
  for (const char* verb : {"run", "show", "list", "doctor"}) {
    const ToolResult result = tool({verb, "--help"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.out, HasSubstr(std::string("Usage: repro ") + verb));
    EXPECT_THAT(result.out, HasSubstr("Examples:"));
    EXPECT_THAT(result.err, IsEmpty());
  }
}

TEST_F(RunTest, KeepsWhatAFailingRunLeftInItsFolderBesideTheCampaign) {
  const std::string subject = folder_.script("subject", R"(
echo "state of run $REPRO_RUN_INDEX" >$REPRO_TMPDIR/state
mkdir $REPRO_TMPDIR/deep && ln -s /nowhere $REPRO_TMPDIR/deep/link
test $REPRO_RUN_INDEX != 1)");
  const ToolResult result = run({"--runs=3", "--", subject});
  EXPECT_EQ(result.exit_code, 10);
  EXPECT_THAT(result.err, HasSubstr("ls x.repro-files"));
  const std::filesystem::path files = folder_.file("x.repro-files");
  EXPECT_EQ(test::contents(files / "run-1" / "state"), "state of run 1\n");
  EXPECT_TRUE(std::filesystem::is_symlink(files / "run-1" / "deep" / "link"));
  EXPECT_FALSE(std::filesystem::exists(files / "run-0")) << "an ok run leaves nothing";
  EXPECT_THAT(tool({"show", "x.repro", "--run=1"}).out, HasSubstr("x.repro-files/run-1"));
  EXPECT_THAT(tool({"show", "x.repro", "--run=0"}).out, Not(HasSubstr("x.repro-files")));
  EXPECT_TRUE(std::filesystem::is_empty(temporary_)) << "nothing stays in the temporary folder";
}

TEST_F(RunTest, KeepsNoFilesWhereNoneAreWanted) {
  const std::string subject = folder_.script("subject", "echo >$REPRO_TMPDIR/state; exit 1");
  EXPECT_EQ(run({"--runs=1", "--keep-logs=none", "--", subject}).exit_code, 10);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("x.repro-files")));
}

TEST_F(RunTest, ExplainsAScenarioWhenHelpIsAskedForWithItsName) {
  const ToolResult known = tool({"run", "shm-spinlock", "--help"});
  EXPECT_EQ(known.exit_code, 0) << known.err;
  EXPECT_THAT(known.out, ::testing::HasSubstr("owner-pid-even"));
  EXPECT_THAT(known.out, ::testing::HasSubstr("deadline of a run: 2s"));
  const ToolResult unknown = tool({"run", "shm-spinlok", "--help"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, ::testing::HasSubstr("did you mean 'shm-spinlock'?"));
}

TEST_F(RunTest, JudgesRunsWithoutWhatIsSuppressedAndSaysSo) {
  const std::string subject =
      folder_.script("subject", "[ $REPRO_RUN_INDEX -lt 2 ] && kill -SEGV $$; exit 0");
  folder_.write("known.txt", "# ticket 4711\nkind:SIGSEGV\nkind:SIGBUS\n");
  const ToolResult done = run({"--runs=3", "--suppress=known.txt", "--", subject});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, ::testing::HasSubstr(
                            "the rule 'kind:SIGSEGV' (known.txt:2) suppressed the findings of 2 runs"));
  EXPECT_THAT(done.err, ::testing::HasSubstr("known.txt:3: the rule 'kind:SIGBUS' suppressed nothing"));
  const ToolResult shown = tool({"show", "x.repro", "--run=0"});
  EXPECT_THAT(shown.out, ::testing::HasSubstr("ok: nothing but what is suppressed: SIGSEGV"));
  folder_.write("wrong.txt", "kin:x\n");
  const ToolResult wrong = tool({"run", "--out=y.repro", "--suppress=wrong.txt", "--", subject});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, ::testing::HasSubstr("wrong.txt:1"));
}

}  // namespace
}  // namespace repro::cli
