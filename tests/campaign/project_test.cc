#include "harness/campaign/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/base/files.h"
#include "tests/support/tool.h"

namespace repro::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;

// Line numbers below count from the opening brace as line 1.
constexpr const char* kSound = R"({
  "schema": 1,
  "name": "demo",
  "summary": "a demonstration",
  "command": ["${build}/demo", "--fast"],
  "build_command": ["make", "FLAGS=${flags}", "OUT=${build}"],
  "builds": {
    "plain": {},
    "address": {"build_command": ["./special", "${sanitizer}"], "environment": {"CC": "cc-${sanitizer}"}}
  },
  "oracle": {"match": ["^done"], "expect_file": "expected.txt", "check_command": ["${folder}/check"]},
  "variants": [
    {"name": "now", "summary": "as it is", "arguments": ["--in=${folder}/input"], "expect": "ok"},
    {"name": "old", "revision": "v1.0", "environment": {"WHERE": "${source}"}, "expect": ["crash", "hang"]},
    {"name": "own", "command": ["sh", "-c", "true"], "build_command": ["./other"]}
  ],
  "defaults": {"runs": 10}
})";

class ProjectFile : public ::testing::Test {
 protected:
  Result<std::optional<Project>> load(const std::string& text) {
    EXPECT_TRUE(write_file_atomically(path_, text));
    return load_project(path_);
  }
  Project sound() {
    const Result<std::optional<Project>> project = load(kSound);
    EXPECT_TRUE(project) << project.error().message;
    return project && *project ? **project : Project{};
  }
  /// The message for kSound with `from` replaced by `to`, without the path.
  std::string error_with(const std::string& from, const std::string& to) {
    std::string text = kSound;
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    const Result<std::optional<Project>> project = load(text);
    EXPECT_FALSE(project) << from;
    if (project) return "";
    EXPECT_EQ(project.error().kind, ErrorKind::usage);
    EXPECT_TRUE(project.error().message.starts_with(path_ + ":")) << project.error().message;
    return project.error().message.substr(path_.size() + 1);
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("repro.json");
};

TEST_F(ProjectFile, MakesAnArmWithItsBuildOutOfVariantAndSanitizer) {
  const Project project = sound();
  const std::string folder = project.folder;
  EXPECT_EQ(project.name, "demo");
  const ProjectArm made = project_arm(project, project.variants.at(0), Sanitizer::plain);
  EXPECT_EQ(made.build.build_folder, folder + "/.repro-build/shared/plain");
  EXPECT_THAT(made.build.command,
              ElementsAre("make", "FLAGS=-g -O2", "OUT=" + folder + "/.repro-build/shared/plain"));
  EXPECT_THAT(made.arm.command.argv,
              ElementsAre(folder + "/.repro-build/shared/plain/demo", "--fast", "--in=" + folder + "/input"));
  EXPECT_EQ(made.arm.command.working_directory, folder);
  EXPECT_EQ(project.oracle.expect_file, folder + "/expected.txt");
  EXPECT_THAT(project.oracle.check_command, ElementsAre(folder + "/check"));
}

TEST_F(ProjectFile, LetsABuildHaveACommandAndAnEnvironmentOfItsOwn) {
  const Project project = sound();
  const ProjectArm made = project_arm(project, project.variants.at(0), Sanitizer::address);
  EXPECT_THAT(made.build.command, ElementsAre("./special", "address"));
  EXPECT_THAT(made.build.environment, ElementsAre(Pair("CC", "cc-address")));
}

TEST_F(ProjectFile, GivesARevisionSourcesAndABuildOfItsOwn) {
  const Project project = sound();
  const ProjectArm made = project_arm(project, project.variants.at(1), Sanitizer::plain);
  EXPECT_EQ(made.build.revision, "v1.0");
  EXPECT_THAT(made.build.build_folder, EndsWith(".repro-build/variant-old/plain"));
  EXPECT_THAT(made.arm.command.environment, ElementsAre(Pair("WHERE", made.build.build_folder + "/source")));
}

TEST_F(ProjectFile, LetsAVariantBeACommandThatPathHas) {
  const Project project = sound();
  const ProjectArm made = project_arm(project, project.variants.at(2), Sanitizer::plain);
  EXPECT_THAT(made.arm.command.argv, ElementsAre("sh", "-c", "true"));
  EXPECT_THAT(made.build.command, ElementsAre("./other"));
  EXPECT_THAT(made.build.build_folder, EndsWith("variant-own/plain"));
}

TEST_F(ProjectFile, NeedsNoMoreThanACommand) {
  const Result<std::optional<Project>> project = load(R"({"schema": 1, "command": ["./test"]})");
  ASSERT_TRUE(project && *project) << project.error().message;
  ASSERT_EQ((*project)->variants.size(), 1U);
  const ProjectArm made = project_arm(**project, (*project)->variants.at(0), Sanitizer::plain);
  EXPECT_THAT(made.arm.command.argv, ElementsAre((*project)->folder + "/test"));
  EXPECT_TRUE(made.build.command.empty());
}

TEST_F(ProjectFile, WithDefaultsOnlyIsNoSubject) {
  const Result<std::optional<Project>> project = load(R"({"schema": 1, "defaults": {"runs": 10}})");
  ASSERT_TRUE(project) << project.error().message;
  EXPECT_FALSE(project->has_value());
}

TEST_F(ProjectFile, SaysInWhichLineItIsWrong) {
  EXPECT_EQ(error_with("\"summary\": \"a d", "\"sumary\": \"a d"),
            "4: unknown key 'sumary' in the project; did you mean 'summary'?");
  EXPECT_EQ(error_with("\"schema\": 1", "\"schema\": 2"),
            "2: the project has schema 2; this version reads 1");
  EXPECT_EQ(error_with("${build}/demo", "${built}/demo"),
            "5: the project has the unknown placeholder '${built}'; known: ${folder}, ${source}, ${build}, "
            "${sanitizer}, ${flags}");
  EXPECT_EQ(error_with("\"address\": {", "\"adress\": {"),
            "9: the project has the unknown build 'adress'; did you mean 'address'?");
  EXPECT_EQ(error_with("\"plain\": {}", "\"plain\": []"), "8: build 'plain' must be an object, not an array");
  EXPECT_EQ(error_with("${folder}/check", "${build}/check"),
            "11: the oracle has the unknown placeholder '${build}'; known: ${folder}");
  EXPECT_EQ(error_with("\"name\": \"old\"", "\"name\": \"now\""),
            "14: variant 2 has the name 'now' of another one");
  EXPECT_EQ(error_with("\"revision\": \"v1.0\"", "\"revision\": \"--all\""),
            "14: variant 2 needs a revision that git knows: a commit, a tag, a branch");
  EXPECT_EQ(error_with("\"hang\"]", "\"infra\"]"),
            "14: variant 2 expects the unknown outcome 'infra'; known: crash, hang, fail, ok");
  EXPECT_EQ(error_with("\"command\": [\"${build}/demo\", \"--fast\"],", ""),
            "13: variant 1 has no command, and neither has the project");
}

TEST_F(ProjectFile, ThatHasABuildAndNothingToRunIsWrong) {
  const Result<std::optional<Project>> project = load("{\"schema\": 1,\n \"builds\": [\"plain\"]}");
  ASSERT_FALSE(project);
  EXPECT_THAT(
      project.error().message,
      HasSubstr(":2: the project has 'builds' but nothing to run; 'command' or 'variants' is missing"));
}

TEST_F(ProjectFile, HasASchemaWithTheKeysThatTheReaderKnows) {
  const Result<std::string> text = read_file(REPRO_TEST_SOURCE_DIR "/../docs/project.schema.json");
  ASSERT_TRUE(text) << text.error().message;
  const nlohmann::json schema = nlohmann::json::parse(*text);
  EXPECT_EQ(schema.at("additionalProperties"), false);
  const std::span<const std::string> keys = project_keys();
  EXPECT_EQ(schema.at("properties").size(), keys.size());
  for (const std::string& key : keys) EXPECT_TRUE(schema.at("properties").contains(key)) << key;
  const nlohmann::json sound = nlohmann::json::parse(kSound);
  const auto expect_same = [&](const nlohmann::json& part, const nlohmann::json::json_pointer& where) {
    EXPECT_EQ(part.at("additionalProperties"), false) << where;
    for (const auto& [key, unused] : part.at("properties").items()) {
      nlohmann::json document = sound;
      document[where][key] = nullptr;
      const Result<std::optional<Project>> project = load(document.dump());
      if (project) continue;
      EXPECT_EQ(project.error().message.find("unknown key"), std::string::npos) << key;
    }
    for (const auto& [key, unused] : sound.at(where).items()) {
      EXPECT_TRUE(part.at("properties").contains(key)) << where << "/" << key;
    }
  };
  using Pointer = nlohmann::json::json_pointer;
  const nlohmann::json& properties = schema.at("properties");
  expect_same(properties.at("variants").at("items"), Pointer("/variants/0"));
  expect_same(properties.at("oracle"), Pointer("/oracle"));
  expect_same(schema.at("$defs").at("build"), Pointer("/builds/address"));
}

}  // namespace
}  // namespace repro::campaign
