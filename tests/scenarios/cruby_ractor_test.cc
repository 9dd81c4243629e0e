// The scenario about CRuby's own bugs. Whether a run fails is chance and depends on the machine's load, so
// nothing is asserted about how often; what must always be so is, and the sound variants must be ok.

#include <algorithm>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/campaign/scenario.h"
#include "tests/scenarios/subject_run.h"
#include "tests/support/tool.h"

namespace repro::test {
namespace {

using ::testing::HasSubstr;

/// The machine's search path without the environment of the test: ruby is a package of Debian's.
constexpr const char* kSearchPath = "/usr/local/bin:/usr/bin:/bin";

class CrubyRactor : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<campaign::Scenario> loaded =
        campaign::load_scenario(REPRO_TEST_BUILD_DIR "/lib/repro/scenarios/cruby-ractor/scenario.json");
    ASSERT_TRUE(loaded) << loaded.error().message;
    scenario_ = *std::move(loaded);
    campaign::find_system_program(scenario_, kSearchPath);
  }

  SubjectRun run(const std::string& name) {
    const Result<campaign::ScenarioVariant> variant = campaign::find_variant(scenario_, name);
    EXPECT_TRUE(variant) << variant.error().message;
    return run_subject(campaign::scenario_command(scenario_, *variant, Sanitizer::plain).argv);
  }

  campaign::Scenario scenario_;
};

TEST_F(CrubyRactor, HasEveryFileThatItsVariantsRead) {
  for (const campaign::ScenarioVariant& variant : scenario_.variants) {
    for (const std::string& word : campaign::scenario_command(scenario_, variant, Sanitizer::plain).argv) {
      if (word.ends_with(".rb")) {
        EXPECT_TRUE(std::filesystem::exists(word)) << word;
      }
    }
  }
  EXPECT_TRUE(std::filesystem::exists(campaign::scenario_oracle(scenario_).expect_file));
  EXPECT_EQ(::access(scenario_.build_script.c_str(), X_OK), 0) << scenario_.build_script;
}

TEST_F(CrubyRactor, SaysWhichCommandMakesAnInstrumentedBuild) {
  EXPECT_EQ(campaign::how_to_build(scenario_, Sanitizer::address), scenario_.folder + "/build-ruby address");
}

TEST_F(CrubyRactor, BuildScriptRefusesWhatItCannotBuild) {
  for (const char* word : {"memory", "--into=/nowhere", "--jobs"}) {
    const SubjectRun refused = run_subject({scenario_.build_script, word});
    EXPECT_EQ(refused.exit_code, 1) << word;
    EXPECT_THAT(refused.standard_error, HasSubstr("build-ruby: ")) << word;
  }
  EXPECT_EQ(run_subject({scenario_.build_script, "--help"}).exit_code, 0);
}

class CrubyRactorSound : public CrubyRactor, public ::testing::WithParamInterface<const char*> {};

TEST_P(CrubyRactorSound, IsOkWhereNothingIsShared) {
  if (!campaign::is_built(scenario_, Sanitizer::plain)) {
    GTEST_SKIP() << "ruby is missing; " << campaign::how_to_build(scenario_, Sanitizer::plain);
  }
  const SubjectRun sound = run(GetParam());
  EXPECT_EQ(sound.exit_code, 0) << sound.standard_error;
  EXPECT_EQ(sound.standard_output, "total 16000\n");
}

INSTANTIATE_TEST_SUITE_P(EachVariant, CrubyRactorSound,
                         ::testing::Values("class-creation-fork", "class-creation-sequential",
                                           "bind-call-fork", "bind-call-sequential"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(CrubyRactorTool, SaysWhatToInstallWhereRubyIsMissing) {
  const ToolResult result = run_tool({"run", "cruby-ractor"}, "/", {{"PATH", "/nowhere"}});
  EXPECT_EQ(result.exit_code, 20);
  EXPECT_EQ(result.err,
            "repro: the plain build of scenario 'cruby-ractor' is not there ('ruby'); to get it: "
            "apt-get install ruby\n");
}

}  // namespace
}  // namespace repro::test
