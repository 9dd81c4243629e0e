#include "harness/campaign/scenario.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/base/files.h"

namespace repro::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// Line numbers in the tests below count from the opening brace as line 1.
constexpr const char* kSound = R"({
  "schema": 1,
  "name": "demo",
  "summary": "two threads, one counter",
  "program": "counter",
  "timeout": "2.5s",
  "builds": ["plain", "thread"],
  "defaults": {"variants": ["racy"]},
  "oracle": {
    "ok_exit_codes": [0, 3],
    "match": ["^done"],
    "no_match": ["lost"],
    "expect_file": "expected.txt",
    "reference_command": ["${program}", "--threads=1"],
    "ignore_line_order": true,
    "check_command": ["${folder}/check"]
  },
  "variants": [
    {
      "name": "racy",
      "summary": "no lock",
      "arguments": ["--lock=none", "${folder}/input"],
      "environment": {"COUNTER_LOG": "${program}.log"},
      "expect": ["crash", "fail"]
    },
    {
      "name": "locked",
      "summary": "one mutex",
      "expect": "ok"
    }
  ]
})";

class ScenarioFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/repro-scenario-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = std::filesystem::path(pattern).lexically_normal();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string folder = directory_ + "/" + name;
    std::filesystem::create_directories(folder);
    std::string path = folder + "/scenario.json";
    EXPECT_TRUE(write_file_atomically(path, text));
    return path;
  }

  /// kSound with the first `from` replaced.
  static std::string sound_but(std::string_view from, std::string_view to) {
    std::string text = kSound;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }

  /// The message of the Error that `text` gives, without the folder.
  std::string error_of(const std::string& text) const {
    const std::string path = write("demo", text);
    const Result<Scenario> scenario = load_scenario(path);
    if (scenario) return "no error";
    EXPECT_EQ(scenario.error().kind, ErrorKind::usage);
    EXPECT_TRUE(scenario.error().message.starts_with(path + ":")) << scenario.error().message;
    EXPECT_EQ(scenario.error().message.find('\n'), std::string::npos) << "one line";
    return scenario.error().message.substr(path.size() + 1);
  }

  std::string directory_;
};

TEST_F(ScenarioFile, IsReadWhole) {
  const Result<Scenario> scenario = load_scenario(write("demo", kSound));
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->name, "demo");
  EXPECT_EQ(scenario->summary, "two threads, one counter");
  EXPECT_EQ(scenario->folder, directory_ + "/demo");
  EXPECT_EQ(scenario->story, directory_ + "/demo/README.md");
  EXPECT_EQ(scenario->timeout, std::chrono::milliseconds(2500));
  EXPECT_THAT(scenario->builds, ElementsAre(Sanitizer::plain, Sanitizer::thread));
  EXPECT_THAT(scenario->default_variants, ElementsAre("racy"));
  ASSERT_EQ(scenario->variants.size(), 2U);
  EXPECT_THAT(scenario->variants[0].expect, ElementsAre(Outcome::crash, Outcome::fail));
  EXPECT_THAT(scenario->variants[1].expect, ElementsAre(Outcome::ok));
  EXPECT_THAT(scenario->variants[1].arguments, IsEmpty());
}

TEST_F(ScenarioFile, GivesTheCommandOfEachArm) {
  const Result<Scenario> scenario = load_scenario(write("demo", kSound));
  ASSERT_TRUE(scenario) << scenario.error().message;
  const Command command = scenario_command(*scenario, scenario->variants[0], Sanitizer::thread);
  const std::string program = directory_ + "/demo/counter.thread";
  EXPECT_THAT(command.argv, ElementsAre(program, "--lock=none", directory_ + "/demo/input"));
  EXPECT_THAT(command.environment, ElementsAre(Pair("COUNTER_LOG", program + ".log")));
}

TEST_F(ScenarioFile, GivesAnOracleThatStandsByItself) {
  const Result<Scenario> scenario = load_scenario(write("demo", kSound));
  ASSERT_TRUE(scenario) << scenario.error().message;
  const OracleSpec oracle = scenario_oracle(*scenario);
  EXPECT_THAT(oracle.ok_exit_codes, ElementsAre(0, 3));
  EXPECT_THAT(oracle.match, ElementsAre("^done"));
  EXPECT_THAT(oracle.no_match, ElementsAre("lost"));
  EXPECT_TRUE(oracle.ignore_line_order);
  EXPECT_EQ(oracle.expect_file, directory_ + "/demo/expected.txt");
  EXPECT_THAT(oracle.reference_command, ElementsAre(directory_ + "/demo/counter.plain", "--threads=1"));
  EXPECT_THAT(oracle.check_command, ElementsAre(directory_ + "/demo/check"));
}

