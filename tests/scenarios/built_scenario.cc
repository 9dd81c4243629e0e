#include "tests/scenarios/built_scenario.h"

#include <gtest/gtest.h>

namespace repro::test {

campaign::Scenario built_scenario(const std::string& name) {
  const Result<campaign::Scenario> loaded =
      campaign::load_scenario(REPRO_TEST_BUILD_DIR "/lib/repro/scenarios/" + name + "/scenario.json");
  EXPECT_TRUE(loaded) << loaded.error().message;
  return *loaded;
}

SubjectRun run_program(const std::string& scenario, std::vector<std::string> arguments, Sanitizer build,
                       const SubjectBounds& bounds) {
  arguments.insert(arguments.begin(), campaign::program_path(built_scenario(scenario), build));
  return run_subject(arguments, bounds);
}

SubjectRun run_variant(const std::string& scenario, const std::string& variant, Sanitizer build,
                       const std::vector<std::string>& more, const SubjectBounds& bounds) {
  const campaign::Scenario loaded = built_scenario(scenario);
  const Result<campaign::ScenarioVariant> found = campaign::find_variant(loaded, variant);
  EXPECT_TRUE(found) << found.error().message;
  std::vector<std::string> argv = campaign::scenario_command(loaded, *found, build).argv;
  argv.insert(argv.end(), more.begin(), more.end());
  return run_subject(argv, bounds);
}

}  // namespace repro::test
