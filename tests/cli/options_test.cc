// The words of a command line and the layers below them, without a process.

#include "harness/cli/options.h"

#include <array>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tool.h"

namespace repro::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array kOptions{
    OptionSpec{"number", OptionKind::value, "N", "Group", "a value"},
    OptionSpec{"names", OptionKind::list, "NAME,...", "Group", "a list"},
    OptionSpec{"texts", OptionKind::texts, "TEXT", "Group", "repeatable"},
    OptionSpec{"quick", OptionKind::flag, "", "Group", "a flag"},
    OptionSpec{"own", OptionKind::value, "N", "Group", "on the command line only", Layering::flag_only},
};
constexpr VerbSpec kVerb{"verb",           "a verb",   "repro verb", "Does nothing.",
                         "  repro verb\n", "argument", true,         kOptions};

/// Reads words that are right.
ParsedOptions parsed(const std::vector<std::string>& words) {
  const auto options = parse_options(kVerb, words);
  EXPECT_TRUE(options) << options.error().message;
  EXPECT_TRUE(options && options->has_value());
  return options && *options ? **options : ParsedOptions();
}

/// The complaint about words that are wrong.
std::string refused(const std::vector<std::string>& words) {
  const auto options = parse_options(kVerb, words);
  EXPECT_FALSE(options);
  if (options) return "";
  EXPECT_EQ(options.error().kind, ErrorKind::usage);
  return options.error().message;
}