TEST_F(ScenarioFile, WithoutOptionalKeysHasDefaults) {
  const Result<Scenario> scenario = load_scenario(write("demo", R"({
    "schema": 1, "name": "demo", "summary": "s", "program": "p", "builds": ["address"],
    "variants": [{"name": "a", "summary": "s"}, {"name": "b", "summary": "s"}]
  })"));
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_FALSE(scenario->timeout.has_value());
  EXPECT_THAT(scenario->default_variants, ElementsAre("a", "b"));
  EXPECT_THAT(scenario->variants[0].expect, IsEmpty());
  EXPECT_THAT(scenario_oracle(*scenario).ok_exit_codes, ElementsAre(0));
}

TEST_F(ScenarioFile, NamesTheLineOfAnUnknownKeyAndSuggestsTheRightOne) {
  EXPECT_EQ(error_of(sound_but("\"arguments\"", "\"argumnets\"")),
            "22: unknown key 'argumnets' in variant 'racy'; did you mean 'arguments'?");
  EXPECT_EQ(error_of(sound_but("\"timeout\"", "\"time_out\"")),
            "6: unknown key 'time_out' in the scenario; did you mean 'timeout'?");
  EXPECT_EQ(error_of(sound_but("\"match\"", "\"matches\"")),
            "11: unknown key 'matches' in the oracle; did you mean 'match'?");
  EXPECT_EQ(error_of(sound_but("\"variants\": [\"racy\"]", "\"colour\": 1")),
            "8: unknown key 'colour' in defaults");
}

TEST_F(ScenarioFile, NamesTheLineOfAWrongType) {
  EXPECT_EQ(error_of(sound_but("\"schema\": 1", "\"schema\": \"1\"")),
            "2: key 'schema' in the scenario must be a whole number, not a string");
  EXPECT_EQ(error_of(sound_but("[\"plain\", \"thread\"]", "\"plain\"")),
            "7: key 'builds' in the scenario must be an array, not a string");
  EXPECT_EQ(error_of(sound_but("\"--lock=none\"", "7")),
            "22: key 'arguments[0]' in variant 'racy' must be a string, not a whole number");
  EXPECT_EQ(error_of(sound_but("\"${program}.log\"", "true")),
            "23: key 'COUNTER_LOG' in the environment of variant 'racy' must be a string, not true or false");
  EXPECT_EQ(error_of(sound_but("{\"variants\": [\"racy\"]}", "[]")),
            "8: defaults must be an object, not an array");
}

TEST_F(ScenarioFile, NamesTheLineOfTheObjectThatLacksAKey) {
  EXPECT_EQ(error_of(sound_but("\"program\": \"counter\",", "")),
            "1: key 'program' is missing in the scenario");
  EXPECT_EQ(error_of(sound_but("\"name\": \"locked\",", "")), "26: key 'name' is missing in variant 2");
  EXPECT_EQ(error_of(sound_but("\"summary\": \"one mutex\",", "")),
            "26: key 'summary' is missing in variant 'locked'");
}

TEST_F(ScenarioFile, NamesTheLineOfANumberAtTheEndOfItsLine) {
  EXPECT_EQ(error_of(sound_but("\"timeout\": \"2.5s\",\n", "\"timeout\": 2.5\n,")),
            "6: key 'timeout' in the scenario must be a string, not a number with a fraction");
}

TEST_F(ScenarioFile, RefusesValuesThatMakeNoSense) {
  EXPECT_EQ(error_of(sound_but("\"schema\": 1", "\"schema\": 2")),
            "2: the scenario has schema 2; this version reads 1");
  EXPECT_EQ(error_of(sound_but("\"name\": \"demo\"", "\"name\": \"other\"")),
            "3: the scenario is named 'other' but stands in folder 'demo'");
  EXPECT_EQ(error_of(sound_but("\"thread\"", "\"tread\"")),
            "7: the scenario has the unknown build 'tread'; did you mean 'thread'?");
  EXPECT_EQ(error_of(sound_but("\"thread\"", "\"plain\"")), "7: the scenario names the build 'plain' twice");
  EXPECT_EQ(error_of(sound_but("[\"racy\"]", "[\"rasy\"]")),
            "8: defaults names the unknown variant 'rasy'; did you mean 'racy'?");
  EXPECT_EQ(error_of(sound_but("\"expect\": \"ok\"", "\"expect\": \"infra\"")),
            "29: variant 'locked' expects the unknown outcome 'infra'; known: crash, hang, fail, ok");
  EXPECT_EQ(error_of(sound_but("\"locked\"", "\"racy\"")), "27: variant 'racy' is there twice");
  EXPECT_EQ(error_of(sound_but("[0, 3]", "[0, 256]")),
            "10: the oracle has an exit code that is not a whole number from 0 to 255");
  EXPECT_EQ(error_of(sound_but("${folder}/input", "${home}/input")),
            "22: variant 'racy' has the unknown placeholder '${home}'; known: ${folder}, ${program}");
  EXPECT_EQ(error_of(sound_but("\"locked\"", "\"Locked Up\"")),
            "27: variant 2 has the name 'Locked Up'; use a-z, 0-9, '-', '.' and '_'");
  EXPECT_THAT(error_of(sound_but("2.5s", "soon")),
              HasSubstr("6: the scenario has a wrong timeout: 'soon' is"));
  EXPECT_THAT(error_of(sound_but("2.5s", "0")), HasSubstr("6: the scenario has a timeout of 0"));
  EXPECT_THAT(error_of(sound_but("\"counter\"", "\"/bin/true\"")),
              HasSubstr("5: the scenario needs a program"));
}

