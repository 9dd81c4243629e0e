// Every wrong request: one line that says what to do, the documented exit code, and nothing left behind.

#include <ostream>

#include <unistd.h>

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct BadInput {
  const char* name;
  Arguments arguments;
  int exit_code;
  const char* says;
};

void PrintTo(const BadInput& input, std::ostream* out) { *out << ::testing::PrintToString(input.arguments); }

/// In the test's folder: `good` (a script that exits 0), `data` (not executable), `folder`, `noise` (bytes
/// that are no campaign file), `empty`.
class BadInputTest : public CliTest, public ::testing::WithParamInterface<BadInput> {
 protected:
  BadInputTest() {
    folder_.script("good", "exit 0");
    folder_.write("data", "text\n");
    folder_.write("noise", std::string(5000, 'x'));
    folder_.write("empty", "");
    std::filesystem::create_directory(folder_.file("folder"));
  }
};

TEST_P(BadInputTest, IsRefusedWithOneLine) {
  const std::vector<std::string> before = folder_.names();
  const ToolResult result = tool(GetParam().arguments);
  EXPECT_EQ(result.exit_code, GetParam().exit_code);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(test::lines(result.err), ElementsAre(AllOf(StartsWith("repro: "), HasSubstr(GetParam().says))));
  EXPECT_THAT(result.err, EndsWith("\n"));
  EXPECT_EQ(folder_.names(), before) << "nothing is left behind";
  EXPECT_TRUE(std::filesystem::is_empty(temporary_));
}