TEST(Options, SplitListsAndLeaveTextsWhole) {
  const ParsedOptions options = parsed({"--names=a,b", "--names", "c", "--texts=a,b", "--texts", "c"});
  EXPECT_THAT(options.list("names"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(options.list("texts"), ElementsAre("a,b", "c"));
}

TEST(Options, LeaveTheCommandUntouched) {
  const ParsedOptions options = parsed({"--quick", "--", "./t", "--number=3", "--", "-h", ""});
  EXPECT_THAT(options.command, ElementsAre("./t", "--number=3", "--", "-h", ""));
  EXPECT_TRUE(options.has_command);
  EXPECT_FALSE(options.has("number"));
}

TEST(Options, TellAnEmptyCommandFromNone) {
  EXPECT_FALSE(parsed({}).has_command);
  EXPECT_TRUE(parsed({"--"}).has_command);
}

TEST(Options, TakeOnePositionalAnywhere) {
  EXPECT_EQ(parsed({"name", "--quick"}).positional, "name");
  EXPECT_EQ(parsed({"--quick", "name"}).positional, "name");
  EXPECT_EQ(parsed({"--number", "3", "name", "--names=a"}).positional, "name");
  EXPECT_THAT(refused({"name", "another"}), HasSubstr("unexpected argument 'another'"));
}

TEST(Options, RefuseAValueGivenTwice) {
  EXPECT_THAT(refused({"--number=1", "--number=2"}), HasSubstr("--number"));
}

TEST(Options, RefuseAnOptionWithoutItsValue) { EXPECT_THAT(refused({"--number"}), HasSubstr("--number")); }

TEST(Options, SuggestTheNearestOption) {
  EXPECT_THAT(refused({"--numbr=3"}), HasSubstr("unknown option '--numbr'; did you mean '--number'?"));
}

TEST(Options, RefuseWrongNumbersAndNameTheirOrigin) {
  const auto number = parsed({"--number=many"}).number("number");
  ASSERT_FALSE(number);
  EXPECT_THAT(number.error().message, HasSubstr("--number: 'many' is not a whole number"));
  const auto absent = parsed({}).number("number");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->has_value());
}

/// The layers are looked up from the current folder, so each test has one of its own that ends the search.
class LayersTest : public ::testing::Test {
 protected:
  LayersTest() : before_(std::filesystem::current_path()) {
    std::filesystem::create_directory(folder_.file(".git"));
    std::filesystem::current_path(folder_.path());
  }
  ~LayersTest() override { std::filesystem::current_path(before_); }

  static ParsedOptions layered(const std::vector<std::string>& words,
                               const std::map<std::string, std::string>& environment) {
    ParsedOptions options = parsed(words);
    const Result<void> added = add_layers(kVerb, environment, options);
    EXPECT_TRUE(added) << added.error().message;
    return options;
  }
  static std::string layers_refused() {
    ParsedOptions options = parsed({});
    const Result<void> added = add_layers(kVerb, {}, options);
    EXPECT_FALSE(added);
    return added ? "" : added.error().message;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path before_;
};

TEST_F(LayersTest, NeverReplaceAFlag) {
  folder_.write("repro.json",
                R"({"schema": 1, "defaults": {"number": 3, "names": "x,y", "texts": ["p,q"]}})");
  const ParsedOptions flag = layered({"--number=1"}, {{"REPRO_NUMBER", "2"}});
  EXPECT_EQ(flag.value("number"), "1");
  EXPECT_EQ(flag.origin("number"), "--number");
  const ParsedOptions variable = layered({}, {{"REPRO_NUMBER", "2"}});
  EXPECT_EQ(variable.value("number"), "2");
  EXPECT_EQ(variable.origin("number"), "REPRO_NUMBER");
  const ParsedOptions file = layered({}, {});
  EXPECT_EQ(file.value("number"), "3");
  EXPECT_THAT(file.origin("number"), ::testing::EndsWith("repro.json:1: number"));
  EXPECT_THAT(file.list("names"), ElementsAre("x", "y"));
  EXPECT_THAT(file.list("texts"), ElementsAre("p,q"));
}

TEST_F(LayersTest, LetAFlagInTheEnvironmentSayNo) {
  EXPECT_TRUE(layered({}, {{"REPRO_QUICK", "1"}}).flag("quick"));
  for (const char* no : {"", "0", "no", "false"}) {
    EXPECT_FALSE(layered({}, {{"REPRO_QUICK", no}}).flag("quick")) << no;
  }
}

TEST_F(LayersTest, LetAnOuterNoWinOverAnInnerYes) {
  folder_.write("repro.json", R"({"schema": 1, "defaults": {"quick": true}})");
  EXPECT_TRUE(layered({}, {}).flag("quick"));
  EXPECT_FALSE(layered({}, {{"REPRO_QUICK", "0"}}).flag("quick"));
  EXPECT_FALSE(layered({"--quick=false"}, {{"REPRO_QUICK", "1"}}).flag("quick"));
}

TEST_F(LayersTest, LeaveOutWhatOnlyAFlagMaySay) {
  EXPECT_FALSE(layered({}, {{"REPRO_OWN", "1"}}).has("own"));
  folder_.write("repro.json", R"({"schema": 1, "defaults": {"own": 3}})");
  EXPECT_THAT(layers_refused(), HasSubstr("unknown key 'own'"));
}

TEST_F(LayersTest, LeaveTheDefaultsOfOtherVerbsAlone) {
  constexpr std::array kOther{OptionSpec{"elsewhere", OptionKind::value, "N", "Group", "of another verb"}};
  folder_.write("repro.json", R"({"schema": 1, "defaults": {"elsewhere": 3, "number": 4}})");
  EXPECT_THAT(layers_refused(), HasSubstr("unknown key 'elsewhere'"));
  ParsedOptions options = parsed({});
  const Result<void> added = add_layers(kVerb, {}, options, kOther);
  EXPECT_TRUE(added) << added.error().message;
  EXPECT_EQ(options.value("number"), "4");
  EXPECT_FALSE(options.has("elsewhere"));
}

TEST_F(LayersTest, AreFoundInAFolderAboveUpToTheRootOfTheWorkTree) {
  std::filesystem::create_directories(folder_.file("a/b"));
  folder_.write("repro.json", R"({"schema": 1, "defaults": {"number": 3}})");
  std::filesystem::current_path(folder_.file("a/b"));
  EXPECT_EQ(layered({}, {}).value("number"), "3");
  std::filesystem::create_directory(folder_.file("a/.git"));
  EXPECT_FALSE(layered({}, {}).has("number"));
}

TEST_F(LayersTest, RefuseTheWrongTypeOfAValueAndNameItsLine) {
  folder_.write("repro.json", "{\"schema\": 1,\n \"defaults\": {\n  \"quick\": \"yes\"}}");
  EXPECT_THAT(layers_refused(), HasSubstr("repro.json:3: "));
  folder_.write("repro.json", "{\"schema\": 1,\n \"defaults\": {\"number\": [1, 2]}}");
  EXPECT_THAT(layers_refused(), HasSubstr("'number' takes one value, not a list"));
  folder_.write("repro.json", R"({"schema": 2})");
  EXPECT_THAT(layers_refused(), HasSubstr("schema 2 is not known"));
}

}  // namespace
}  // namespace repro::cli
