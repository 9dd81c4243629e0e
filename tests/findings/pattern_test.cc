#include "harness/findings/pattern.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace repro::findings {
namespace {

bool occurs(std::string_view pattern, std::string_view text) {
  const Result<Pattern> compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled.has_value()) << pattern;
  return compiled && compiled->occurs_in(text);
}

TEST(Pattern, AgreesWithTheStandardLibraryOnShortTexts) {
  const std::vector<std::string> patterns{
      "a",      "ab|cd",    "a*b",    "a+b",          "a?b",    "(ab)+",   "[a-c]+d", "[^a-c]d",
      "\\d+",   "\\bab\\b", "a.c",    "a{2}",         "a{2,}b", "a{1,2}b", "(a|b)*c", "(?:a)b",
      "",       "\\x41",    "a\\.b",  "[\\d.]+",      "\\Bb",   "(a*)*b",  "x|",      "[]a]",
      "[\\]a]", "a{0}b",    "\\s\\w", "(a(b(c)))",    "a-b",    "[a\\-b]", "[+-]1",   "\\W",
      "^a",     "c$",       "(^|b)a", "(ab|a)(c|bcd)"};
  const std::vector<std::string> texts{"",   "a",  "b",   "ab",    "abc", "aab",  "cd",   "abab", "a.b",
                                       "A",  "12", "a b", "ab cd", "d",   "aa",   "aaab", "bcd",  "a-b",
                                       "+1", "]",  "xyz", "ba",    "ca",  "abcd", "a\tb", "-1"};
  for (const std::string& pattern : patterns) {
    for (const std::string& text : texts) {
      bool expected = false;
      try {
        expected = std::regex_search(text, std::regex(pattern));
      } catch (const std::regex_error&) {
        continue;  // "[]a]": an empty class there, and here
      }
      EXPECT_EQ(occurs(pattern, text), expected) << "'" << pattern << "' in '" << text << "'";
    }
  }
}

TEST(Pattern, AnchorsAtEveryLine) {
  EXPECT_TRUE(occurs("^b$", "a\nb\nc"));
  EXPECT_TRUE(occurs("^b$", "a\r\nb\r\nc"));
  EXPECT_FALSE(occurs("^b$", "a\nab\nc"));
  EXPECT_FALSE(occurs("a.b", "a\nb"));
}

TEST(Pattern, NamesWhatIsWrongAndWhere) {
  for (const std::string_view bad : {"(", ")", "[", "a**", "*", "a{2", "a{3,2}", "\\", "(?=a)", "(a)\\1",
                                     "[b-a]", "\\q", "a{99999}", "[\\d-z]", "\\xg0"}) {
    const Result<Pattern> compiled = Pattern::compile(bad);
    ASSERT_FALSE(compiled.has_value()) << bad;
    EXPECT_EQ(compiled.error().kind, ErrorKind::usage);
    EXPECT_THAT(compiled.error().message, testing::HasSubstr("is not a pattern")) << bad;
  }
}

TEST(Pattern, RefusesToGrowWithoutBound) {
  EXPECT_FALSE(Pattern::compile("((a{100}){100}){100}").has_value());
  EXPECT_FALSE(Pattern::compile(std::string(1000, '(') + std::string(1000, ')')).has_value());
}

// With a backtracking engine each of these ends by stack overflow or not at all.
TEST(Pattern, ReadsAMegabyteWithPatternsThatMakeBacktrackersExplode) {
  const std::string line(1U << 20U, 'a');
  EXPECT_FALSE(occurs("(a*)*b", line));
  const std::string_view shorter = std::string_view(line).substr(0, 1U << 17U);  // still fatal to them
  EXPECT_FALSE(occurs("(a|aa)+$x", shorter));
  EXPECT_FALSE(occurs(".*b", shorter));
  EXPECT_TRUE(occurs("^(.+)+$", shorter));
}

}  // namespace
}  // namespace repro::findings
