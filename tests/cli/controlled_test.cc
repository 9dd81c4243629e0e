// Controlled schedules from end to end: found, replayed, minimised; and programs built by the compiler
// wrapper.

#include "tests/cli/cli_fixture.h"

namespace repro::cli {
namespace {

using ::testing::HasSubstr;

class ControlledTest : public CliTest {
 protected:
  static std::string helper(const std::string& name) {
    return std::string(REPRO_TEST_BUILD_DIR "/tests/helpers/") + name;
  }
  /// Index of the first run in x.repro with this outcome.
  [[nodiscard]] std::string first_run(const std::string& outcome) const {
    const json document = stored();
    for (const json& one : document.at("runs")) {
      if (one.at("outcome") == outcome) return std::to_string(one.at("index").get<int>());
    }
    ADD_FAILURE() << "no run is a " << outcome;
    return "0";
  }
  /// Builds `source` by the wrapper; false when this machine has no clang.
  [[nodiscard]] bool build(const std::string& wrapper, const std::string& source,
                           const std::string& program) const {
    const std::string script =
        folder_.script("build", "command -v clang++ > /dev/null || exit 9\nexec \"$@\" > build.log 2>&1\n");
    const ToolResult result =
        run({"--runs=1", "--keep-logs=all", "--ok-exit-codes=0,9", "--", script,
             REPRO_TEST_BUILD_DIR "/bin/" + wrapper, "-pthread", "-O1", source, "-o", folder_.file(program)});
    EXPECT_EQ(result.exit_code, 0) << test::contents(folder_.file("build.log"));
    std::filesystem::remove(folder_.file("x.repro"));
    return std::filesystem::exists(folder_.file(program));
  }
};

// The rate is about a third; 60 seeds without one would be a chance of 1 in 10^10.
TEST_F(ControlledTest, ALostUpdateIsFoundReplayedAndReducedToItsSwitch) {
  const ToolResult found =
      run({"--schedule=random", "--runs=60", "--seed=1", "--", helper("two_withdrawals")});
  ASSERT_EQ(found.exit_code, 10) << found.out << found.err;
  const std::string index = first_run("fail");
  const ToolResult replayed = tool({"replay", "x.repro", index, "--times=20", "--json"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  EXPECT_EQ(parse(replayed.out).at("replay").at("method"), "schedule");
  EXPECT_EQ(parse(replayed.out).at("replay").at("alike"), 20);
  const ToolResult minimized = tool({"minimize", "x.repro", index, "--json"});
  ASSERT_EQ(minimized.exit_code, 0) << minimized.out << minimized.err;
  const json least = parse(minimized.out).at("minimised");
  EXPECT_EQ(least.at("switches").size(), 1U) << minimized.out;
  EXPECT_TRUE(least.at("minimal"));
  EXPECT_THAT(least.at("switches").at(0).at("stopped_at").at("file").get<std::string>(),
              HasSubstr("two_withdrawals.cc"));
  const json shown = parse(tool({"show", "x.repro", "--run=" + index, "--json"}).out).at("run");
  EXPECT_EQ(shown.at("minimised"), least) << "it is stored";
  EXPECT_FALSE(shown.at("schedule_record").at("switches").empty());
  EXPECT_EQ(stored().at("campaign").at("state"), "complete") << "looking closer changes no state";
}

TEST_F(ControlledTest, ADeadlockIsProvedAtOnceAndNamedByItsCycle) {
  const ToolResult found =
      run({"--schedule=random", "--runs=60", "--seed=1", "--timeout=60s", "--", helper("abba")});
  ASSERT_EQ(found.exit_code, 10) << found.out << found.err;
  const json shown = parse(tool({"show", "x.repro", "--run=" + first_run("hang"), "--json"}).out).at("run");
  EXPECT_EQ(shown.at("stop_reason"), "none") << "no deadline was waited for";
  const json finding = shown.at("findings").at(0);
  EXPECT_EQ(finding.at("kind"), "deadlock");
  EXPECT_EQ(finding.at("stacks").size(), 2U) << "the cycle, without the thread that joins";
  EXPECT_THAT(finding.at("message").get<std::string>(), HasSubstr("proved by the schedule"));
}

TEST_F(ControlledTest, HuntPrintsCommandsThatWork) {
  const ToolResult result =
      tool({"hunt", "--out=h.repro", "--progress=none", "--strategies=random,pct", "--explore=10",
            "--confirm=20", "--seed=1", "--json", "--", helper("two_withdrawals")});
  ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
  const json found = parse(result.out).at("hunt");
  EXPECT_GT(found.at("confirmed").at("failures"), 0);
  const std::string run = std::to_string(found.at("first_failure_run").get<int>());
  EXPECT_EQ(tool({"replay", "h.repro", run, "--times=5"}).exit_code, 0);
  EXPECT_EQ(tool({"minimize", "h.repro", run}).exit_code, 0);
}

constexpr const char* kLostUpdate = R"(
#include <pthread.h>
int x = 0;
static void* add(void* unused) { x = x + 1; return unused; }
int main(void) {
  pthread_t a, b;
  pthread_create(&a, 0, add, 0);
  pthread_create(&b, 0, add, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
  return x == 2 ? 0 : 1;
}
)";

TEST_F(ControlledTest, TheCompilerWrappersMakeMemoryAccessesPoints) {
  for (const auto& [wrapper, name] : {std::pair("repro-cc", "lost.c"), std::pair("repro-c++", "lost.cc")}) {
    const std::string source = folder_.write(name, kLostUpdate);
    const std::string program = std::string(name) + ".program";
    if (!build(wrapper, source, program)) GTEST_SKIP() << "this machine has no clang";
    // Alone it runs as before: to its end, with the update lost by chance or not.
    EXPECT_THAT(run({"--runs=3", "--", folder_.file(program)}).exit_code, ::testing::AnyOf(0, 10));
    EXPECT_EQ(stored().at("arms").at(0).at("crash"), 0);
    std::filesystem::remove(folder_.file("x.repro"));
    const ToolResult found = run({"--schedule=random", "--runs=60", "--seed=1", "--", folder_.file(program)});
    EXPECT_EQ(found.exit_code, 10) << found.out << found.err;
    EXPECT_EQ(stored().at("arms").at(0).at("schedule_counts").at("runs_with_memory_points"), 60);
    std::filesystem::remove(folder_.file("x.repro"));
  }
}

TEST_F(ControlledTest, TheCompilerWrapperSaysWhyItNeedsClang) {
  const std::string program =
      folder_.script("wrong", "REPRO_CXX=/bin/true exec \"" REPRO_TEST_BUILD_DIR "/bin/repro-c++\" x.cc\n");
  ASSERT_EQ(run({"--runs=1", "--match=only clang has callbacks", "--", program}).exit_code, 10);
  EXPECT_THAT(tool({"show", "x.repro", "--run=0"}).out, HasSubstr("only clang has callbacks"));
}

}  // namespace
}  // namespace repro::cli