TEST_F(ScenarioFile, NamesTheLineOfMalformedJson) {
  EXPECT_THAT(error_of(sound_but("\"timeout\": \"2.5s\",", "\"timeout\" \"2.5s\",")),
              HasSubstr("6: not valid JSON: "));
  EXPECT_THAT(error_of("{\n  \"schema\": 1,\n  \"name\": \"demo\n\"}"), HasSubstr("3: not valid JSON: "));
  EXPECT_THAT(error_of(""), HasSubstr("1: not valid JSON: "));
  EXPECT_EQ(error_of("[]"), "1: the scenario must be an object, not an array");
  EXPECT_EQ(error_of("{\n\"schema\": 1,\n\"schema\": 1}"), "3: key 'schema' stands twice in one object");
  EXPECT_EQ(error_of(std::string(100000, '[')), "1: nested deeper than 64 levels");
}

TEST_F(ScenarioFile, CutAnywhereIsAnErrorAndNeverACrash) {
  const std::string whole = kSound;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(error_of(whole.substr(0, length)), "no error") << "cut after " << length << " bytes";
  }
}

TEST_F(ScenarioFile, ThatIsNotThereGivesItsPath) {
  const Result<Scenario> scenario = load_scenario(directory_ + "/none/scenario.json");
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error().message, HasSubstr("/none/scenario.json"));
}

TEST_F(ScenarioFile, ListIsSortedAndSkipsOtherFolders) {
  std::string second = sound_but("\"demo\"", "\"another\"");
  write("demo", kSound);
  write("another", second);
  std::filesystem::create_directories(directory_ + "/notes");
  const Result<std::vector<Scenario>> scenarios = list_scenarios(directory_);
  ASSERT_TRUE(scenarios) << scenarios.error().message;
  ASSERT_EQ(scenarios->size(), 2U);
  EXPECT_EQ((*scenarios)[0].name, "another");
  EXPECT_EQ((*scenarios)[1].name, "demo");
  EXPECT_FALSE(list_scenarios(directory_ + "/none"));
}

TEST_F(ScenarioFile, IsFoundByNameThoughANeighbourIsBroken) {
  write("demo", kSound);
  write("broken", "{");
  EXPECT_TRUE(find_scenario(directory_, "demo"));
  EXPECT_FALSE(list_scenarios(directory_));
  const Result<Scenario> unknown = find_scenario(directory_, "demmo");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "unknown scenario 'demmo'; did you mean 'demo'?");
  EXPECT_THAT(find_scenario(directory_, "zzzzzz").error().message, EndsWith("known: broken, demo"));
}

TEST_F(ScenarioFile, SuggestsTheNearestVariant) {
  const Result<Scenario> scenario = load_scenario(write("demo", kSound));
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(find_variant(*scenario, "racy")->summary, "no lock");
  EXPECT_EQ(find_variant(*scenario, "lokced").error().message,
            "unknown variant 'lokced' of scenario 'demo'; did you mean 'locked'?");
}

// Of a scenario about a program of the machine. Lines count as above.
constexpr const char* kInterpreter = R"({
  "schema": 1,
  "name": "demo",
  "summary": "an interpreter",
  "program": "rubby",
  "found_on_path": {"install": "apt-get install rubby"},
  "build_script": "tools/build",
  "builds": ["plain", "address"],
  "oracle": {"reference_command": ["${program}", "--version"]},
  "variants": [{"name": "a", "summary": "s", "arguments": ["${folder}/a.rb"]}]
})";

class SystemProgramScenario : public ScenarioFile {
 protected:
  Scenario load() const {
    Result<Scenario> scenario = load_scenario(write("demo", kInterpreter));
    EXPECT_TRUE(scenario) << scenario.error().message;
    return *std::move(scenario);
  }
  /// Puts a file that can be executed at `path` below the test's folder.
  std::string make_program(const std::string& path) const {
    std::string absolute = directory_ + "/" + path;
    std::filesystem::create_directories(std::filesystem::path(absolute).parent_path());
    EXPECT_TRUE(write_file_atomically(absolute, "#!/bin/sh\n"));
    std::filesystem::permissions(absolute, std::filesystem::perms::owner_all);
    return absolute;
  }
};