/// `repro run --out=x.repro OPTIONS... -- ./good`
Arguments good_with(const Arguments& options) {
  Arguments words{"run", "--out=x.repro"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", "./good"});
  return words;
}

const BadInput kWords[] = {
    {"UnknownVerb", {"rum"}, 2, "there is no verb 'rum'; did you mean 'run'?"},
    {"UnknownOption", good_with({"--rums=3"}), 2, "unknown option '--rums'; did you mean '--runs'?"},
    {"UnknownShortOption", good_with({"-x"}), 2, "unknown option '-x'"},
    {"OptionWithoutItsValue", {"run", "--runs"}, 2, "--runs"},
    {"OptionGivenTwice", good_with({"--runs=3", "--runs=4"}), 2, "--runs"},
    {"UnknownScenario", {"run", "--out=x.repro", "shm-spinlok"}, 2, "did you mean 'shm-spinlock'?"},
    {"TwoScenarios", {"run", "shm-spinlock", "another"}, 2, "unexpected argument 'another'"},
    {"UnknownVariant",
     {"run", "--out=x.repro", "shm-spinlock", "--variant=sentinal"},
     2,
     "--variant: unknown variant 'sentinal' of scenario 'shm-spinlock'; did you mean 'sentinel'?"},
    {"EmptyVariant", good_with({"--variant=,"}), 2, "--variant: an empty name in the list"},
    {"UnknownBuild", good_with({"--sanitizer=adress"}), 2,
     "there is no build 'adress'; did you mean 'address'?"},
    {"BuildByItsShortName", good_with({"--sanitizer=tsan"}), 2, "did you mean 'thread'?"},
    {"BuildThatIsNotReadYet", good_with({"--sanitizer=valgrind"}), 2, "valgrind"},
    {"UnknownSchedule", good_with({"--schedule=pcd"}), 2, "there is no schedule 'pcd'; did you mean 'pct'?"},
    {"DepthThatIsNoNumber", good_with({"--schedule=pct:x"}), 2, "'x' is not a number for pct"},
    {"PathInPlaceOfAScenario", {"run", "./good"}, 2, "repro run -- ./good"},
    {"FileInPlaceOfAScenario", {"run", "good"}, 2, "repro run -- good"},
    {"UnknownVariantOfTheDefaultScenario",
     {"run", "--out=x.repro", "--quiet", "--variant=pre-fx"},
     2,
     "--variant: unknown variant 'pre-fx' of scenario 'ractor-pool-uaf'; did you mean 'pre-fix'?"},
    {"ScenarioAndCommand", {"run", "--out=x.repro", "shm-spinlock", "--", "./good"}, 2, "not both"},
    {"NoCommand", {"run", "--out=x.repro", "--"}, 2, "no command after --"},
    {"EmptyCommand", {"run", "--out=x.repro", "--", ""}, 2, "the command is empty"},
    {"VerbThatTakesNoCommand", {"list", "--", "./good"}, 2, "repro list takes no command"},
    {"VerbThatTakesNoArgument", {"doctor", "now"}, 2, "unexpected argument 'now'"},
    {"UnknownScenarioToList", {"list", "nothing"}, 2, "unknown scenario 'nothing'"},
    {"BuildWithoutCanary", {"doctor", "--sanitizer=asan"}, 2, "there is no canary for 'asan'"},
};

const BadInput kPrograms[] = {
    {"NoSuchPath", {"run", "--out=x.repro", "--", "./nothing"}, 2, "there is no program './nothing'"},
    {"NoSuchName",
     {"run", "--out=x.repro", "--", "repro-no-such-program"},
     2,
     "there is no program 'repro-no-such-program' in PATH"},
    {"NameInThisFolder", {"run", "--out=x.repro", "--", "good"}, 2, "write ./ before it"},
    {"NotExecutable", {"run", "--out=x.repro", "--", "./data"}, 2, "'./data' is not executable; chmod +x"},
    {"Folder", {"run", "--out=x.repro", "--", "./folder"}, 2, "'./folder' is a folder, not a program"},
    {"VariantsOfOneProgram", good_with({"--variant=old,new"}), 2, "write {variant} where they differ"},
    {"BuildsOfOneProgram", good_with({"--sanitizer=plain,address"}), 2, "write {build} where they differ"},
    {"OneVariantMissing",
     {"run", "--out=x.repro", "--variant=good,worse", "--", "./{variant}"},
     2,
     "there is no program './worse'"},
};

const BadInput kValues[] = {
    {"NoDuration", good_with({"--timeout=soon"}), 2, "--timeout: 'soon' is not a duration; write 500ms"},
    {"DurationWithoutUnit", good_with({"--timeout=10"}), 2, "--timeout: '10' is not a duration"},
    {"NegativeDuration", good_with({"--timeout=-1s"}), 2, "--timeout: '-1s' is not a duration"},
    {"EndlessDuration", good_with({"--timeout=1e300h"}), 2, "--timeout: '1e300h' is not a duration"},
    {"ZeroTimeout", good_with({"--timeout=0"}), 2, "--timeout: 0 would allow no run"},
    {"ZeroDuration", good_with({"--duration=0s"}), 2, "--duration: 0 would allow no run"},
    {"NoNumber", good_with({"--runs=ten"}), 2, "--runs: 'ten' is not a whole number"},
    {"NegativeNumber", good_with({"--runs=-3"}), 2, "--runs: '-3' is not a whole number"},
    {"EmptyNumber", good_with({"--runs="}), 2, "--runs"},
    {"NumberBeyondAll", good_with({"--runs=99999999999999999999"}), 2, "--runs"},
    {"ZeroRuns", good_with({"--runs=0"}), 2, "--runs: 0 is out of range"},
    {"ZeroJobs", good_with({"--jobs=0"}), 2, "--jobs: 0 is out of range"},
    {"ZeroFailures", good_with({"--stop-after=0"}), 2, "--stop-after: 0 is out of range"},
    {"SeedBeyondJson", good_with({"--seed=9007199254740993"}), 2, "--seed: at most 2^53"},
    {"NoSize", good_with({"--memory-limit=lots"}), 2, "--memory-limit: 'lots' is not a size"},
    {"SizeTooSmall", good_with({"--memory-limit=4K"}), 2, "--memory-limit: less than 1M"},
    {"UnknownLogs", good_with({"--keep-logs=al"}), 2, "--keep-logs: 'al' is none of"},
    {"UnknownProgress", good_with({"--progress=plan"}), 2, "--progress: 'plan' is none of"},
    {"NoExitCode", good_with({"--ok-exit-codes=0,256"}), 2, "--ok-exit-codes: '256' is no exit code"},
    {"NoPattern", good_with({"--match=("}), 2, "--match"},
    {"NoForbiddenPattern", good_with({"--no-match=["}), 2, "--no-match"},
    {"NoExpectedFile", good_with({"--expect=nothing"}), 2, "--expect: 'nothing' is not a readable file"},
    {"FolderToExpect", good_with({"--expect=folder"}), 2, "--expect: 'folder' is not a readable file"},
    {"ReferenceThatFails", good_with({"--reference=exit 7"}), 2, "exited with 7"},
    {"OrderOfNothing", good_with({"--unordered"}), 2, "--unordered"},
    {"VariableWithoutValue", good_with({"--env=NAME"}), 2, "--env: 'NAME' is not of the form NAME=VALUE"},
    {"NoFolder", good_with({"--cwd=nothing"}), 2, "--cwd: there is no folder 'nothing'"},
    {"NoInput", good_with({"--stdin=nothing"}), 2, "--stdin: 'nothing' is not a readable file"},
};

const BadInput kFiles[] = {
    {"ExportFolderMissing", good_with({"--export-json=nothing/c.json"}), 2,
     "--export-json: 'nothing' is not"},
    {"ExportToAFolder", good_with({"--export-csv=folder"}), 2, "--export-csv: 'folder' is a folder"},
    {"CampaignFolderMissing",
     {"run", "--out=nothing/x.repro", "--", "./good"},
     2,
     "there is no folder 'nothing'"},
    {"CampaignFileExists",
     {"run", "--out=noise", "--", "./good"},
     2,
     "'noise' exists already; add to it with --resume"},
    {"ResumeOfUnnamed",
     {"run", "--resume", "--", "./good"},
     2,
     "--resume: which campaign? name its file with --out"},
    {"ResumeOfNothing", {"run", "--resume", "--out=x.repro"}, 2, "there is no campaign 'x.repro' yet"},
    {"ResumeOfAForeignFile",
     {"run", "--resume", "--out=noise", "--", "./good"},
     21,
     "'noise' is not a campaign file"},
    {"ShowForeignFile", {"show", "noise"}, 21, "'noise' is not a campaign file"},
    {"ShowEmptyFile", {"show", "empty"}, 21, "'empty' is empty, not a campaign file"},
    {"ShowMissingFile", {"show", "nothing.repro"}, 2, "cannot open 'nothing.repro'"},
    {"ShowFolder", {"show", "folder"}, 2, "'folder' is not a file"},
    {"ShowNothing", {"show"}, 2, "no campaign file named and none in 'repro-results'"},
    {"ShowTwoThings",
     {"show", "noise", "--run=1", "--signature=s1"},
     2,
     "either --run or --signature, not both"},
    {"ShowNoNumber", {"show", "noise", "--run=first"}, 2, "--run: 'first' is not a whole number"},
};

std::string name_of(const ::testing::TestParamInfo<BadInput>& tested) { return tested.param.name; }

INSTANTIATE_TEST_SUITE_P(Words, BadInputTest, ::testing::ValuesIn(kWords), name_of);
INSTANTIATE_TEST_SUITE_P(Programs, BadInputTest, ::testing::ValuesIn(kPrograms), name_of);
INSTANTIATE_TEST_SUITE_P(Values, BadInputTest, ::testing::ValuesIn(kValues), name_of);
INSTANTIATE_TEST_SUITE_P(Files, BadInputTest, ::testing::ValuesIn(kFiles), name_of);

class WrongFileTest : public CliTest {
 protected:
  /// The one line that the command wrote, which must have failed with `exit_code`.
  [[nodiscard]] static std::string complaint(const ToolResult& result, int exit_code) {
    EXPECT_EQ(result.exit_code, exit_code) << result.out;
    EXPECT_THAT(result.out, IsEmpty());
    const std::vector<std::string> lines = test::lines(result.err);
    EXPECT_THAT(lines, SizeIs(1));
    EXPECT_THAT(result.err, StartsWith("repro: "));
    return result.err;
  }
  /// A whole campaign file of three ok runs.
  [[nodiscard]] std::string campaign_bytes() const {
    EXPECT_EQ(run({"--runs=3", "--quiet", "--", folder_.script("subject", "exit 0")}).exit_code, 0);
    return test::contents(folder_.file("x.repro"));
  }
};

TEST_F(WrongFileTest, AVerbIsNeeded) {
  const ToolResult result = tool({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("Usage: repro VERB"));
  EXPECT_THAT(test::lines(result.err).back(), StartsWith("repro: which verb?"));
}

TEST_F(WrongFileTest, AScriptWithoutItsInterpreterIsNoRun) {
  folder_.write("subject", "#!/no/such/interpreter\n");
  std::filesystem::permissions(folder_.file("subject"), std::filesystem::perms::owner_all);
  EXPECT_THAT(complaint(run({"--runs=3", "--", "./subject"}), 2), HasSubstr("subject"));
  EXPECT_THAT(folder_.names(), ElementsAre("subject", "tmp"));
}

TEST_F(WrongFileTest, AnUnknownKeyOfTheProjectFileIsNamedWithItsLine) {
  folder_.script("subject", "exit 0");
  folder_.write("repro.json", "{\n  \"schema\": 1,\n  \"defaults\": {\n    \"rums\": 3\n  }\n}\n");
  const std::string says = complaint(run({"--", "./subject"}), 2);
  EXPECT_THAT(says, HasSubstr("repro.json:4: "));
  EXPECT_THAT(says, HasSubstr("'rums'"));
  EXPECT_THAT(says, HasSubstr("did you mean 'runs'?"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("x.repro")));
}

TEST_F(WrongFileTest, AWrongValueOfTheProjectFileIsNamedWithItsLine) {
  folder_.script("subject", "exit 0");
  folder_.write("repro.json", "{\n  \"schema\": 1,\n  \"defaults\": {\n    \"timeout\": \"soon\"\n  }\n}\n");
  EXPECT_THAT(complaint(run({"--", "./subject"}), 2),
              HasSubstr("repro.json:4: timeout: 'soon' is not a duration"));
}

TEST_F(WrongFileTest, AProjectFileThatIsNoJsonIsNamedWithItsLine) {
  folder_.script("subject", "exit 0");
  folder_.write("repro.json", "{\n  \"schema\": 1,\n  oops\n}\n");
  EXPECT_THAT(complaint(run({"--", "./subject"}), 2), HasSubstr("repro.json:3: not valid JSON"));
}

TEST_F(WrongFileTest, AWrongValueOfAVariableIsNamedAfterIt) {
  folder_.script("subject", "exit 0");
  EXPECT_THAT(complaint(run({"--", "./subject"}, {{"REPRO_TIMEOUT", "soon"}}), 2),
              HasSubstr("REPRO_TIMEOUT: 'soon' is not a duration"));
}

TEST_F(WrongFileTest, ACampaignFileOfANewerVersionIsRefused) {
  std::string bytes = campaign_bytes();
  ASSERT_GT(bytes.size(), 100U);
  bytes[60] = 0x7f;  // the user version, big-endian at offset 60 of SQLite's header
  folder_.write("x.repro", bytes);
  EXPECT_THAT(complaint(tool({"show", "x.repro"}), 21), HasSubstr("newer version"));
  EXPECT_THAT(complaint(run({"--resume"}), 21), HasSubstr("newer version"));
}

TEST_F(WrongFileTest, AnotherProgramsDatabaseIsRefused) {
  std::string bytes = campaign_bytes();
  ASSERT_GT(bytes.size(), 100U);
  bytes[68] = 0;  // the application id, at offset 68
  folder_.write("x.repro", bytes);
  EXPECT_THAT(complaint(tool({"show", "x.repro"}), 21), HasSubstr("another program"));
}

TEST_F(WrongFileTest, ACampaignFileThatIsCutOffIsRefused) {
  const std::string bytes = campaign_bytes();
  folder_.write("x.repro", std::string_view(bytes).substr(0, bytes.size() / 3));
  EXPECT_THAT(complaint(tool({"show", "x.repro"}), 21), HasSubstr("x.repro"));
}

TEST_F(WrongFileTest, AFileThatMayNotBeReadIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  folder_.write("x.repro", campaign_bytes());
  std::filesystem::permissions(folder_.file("x.repro"), std::filesystem::perms::none);
  EXPECT_THAT(complaint(tool({"show", "x.repro"}), 21), HasSubstr("x.repro"));
}

TEST_F(WrongFileTest, AnEscapeSequenceInAnArgumentDoesNotReachTheTerminal) {
  EXPECT_THAT(complaint(tool({"run", "--out=x.repro", "--", "./\x1b[31mred"}), 2),
              ::testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace repro::cli
