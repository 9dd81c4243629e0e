#include "harness/findings/suppressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/signature.h"

namespace repro::findings {
namespace {

using ::testing::HasSubstr;

Finding race_in_logger() {
  Finding race;
  race.source = FindingSource::thread_sanitizer;
  race.kind = "data-race";
  race.message = "data race on index 17";
  Stack access;
  access.role = StackRole::access;
  access.frames.push_back(
      {"void app::Logger::count<int>(int)", "/src/app/logger.cc", 12, 3, "/build/app", 4, ""});
  Stack created;
  created.role = StackRole::thread_created;
  created.frames.push_back({"main", "/src/app/main.cc", 3, 1, "/build/app", 9, ""});
  race.stacks = {access, created};
  return race;
}

bool is_suppressed(std::string_view text, const Finding& finding = race_in_logger()) {
  const auto rules = parse_suppressions(text, "known.txt");
  EXPECT_TRUE(rules) << text;
  return rules && suppressed_by(*rules, finding, sign(finding)).has_value();
}

TEST(Suppressions, AreRulesOfConditionsThatMustAllHold) {
  EXPECT_TRUE(is_suppressed("kind:data-race function:app::Logger::*"));
  EXPECT_FALSE(is_suppressed("kind:data-race function:app::Queue::*"));
  EXPECT_FALSE(is_suppressed("kind:thread-leak function:app::Logger::*"));
  EXPECT_TRUE(is_suppressed("# comment\n\n  source:tsan   # of old\n"));
}

TEST(Suppressions, CompareFunctionsWithoutParametersAndFilesByTheirEnd) {
  EXPECT_TRUE(is_suppressed("function:app::Logger::count"));
  EXPECT_FALSE(is_suppressed("function:Logger"));
  EXPECT_TRUE(is_suppressed("file:logger.cc"));
  EXPECT_TRUE(is_suppressed("file:app/logger.cc"));
  EXPECT_FALSE(is_suppressed("file:ogger.cc"));
  EXPECT_TRUE(is_suppressed("module:app"));
  EXPECT_TRUE(is_suppressed("message:\"data race on index #\""));
}

TEST(Suppressions, DoNotLookAtWhoStartedTheThread) { EXPECT_FALSE(is_suppressed("function:main")); }

TEST(Suppressions, KnowASignatureByTheBeginningOfItsId) {
  const std::string id = sign(race_in_logger()).id;
  EXPECT_TRUE(is_suppressed("signature:" + id));
  EXPECT_TRUE(is_suppressed("signature:" + id.substr(0, 8)));
  EXPECT_FALSE(is_suppressed("signature:s1-ffffffffffff"));
}

TEST(Suppressions, SayTheLineThatIsNoRuleAndWhatWouldBe) {
  struct Row {
    const char* text;
    const char* says;
  };
  for (const Row& row : {Row{"kind:x\nfuncton:f",
                             "known.txt:2: 'functon' is nothing that a report has; did you mean "
                             "'function'?"},
                         Row{"malloc", "known.txt:1: 'malloc' is no condition; write WHAT:PATTERN"},
                         Row{"kind: data-race", "known.txt:1: kind: has no pattern"},
                         Row{"message:\"open", "known.txt:1: a quote is opened and not closed"},
                         Row{"signature:s1", "known.txt:1: 's1' is no signature"}}) {
    const auto rules = parse_suppressions(row.text, "known.txt");
    ASSERT_FALSE(rules) << row.text;
    EXPECT_THAT(rules.error().message, HasSubstr(row.says));
    EXPECT_EQ(rules.error().kind, ErrorKind::usage);
  }
}

TEST(Glob, KnowsStarsAndQuestionMarksInLinearMemory) {
  EXPECT_TRUE(matches_glob("", "*"));
  EXPECT_TRUE(matches_glob("abcabd", "a*b?"));
  EXPECT_FALSE(matches_glob("abc", "a?"));
  EXPECT_FALSE(matches_glob("abc", ""));
  const std::string text(20'000, 'a');
  EXPECT_FALSE(matches_glob(text, "*a*a*a*a*a*a*b"));
}

}  // namespace
}  // namespace repro::findings