TEST_F(SystemProgramScenario, RunsTheProgramThatPathHasFirst) {
  const std::string program = make_program("bin/rubby");
  make_program("later/rubby");
  Scenario scenario = load();
  find_system_program(scenario, directory_ + "/none:" + directory_ + "/bin:" + directory_ + "/later");
  EXPECT_TRUE(is_built(scenario, Sanitizer::plain));
  EXPECT_THAT(scenario_command(scenario, scenario.variants[0], Sanitizer::plain).argv,
              ElementsAre(program, directory_ + "/demo/a.rb"));
  EXPECT_THAT(scenario_oracle(scenario).reference_command, ElementsAre(program, "--version"));
}

TEST_F(SystemProgramScenario, SaysWhatToInstallWherePathHasNone) {
  make_program("demo/rubby.plain");  // not asked: the plain build is the machine's
  Scenario scenario = load();
  find_system_program(scenario, directory_ + "/bin");
  EXPECT_FALSE(is_built(scenario, Sanitizer::plain));
  EXPECT_EQ(program_path(scenario, Sanitizer::plain), "rubby");
  EXPECT_EQ(how_to_build(scenario, Sanitizer::plain), "apt-get install rubby");
}

TEST_F(SystemProgramScenario, HasItsOtherBuildsOnceTheScriptHasLeftThemThere) {
  make_program("bin/rubby");
  Scenario scenario = load();
  find_system_program(scenario, directory_ + "/bin");
  EXPECT_FALSE(is_built(scenario, Sanitizer::address));
  EXPECT_EQ(how_to_build(scenario, Sanitizer::address), directory_ + "/demo/tools/build address");
  const std::string made = make_program("demo/rubby.address");
  EXPECT_TRUE(is_built(scenario, Sanitizer::address));
  EXPECT_EQ(program_path(scenario, Sanitizer::address), made);
}

TEST_F(SystemProgramScenario, IsRefusedWhereItMakesNoSense) {
  const auto error_with = [&](std::string_view from, std::string_view to) {
    std::string text = kInterpreter;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return error_of(text.replace(at, from.size(), to));
  };
  EXPECT_EQ(error_with("\"install\"", "\"instal\""),
            "6: unknown key 'instal' in found_on_path; did you mean 'install'?");
  EXPECT_EQ(error_with("\"apt-get install rubby\"", "\" \""),
            "6: found_on_path needs an install command of one line");
  EXPECT_EQ(error_with("\"rubby\"", "\"bin/rubby\""),
            "5: the scenario has a path as its program; a name is found on PATH");
  EXPECT_EQ(error_with("\"plain\", ", ""),
            "8: the scenario needs the plain build, which is the program found on PATH");
  EXPECT_EQ(error_with("tools/build", "/tools/build"),
            "7: the scenario needs a script path relative to its folder");
}

class PublishedSchema : public ScenarioFile {
 protected:
  void SetUp() override {
    ScenarioFile::SetUp();
    const Result<std::string> text = read_file(REPRO_TEST_SOURCE_DIR "/../docs/scenario.schema.json");
    ASSERT_TRUE(text) << text.error().message;
    schema_ = nlohmann::json::parse(*text);
  }

  /// The reader must know each key of `schema`, and the schema each key of kSound. `path` leads to the object
  /// in a scenario file.
  void expect_same_keys(const nlohmann::json& schema, const nlohmann::json::json_pointer& path,
                        const char* text = kSound) {
    EXPECT_EQ(schema.at("additionalProperties"), false) << path;
    const nlohmann::json sound = nlohmann::json::parse(text);
    for (const auto& [key, unused] : schema.at("properties").items()) {
      nlohmann::json document = sound;
      document[path][key] = nullptr;
      EXPECT_EQ(error_of(document.dump()).find("unknown key"), std::string::npos) << path << "/" << key;
    }
    for (const auto& [key, unused] : sound.at(path).items()) {
      EXPECT_TRUE(schema.at("properties").contains(key)) << path << "/" << key;
    }
  }

  nlohmann::json schema_;
};

TEST_F(PublishedSchema, HasTheKeysThatTheReaderKnows) {
  using Pointer = nlohmann::json::json_pointer;
  const nlohmann::json& properties = schema_.at("properties");
  expect_same_keys(schema_, Pointer(""));
  expect_same_keys(schema_, Pointer(""), kInterpreter);
  expect_same_keys(properties.at("found_on_path"), Pointer("/found_on_path"), kInterpreter);
  expect_same_keys(properties.at("defaults"), Pointer("/defaults"));
  expect_same_keys(properties.at("oracle"), Pointer("/oracle"));
  expect_same_keys(properties.at("variants").at("items"), Pointer("/variants/0"));
}

}  // namespace
}  // namespace repro::campaign
