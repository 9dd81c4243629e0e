// `repro triage`: logs in, bugs out.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class TriageTest : public CliTest {
 protected:
  static std::string corpus(const std::string& name) {
    return test::contents(std::string(REPRO_TEST_SOURCE_DIR) + "/corpus/" + name);
  }
  [[nodiscard]] json triaged(const Arguments& more) const {
    Arguments words{"triage", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const ToolResult result = tool(words);
    return parse(result.out)["triage"];
  }
};

TEST_F(TriageTest, WorksInAProjectWithDefaultsForRuns) {
  folder_.write("repro.json", R"({"schema": 1, "defaults": {"runs": 5, "timeout": "2s"}})");
  folder_.write("a.log", "all is well\n");
  const ToolResult shown = tool({"triage", "a.log"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
}

TEST_F(TriageTest, NamesCountsAndPlacesTheBugsOfAFolder) {
  const std::string use = corpus("asan/clang-14/heap-use-after-free.txt");
  folder_.write("ci/a.log", "building\n" + use + "again\n" + use);
  folder_.write("ci/deep/b.log", "one\ntwo\nthree\n" + use);
  folder_.write("ci/race.log", corpus("tsan/gcc-12/data-race.txt"));
  folder_.write("ci/quiet.log", "all is well\n");
  const ToolResult shown = tool({"triage", "ci"});
  EXPECT_EQ(shown.exit_code, 10) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("4 logs"));
  EXPECT_THAT(shown.out, HasSubstr("4 reports, 2 bugs of 2 signatures"));
  EXPECT_THAT(shown.out, ContainsRegex("3 \\| +2 \\| asan heap-use-after-free"));
  EXPECT_THAT(shown.out, ContainsRegex("ci/a.log:[0-9]+"));
  EXPECT_THAT(shown.out, ContainsRegex("address.cc:[0-9]+"));
  const json report = triaged({"ci"});
  EXPECT_EQ(report["logs"], 4);
  ASSERT_THAT(report["signatures"], SizeIs(2));
  const json& first = report["signatures"][0];
  EXPECT_EQ(first["reports"], 3);
  EXPECT_EQ(first["places"][1]["file"], "ci/deep/b.log");
  EXPECT_GT(first["places"][1]["line"], 3);
  EXPECT_EQ(first["id"], first["example"]["signature"]);
}

TEST_F(TriageTest, ReadsStandardInputWithAndWithoutADash) {
  const std::string log = folder_.write("x.log", corpus("tsan/clang-14/data-race.txt"));
  for (const char* dash : {"", " -"}) {
    const std::string command =
        "cat '" + log + "' | " + std::string(REPRO_TEST_BUILD_DIR) + "/bin/repro" + " triage --json" + dash;
    const std::string out = folder_.file("out");
    const std::string runner = folder_.script("runner", command + " > '" + out + "'");
    EXPECT_EQ(WEXITSTATUS(std::system(("cd '" + folder_.path() + "' && " + runner).c_str())), 10);
    const json report = parse(test::contents(out))["triage"];
    EXPECT_EQ(report["signatures"][0]["places"][0]["file"], "standard input");
  }
}

TEST_F(TriageTest, ExitsZeroWhereNothingIsFoundOrWhenAsked) {
  folder_.write("quiet.log", "all is well\n");
  folder_.write("bad.log", corpus("asan/gcc-12/double-free.txt"));
  EXPECT_EQ(tool({"triage", "quiet.log"}).exit_code, 0);
  EXPECT_EQ(tool({"triage", "bad.log"}).exit_code, 10);
  EXPECT_EQ(tool({"triage", "bad.log", "--exit-zero"}).exit_code, 0);
}

TEST_F(TriageTest, DoesTheRestWhenOneLogCannotBeRead) {
  folder_.write("bad.log", corpus("asan/gcc-12/double-free.txt"));
  const ToolResult both = tool({"triage", "nothing.log", "bad.log"});
  EXPECT_EQ(both.exit_code, 10);
  EXPECT_THAT(both.out, HasSubstr("double-free"));
  EXPECT_THAT(test::lines(both.err),
              ElementsAre("repro: cannot read 'nothing.log': No such file or directory"));
  EXPECT_EQ(tool({"triage", "nothing.log"}).exit_code, 2);
}

TEST_F(TriageTest, SuppressesByRulesCountsThemAndWarnsAtZero) {
  folder_.write("bad.log", corpus("asan/gcc-12/double-free.txt") + corpus("tsan/gcc-12/data-race.txt"));
  folder_.write("known.txt", "# known\nkind:double-free\nkind:thread-leak\n");
  const ToolResult shown = tool({"triage", "bad.log", "--suppress=known.txt"});
  EXPECT_EQ(shown.exit_code, 10);
  EXPECT_THAT(shown.out, HasSubstr("1 report suppressed"));
  EXPECT_THAT(shown.out, HasSubstr("1 report  kind:double-free (known.txt:2)"));
  EXPECT_THAT(shown.out, HasSubstr("known.txt:3: the rule 'kind:thread-leak' suppressed nothing"));
  EXPECT_THAT(shown.out, Not(HasSubstr("asan double-free")));
  folder_.write("all.txt", "kind:*\n");
  EXPECT_EQ(tool({"triage", "bad.log", "--suppress=all.txt"}).exit_code, 0);
  folder_.write("wrong.txt", "kin:x\n");
  const ToolResult wrong = tool({"triage", "bad.log", "--suppress=wrong.txt"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("wrong.txt:1: 'kin' is nothing that a report has; did you mean 'kind'?"));
  EXPECT_THAT(wrong.out, IsEmpty());
}

/// The canary's use after free, reported without names, as a runtime without a symbolizer does it.
class UnnamedFrames : public TriageTest {
 protected:
  UnnamedFrames() {
    std::filesystem::copy_file(canary_, folder_.file("canary"));
    EXPECT_EQ(run({"--sanitizer=address", "--runs=1", "--env=ASAN_OPTIONS=symbolize=0", "--quiet", "--",
                   "./canary", "use-after-free"})
                  .exit_code,
              10);
    const json shown = parse(tool({"show", "x.repro", "--run=0", "--json"}).out);
    run_ = shown["run"];
    for (const json& report : run_["logs"]["reports"])
      folder_.write("unnamed.log", report["text"].get<std::string>());
  }

  std::string canary_ = std::string(REPRO_TEST_BUILD_DIR) + "/lib/repro/canaries/canary.address";
  json run_;
};

TEST_F(UnnamedFrames, AreNamedByRun) {
  const json& frames = run_["findings"][0]["stacks"][0]["frames"];
  EXPECT_THAT(frames[0]["function"].get<std::string>(), HasSubstr("use_after_free"));
  EXPECT_THAT(frames[0]["file"].get<std::string>(), HasSubstr("memory.cc"));
  EXPECT_GT(frames[0]["line"], 0);
  EXPECT_FALSE(stored()["signatures"][0]["unsymbolized"]);
}

TEST_F(UnnamedFrames, AreNamedByTriageOnlyFromFilesThatTheUserOrABuildIdVouchesFor) {
  const json with = triaged({"unnamed.log", "--symbols=."})["signatures"][0];
  EXPECT_FALSE(with["unsymbolized"]);
  EXPECT_EQ(with["id"], stored()["signatures"][0]["id"]) << "the same bug, whoever has named its frames";
  // Another program under the name of the one that crashed.
  std::filesystem::copy_file("/bin/true", folder_.file("canary"),
                             std::filesystem::copy_options::overwrite_existing);
  const json report = triaged({"unnamed.log"});
  EXPECT_TRUE(report["signatures"][0]["unsymbolized"]);
  // g++'s runtime prints no build id: then the file is not even looked at.
  EXPECT_THAT(report["warnings"][0].get<std::string>(),
              ::testing::AnyOf(HasSubstr("another build id"), HasSubstr("no name")));
  const ToolResult wrong = tool({"triage", "unnamed.log", "--symbols=nowhere"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--symbols: 'nowhere' is no folder"));
}

TEST_F(TriageTest, TellsWhatIsNewGoneAndMoreFrequentBetweenTwoCampaigns) {
  // The exit code is the bug: 3 in every run before and in none after, 4 in few before and all after.
  const std::string old_subject = folder_.script("old", "[ $REPRO_RUN_INDEX -lt 2 ] && exit 4; exit 3");
  const std::string new_subject = folder_.script("new", "exit 4");
  EXPECT_EQ(
      tool({"run", "--out=old.repro", "--no-canaries", "--runs=12", "--quiet", "--", "./old"}).exit_code, 10);
  EXPECT_EQ(
      tool({"run", "--out=new.repro", "--no-canaries", "--runs=12", "--quiet", "--", "./new"}).exit_code, 10);
  const ToolResult shown = tool({"triage", "--diff", "old.repro", "new.repro"});
  EXPECT_EQ(shown.exit_code, 10) << shown.err;
  EXPECT_THAT(shown.out, ContainsRegex("more +\\| plain +\\| +2/12 +\\| +12/12"));
  EXPECT_THAT(shown.out, ContainsRegex("gone +\\| plain +\\| +10/12 +\\| +0/12"));
  EXPECT_THAT(shown.out, HasSubstr("Holm"));
  const json changes =
      parse(tool({"triage", "--diff", "new.repro", "old.repro", "--json"}).out)["triage_diff"]["changes"];
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0]["change"], "new");
  EXPECT_TRUE(changes[0]["significant"]);
  EXPECT_GE(changes[0]["adjusted_p"], changes[0]["p_value"]);
  EXPECT_EQ(changes[1]["change"], "less");
  const ToolResult same = tool({"triage", "--diff", "old.repro", "old.repro"});
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_THAT(same.out, HasSubstr("no evidence of change"));
  EXPECT_EQ(tool({"triage", "--diff", "old.repro"}).exit_code, 2);
}

TEST_F(TriageTest, WritesSarifWithPlacesStacksAndFingerprints) {
  folder_.write("bad.log", corpus("asan/clang-14/heap-use-after-free.txt"));
  EXPECT_EQ(tool({"triage", "bad.log", "--sarif=out.sarif"}).exit_code, 10);
  const json sarif = parse(test::contents(folder_.file("out.sarif")));
  EXPECT_EQ(sarif["version"], "2.1.0");
  const json& run = sarif["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["name"], "repro");
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], "asan/heap-use-after-free");
  const json& result = run["results"][0];
  EXPECT_EQ(result["ruleIndex"], 0);
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "/src/address.cc");
  EXPECT_GT(result["locations"][0]["physicalLocation"]["region"]["startLine"], 0);
  EXPECT_THAT(result["stacks"], SizeIs(3));
  EXPECT_THAT(result["partialFingerprints"]["reproSignature/v1"].get<std::string>(), HasSubstr("-"));
  const json sarif_on_output = parse(tool({"triage", "bad.log", "--sarif=-"}).out);
  EXPECT_EQ(sarif_on_output, sarif);
}

}  // namespace
}  // namespace repro::cli
